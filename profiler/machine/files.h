/* files: whole files and folders, as reports, caches and /proc need them.
 *
 * All functions are thread-safe except that the current folder is the process's. Every descriptor
 * is close-on-exec and closed before return. A missing file is STATUS_NOT_FOUND (sys_errno ENOENT),
 * what else the system refuses STATUS_SYSTEM; the message names the file. What a call allocates is
 * the caller's to free(). */
#ifndef PAYOFF_MACHINE_FILES_H
#define PAYOFF_MACHINE_FILES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct files_stat {
    const char *type; /* "file", "directory", "link" (dangling), "fifo", "socket", "device" */
    uint64_t size_bytes;
    int64_t mtime_ns; /* since 1970, UTC */
    unsigned mode;    /* permission bits, 07777 */
    bool is_trusted;  /* this user's or root's, and not everybody may write to it */
};

/* Reads to the end, also where the size is not known before (/proc). *data is NUL-terminated beyond
 * *size, so that text may be used as a string. More than `limit` bytes (0: no limit) is
 * STATUS_DATA. */
bool files_read(const char *path, size_t limit, char **data, size_t *size, struct status *st);

/* Replaces the file in one step: a temporary file beside it is written, synced and renamed, so a
 * reader sees the old text or the new, and on failure (disk full) the old file is whole and nothing
 * else is left. Permissions of a file that exists are kept, links are followed; what is no regular
 * file (/dev/stdout, a fifo) is written to directly. */
bool files_write(const char *path, const void *data, size_t size, struct status *st);

/* The same for a text that is made piece by piece: `fill` writes it to the descriptor, which stays
 * ours, with files_write_all; false after filling st leaves the old file as it was. */
typedef bool files_fill(void *context, int fd, struct status *st);
bool files_write_by(const char *path, files_fill *fill, void *context, struct status *st);

/* Writes all of it to a descriptor, however it is cut up: EINTR is retried, EAGAIN waited for.
 * A reader that is gone is STATUS_ENDED (sys_errno EPIPE; needs SIGPIPE ignored, see interrupt.h);
 * one that is there and reads nothing for a second, with an interrupt pending, STATUS_CANCELLED. */
bool files_write_all(int fd, const void *data, size_t size, struct status *st);

/* Makes the folder and those above it; one that exists is fine. */
bool files_make_dirs(const char *path, struct status *st);

/* A folder of a new name that nobody else can look into or has made before, below $TMPDIR or /tmp:
 * payoff-WHAT-XXXXXX. The caller removes it, and frees *path. */
bool files_scratch(const char *what, char **path, struct status *st);

/* Names in a folder, sorted bytewise, without "." and "..". Free with files_list_free. */
bool files_list(const char *path, char ***names, size_t *count, struct status *st);
void files_list_free(char **names, size_t count);

/* Follows links; a dangling link is itself. */
bool files_stat(const char *path, struct files_stat *out, struct status *st);

/* Removes a file, a link or an empty folder. */
bool files_remove(const char *path, struct status *st);

/* Absolute, without links or dots; the file must exist. */
bool files_real_path(const char *path, char **real, struct status *st);

#endif
