#include "machine/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile sig_atomic_t pending_signal;
static struct sigaction original[CAUGHT], original_pipe;
static bool installed;

static void on_signal(int number)
{
    int saved = errno;
    if (number == SIGINT && pending_signal == SIGINT) {
        /* Takes effect when the handler returns and SIGINT is unblocked again. */
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    pending_signal = number;
    errno = saved;
}

bool interrupt_install(struct status *st)
{
    if (installed)
        return true;
    struct sigaction catch = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&catch.sa_mask);
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < CAUGHT; i++) {
        if (sigaction(caught[i], NULL, &original[i]) != 0)
            return status_fail_errno(st, errno, "cannot look at signal %d", caught[i]);
        if (original[i].sa_handler != SIG_IGN && sigaction(caught[i], &catch, NULL) != 0)
            return status_fail_errno(st, errno, "cannot catch signal %d", caught[i]);
    }
    if (sigaction(SIGPIPE, &ignore, &original_pipe) != 0)
        return status_fail_errno(st, errno, "cannot ignore SIGPIPE");
    installed = true;
    return true;
}

bool interrupt_pending(void)
{
    return pending_signal != 0;
}

int interrupt_signal(void)
{
    return (int)pending_signal;
}

void interrupt_clear(void)
{
    pending_signal = 0;
}

int interrupt_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout)
{
    sigset_t flag_signals, old;
    sigemptyset(&flag_signals);
    for (size_t i = 0; i < CAUGHT; i++)
        sigaddset(&flag_signals, caught[i]);
    pthread_sigmask(SIG_BLOCK, &flag_signals, &old);
    int ready = -1, error = EINTR;
    if (!interrupt_pending()) {
        ready = ppoll(fds, count, timeout, &old);
        error = errno;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return ready;
}

void interrupt_child_reset(void)
{
    if (installed) {
        for (size_t i = 0; i < CAUGHT; i++)
            sigaction(caught[i], &original[i], NULL);
    }
    /* Always the default: many programs are started with SIGPIPE ignored by mistake (Python does it
     * to its children), and a subject that writes into a closed pipe must end. */
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
