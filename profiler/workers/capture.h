/* capture: what a worker wrote to one of its output streams: the beginning and the end of it.
 *
 * However much comes, the memory stays the same. Not thread-safe: one capture, one thread. */
#ifndef PAYOFF_WORKERS_CAPTURE_H
#define PAYOFF_WORKERS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CAPTURE_KEEP = 32 * 1024 }; /* bytes kept of the beginning, and as many of the end */

/* Starts zeroed. Owns no memory. */
struct capture {
    uint64_t total; /* bytes that came */
    char head[CAPTURE_KEEP];
    char tail[CAPTURE_KEEP]; /* a ring: what came after the head */
};

void capture_add(struct capture *capture, const void *data, size_t size);

/* Reads what a nonblocking descriptor has, but no more than a few MiB, so that a stream without an
 * end does not keep the caller. False at end-of-file or when it cannot be read any more. */
bool capture_drain(struct capture *capture, int fd);

/* Everything that was kept, with a line about what was left out. NUL-terminated, malloc'd, the
 * caller's; NULL when out of memory. *length may be NULL. */
char *capture_text(const struct capture *capture, size_t *length);

/* The last line that is not blank, for a message: printable, cut at its beginning to fit. Empty
 * when there is none. */
void capture_last_words(const struct capture *capture, char *text, size_t size);

#endif
