#include "workers/native/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)64 << 10)

struct lines lines_init(int command_fd, int reply_fd)
{
    return (struct lines){.command_fd = command_fd, .reply_fd = reply_fd};
}

void lines_free(struct lines *lines)
{
    free(lines->data);
    lines->data = NULL;
}

static bool make_room(struct lines *lines, struct status *st)
{
    if (lines->capacity - lines->used >= CHUNK_BYTES)
        return true;
    size_t capacity = lines->capacity * 2 + CHUNK_BYTES;
    char *data = realloc(lines->data, capacity);
    if (data == NULL)
        return status_fail(st, STATUS_MEMORY, "no memory for a line of %zu bytes", lines->used);
    lines->data = data;
    lines->capacity = capacity;
    return true;
}

/* The line that was handed out is done with: what follows it moves to the front. */
static void drop_taken(struct lines *lines)
{
    if (lines->taken > 0)
        memmove(lines->data, lines->data + lines->taken, lines->used - lines->taken);
    lines->used -= lines->taken;
    lines->taken = 0;
}

enum lines_got lines_next(struct lines *lines, const char **line, size_t *length, struct status *st)
{
    bool too_long = false;
    size_t scanned = 0;
    drop_taken(lines);
    for (;;) {
        char *end = lines->used > scanned
                        ? memchr(lines->data + scanned, '\n', lines->used - scanned)
                        : NULL;
        if (end != NULL) {
            *line = lines->data;
            *length = (size_t)(end - lines->data);
            lines->taken = *length + 1;
            return too_long || lines->taken > LINES_LIMIT ? LINES_TOO_LONG : LINES_ONE;
        }
        scanned = lines->used;
        if (lines->used >= LINES_LIMIT) {
            too_long = true;
            lines->used = scanned = 0;
        }
        if (!make_room(lines, st))
            return LINES_BROKEN;
        ssize_t got = TEMP_FAILURE_RETRY(
            read(lines->command_fd, lines->data + lines->used, lines->capacity - lines->used));
        if (got == 0)
            return LINES_END;
        if (got < 0) {
            status_fail_errno(st, errno, "read a command");
            return LINES_BROKEN;
        }
        lines->used += (size_t)got;
    }
}

bool lines_send(struct lines *lines, const char *text, size_t length, struct status *st)
{
    char newline = '\n';
    struct iovec parts[2] = {{(void *)text, length}, {&newline, 1}}, *part = parts;
    while (part < parts + 2) {
        ssize_t sent = TEMP_FAILURE_RETRY(writev(lines->reply_fd, part, (int)(parts + 2 - part)));
        if (sent < 0)
            return status_fail_errno(st, errno, "send a reply");
        for (; part < parts + 2 && (size_t)sent >= part->iov_len; part++)
            sent -= (ssize_t)part->iov_len;
        if (part < parts + 2) {
            part->iov_base = (char *)part->iov_base + sent;
            part->iov_len -= (size_t)sent;
        }
    }
    return true;
}
