/* sysfile: facts from the small files of /proc and /sys, below a root that tests replace.
 *
 * `root` is put in front of the path: "" for the real ones. A file that is missing, unreadable or
 * no number is an unknown fact, never a failure. Thread-safe. */
#ifndef PAYOFF_MACHINE_SYSFILE_H
#define PAYOFF_MACHINE_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any whole number that could not be found out. */
#define SYSFILE_UNKNOWN INT64_MIN

/* The file named by the format, without white space at its ends (and what is inside, for a file of
 * several NUL-separated texts: the first). False, and text empty, when there is nothing. Longer
 * files are cut. */
bool sysfile_text(const char *root, char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The whole number that the file starts with, or SYSFILE_UNKNOWN. */
int64_t sysfile_integer(const char *root, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool sysfile_exists(const char *root, const char *path);

/* The names in a folder, as of files_list; 0, and *names NULL, where there is no such folder. */
size_t sysfile_list(const char *root, const char *folder, char ***names);

/* All of a larger file (/proc/cpuinfo), the caller's to free(); NULL when it cannot be read. */
char *sysfile_whole(const char *root, const char *path);

/* Finds the first line "key : value" of `whole` and copies the value. */
bool sysfile_field(const char *whole, const char *key, char *text, size_t size);

/* The same as a number in the given base; SYSFILE_UNKNOWN when it is none. */
int64_t sysfile_field_integer(const char *whole, const char *key, int base);

/* Takes the next range off a list as "0-3,8": true with *first and *last, false at its end. Text
 * that is no such list ends it. */
bool sysfile_next_range(const char **list, int *first, int *last);

#endif
