/* channel: one line at a time over two pipes, each with a deadline.
 *
 * The framing of the worker protocol and nothing else: what a line says is protocol.h. Both
 * descriptors are nonblocking and stay the caller's. The other side is not trusted: a line has a
 * largest length, and neither a reader that does not read nor a writer that does not write holds
 * payoff longer than the deadline. Not thread-safe: one channel, one thread. */
#ifndef PAYOFF_WORKERS_CHANNEL_H
#define PAYOFF_WORKERS_CHANNEL_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_LINE_LIMIT ((size_t)64 << 20) /* bytes, the newline included */

/* Waits until `fd` is ready for `events` (POLLIN, POLLOUT) or broken; false with STATUS_TIMEOUT,
 * STATUS_ENDED, STATUS_CANCELLED or STATUS_SYSTEM; deadlines as in wait.h. The owner of a worker
 * passes its own, which looks after the worker's output in the meantime. */
typedef bool channel_wait(void *context, int fd, short events, int64_t deadline_ns,
                          struct status *st);

struct channel {
    int send_fd, receive_fd;
    channel_wait *wait;
    void *context;
    /* What was received: the line last handed out, then what came after it. */
    char *data;
    size_t capacity, used, line, scanned;
};

/* `wait` NULL: a plain wait_ready. The channel owns its buffer (channel_free), not the descriptors.
 */
void channel_init(struct channel *channel, int send_fd, int receive_fd, channel_wait *wait,
                  void *context);
void channel_free(struct channel *channel);

/* Sends `length` bytes, which end in a newline. STATUS_ENDED when the other side has closed its
 * end (SIGPIPE is kept away from the caller), STATUS_TIMEOUT when it does not read. */
bool channel_send(struct channel *channel, const char *text, size_t length, int64_t deadline_ns,
                  struct status *st);

/* Receives one line, without its newline; *line belongs to the channel and lives until the next
 * call. STATUS_DATA for a line over the limit, STATUS_ENDED at end-of-file (before a line, or in
 * the middle of one: the message says which), STATUS_TIMEOUT. */
bool channel_receive(struct channel *channel, int64_t deadline_ns, const char **line,
                     size_t *length, struct status *st);

/* Bytes that arrived after the last line: more than 0 means an answer nobody asked for. Looks
 * into the pipe without waiting. */
size_t channel_excess(struct channel *channel);

#endif
