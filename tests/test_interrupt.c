#include "machine/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test does its deed in a child, whose signals it may ruin; 0 is success. */
static int in_child(int (*deed)(void))
{
    struct status st = STATUS_INIT;
    int ended = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(interrupt_install(&st) ? deed() : 99);
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    return ended;
}

static int flag_and_clear(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        if (interrupt_pending() || interrupt_signal() != 0)
            return 1;
        raise(signals[i]);
        if (!interrupt_pending() || interrupt_signal() != signals[i])
            return 2;
        interrupt_clear();
    }
    return 0;
}

static int second_int(void)
{
    raise(SIGINT);
    raise(SIGINT);
    return 1; /* not reached */
}

static int second_int_after_clear(void)
{
    raise(SIGINT);
    interrupt_clear();
    raise(SIGINT);
    return interrupt_pending() ? 0 : 1;
}

static int poll_returns(void)
{
    pid_t parent = getpid(), child = fork();
    /* Again and again: on a busy machine the first may come before poll begins. */
    for (int i = 0; child == 0 && i < 600; i++) {
        usleep(100000);
        kill(parent, SIGTERM);
    }
    if (child == 0)
        _exit(0);
    int result = poll(NULL, 0, 60000) == -1 && errno == EINTR ? 0 : 1;
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return result;
}

static int pipe_is_ignored(void)
{
    raise(SIGPIPE);
    return 0;
}

static int reset_gives_defaults(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    interrupt_child_reset();
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < 4; i++) {
        struct sigaction now;
        sigaction(signals[i], NULL, &now);
        if (now.sa_handler != SIG_DFL)
            return 1;
    }
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    return sigismember(&blocked, SIGTERM) ? 2 : 0;
}

static void test_signals(void **state)
{
    (void)state;
    assert_int_equal(in_child(flag_and_clear), 0);
    assert_int_equal(in_child(second_int_after_clear), 0);
    assert_int_equal(in_child(poll_returns), 0);
    assert_int_equal(in_child(pipe_is_ignored), 0);
    assert_int_equal(in_child(reset_gives_defaults), 0);
    int ended = in_child(second_int);
    assert_true(WIFSIGNALED(ended));
    assert_int_equal(WTERMSIG(ended), SIGINT);
}

/* nohup payoff: stays deaf to the hang-up, and its children too. */
static void test_ignored_stays_ignored(void **state)
{
    (void)state;
    struct sigaction now;
    struct status st = STATUS_INIT;
    signal(SIGHUP, SIG_IGN);
    assert_true(interrupt_install(&st));
    raise(SIGHUP);
    assert_false(interrupt_pending());
    interrupt_child_reset();
    assert_int_equal(sigaction(SIGHUP, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_IGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_ignored_stays_ignored),
    };
    /* Whatever started the tests may have ignored some of them. */
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < 4; i++)
        signal(signals[i], SIG_DFL);
    return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}
