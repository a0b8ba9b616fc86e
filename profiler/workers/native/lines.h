/* lines: the worker's end of the protocol's two pipes, one line at a time, blocking.
 *
 * Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_LINES_H
#define PAYOFF_WORKERS_NATIVE_LINES_H

#include "base/status.h"

#include <stddef.h>

#define LINES_LIMIT ((size_t)64 << 20) /* bytes of a line, its newline included */

struct lines {
    int command_fd, reply_fd;
    char *data; /* owned */
    size_t capacity, used, taken;
};

/* Nothing is allocated yet; lines_free after the last use. */
struct lines lines_init(int command_fd, int reply_fd);
void lines_free(struct lines *lines);

enum lines_got { LINES_ONE, LINES_END, LINES_TOO_LONG, LINES_BROKEN };

/* The next line without its newline; valid until the next call. LINES_END at end-of-file, also in
 * the middle of a line, which nobody can answer then. LINES_TOO_LONG: the line has been read and
 * thrown away. LINES_BROKEN fills the status: read failed, or there is no memory. */
enum lines_got lines_next(struct lines *lines, const char **line, size_t *length,
                          struct status *st);

/* Writes all bytes and then a newline. STATUS_SYSTEM when the other side is gone. */
bool lines_send(struct lines *lines, const char *text, size_t length, struct status *st);

#endif
