#include "workers/channel.h"

#include "workers/wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHANNEL_FIRST_SIZE = 64 * 1024 };

static bool plain_wait(void *context, int fd, short events, int64_t deadline_ns, struct status *st)
{
    (void)context;
    return wait_ready(&(struct pollfd){.fd = fd, .events = events}, 1, deadline_ns, st);
}

void channel_init(struct channel *channel, int send_fd, int receive_fd, channel_wait *wait,
                  void *context)
{
    *channel = (struct channel){
        .send_fd = send_fd,
        .receive_fd = receive_fd,
        .wait = wait != NULL ? wait : plain_wait,
        .context = context,
    };
}

void channel_free(struct channel *channel)
{
    free(channel->data);
    *channel = (struct channel){.send_fd = -1, .receive_fd = -1, .wait = plain_wait};
}

/* write(2) without SIGPIPE: a pipe has no MSG_NOSIGNAL, and how the process as a whole treats the
 * signal is not a channel's business. A SIGPIPE of our own making is swallowed while blocked. */
static ssize_t write_quietly(int fd, const char *text, size_t length)
{
    sigset_t pipe_signal, old, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &old);
    ssize_t written = write(fd, text, length);
    int error = errno;
    if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return written;
}

bool channel_send(struct channel *channel, const char *text, size_t length, int64_t deadline_ns,
                  struct status *st)
{
    while (length > 0) {
        ssize_t written = write_quietly(channel->send_fd, text, length);
        if (written >= 0) {
            text += written;
            length -= (size_t)written;
        } else if (errno == EPIPE) {
            return status_fail(st, STATUS_ENDED, "it no longer reads its commands");
        } else if (errno == EAGAIN) {
            if (!channel->wait(channel->context, channel->send_fd, POLLOUT, deadline_ns, st))
                return false;
        } else if (errno != EINTR) {
            return status_fail_errno(st, errno, "cannot send a command");
        }
    }
    return true;
}

/* Drops the line handed out last and what a single huge reply made the buffer grow to. */
static void drop_line(struct channel *channel)
{
    channel->used -= channel->line;
    memmove(channel->data, channel->data + channel->line, channel->used);
    channel->line = 0;
    channel->scanned = 0;
    if (channel->capacity > (1 << 20) && channel->used == 0) {
        free(channel->data);
        channel->data = NULL;
        channel->capacity = 0;
    }
}

static bool grow(struct channel *channel, struct status *st)
{
    if (channel->used < channel->capacity)
        return true;
    if (channel->used >= CHANNEL_LINE_LIMIT)
        return status_fail(st, STATUS_DATA, "a reply of more than %zu MiB",
                           CHANNEL_LINE_LIMIT >> 20);
    size_t capacity = channel->capacity == 0 ? CHANNEL_FIRST_SIZE : channel->capacity * 2;
    char *data = realloc(channel->data, capacity);
    if (data == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for a reply of %zu bytes", capacity);
    channel->data = data;
    channel->capacity = capacity;
    return true;
}

/* The end of the first complete line in the buffer, or NULL; never looks at a byte twice. */
static char *find_newline(struct channel *channel)
{
    if (channel->data == NULL || channel->used == channel->scanned)
        return NULL;
    char *end = memchr(channel->data + channel->scanned, '\n', channel->used - channel->scanned);
    channel->scanned = channel->used;
    return end;
}

bool channel_receive(struct channel *channel, int64_t deadline_ns, const char **line,
                     size_t *length, struct status *st)
{
    if (channel->line > 0)
        drop_line(channel);
    for (;;) {
        char *end = find_newline(channel);
        if (end != NULL) {
            *line = channel->data;
            *length = (size_t)(end - channel->data);
            channel->line = *length + 1;
            return true;
        }
        if (!grow(channel, st))
            return false;
        ssize_t size = read(channel->receive_fd, channel->data + channel->used,
                            channel->capacity - channel->used);
        if (size > 0) {
            channel->used += (size_t)size;
        } else if (size == 0) {
            return channel->used == 0
                       ? status_fail(st, STATUS_ENDED, "it closed its replies")
                       : status_fail(st, STATUS_ENDED, "it ended in the middle of a reply");
        } else if (errno == EAGAIN) {
            if (!channel->wait(channel->context, channel->receive_fd, POLLIN, deadline_ns, st))
                return false;
        } else if (errno != EINTR) {
            return status_fail_errno(st, errno, "cannot receive a reply");
        }
    }
}

size_t channel_excess(struct channel *channel)
{
    if (channel->line > 0)
        drop_line(channel);
    struct status st = STATUS_INIT;
    if (channel->used == 0 && grow(channel, &st)) {
        ssize_t size = read(channel->receive_fd, channel->data, channel->capacity);
        if (size > 0)
            channel->used = (size_t)size;
    }
    return channel->used;
}
