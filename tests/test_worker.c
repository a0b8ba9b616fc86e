#include "workers/sample.h"
#include "workers/worker.h"

#include "machine/clock.h"
#include "machine/interrupt.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "nothing_left.h"

static struct worker *start(const char *way)
{
    const char *argv[] = {MISBEHAVING_WORKER, way, NULL};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    if (!worker_start(&(struct spawn_spec){.argv = argv}, 20, &worker, &st))
        fail_msg("%s: %s", way, st.message);
    return worker;
}

/* A worker begins as a copy of payoff, whose memory is none of its own. */
static void test_memory_is_its_own(void **state)
{
    enum { LARGE = 128 << 20 };
    (void)state;
    char *large = malloc(LARGE);
    assert_non_null(large);
    memset(large, 1, LARGE);
    struct worker *worker = start("good");
    const struct worker_end *end = worker_stop(worker, 20);
    assert_true(end->maxrss_bytes > 100000);
    assert_true(end->maxrss_bytes < LARGE / 2);
    worker_free(worker);
    assert_int_equal(large[LARGE - 1], 1);
    free(large);
}

static bool run(struct worker *worker, double timeout_s, struct sample *sample, struct status *st)
{
    json_t *reply;
    struct sample_request request = {.mode = "serial", .jobs = 1, .start = "warm", .loops = 1};
    bool success = sample_take(worker, &request, timeout_s, sample, &reply, st);
    json_decref(reply);
    return success;
}

static void test_a_good_worker(void **state)
{
    (void)state;
    struct worker *worker = start("good");
    struct sample sample;
    struct status st = STATUS_INIT;
    assert_true(worker_alive(worker));
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(worker_hello(worker), "runtime"), "name")),
                        "test");
    for (int i = 0; i < 3; i++) {
        assert_true(run(worker, 10, &sample, &st));
        assert_int_equal(sample.wall_ns, 100);
        assert_int_equal(sample.cpu_ns, 90);
        assert_int_equal(sample.share_count, 1);
        assert_int_equal(sample.shares[0].tasks, 2);
        assert_int_equal(sample.shares[0].cpu_ns, -1);
        sample_free(&sample);
    }
    const struct worker_end *end = worker_stop(worker, 20);
    assert_int_equal(end->exit_status, 0);
    assert_int_equal(end->signal, 0);
    assert_false(end->killed);
    assert_true(end->maxrss_bytes > 100000);
    assert_false(worker_alive(worker));
    assert_ptr_equal(worker_stop(worker, 20), end);
    assert_false(run(worker, 1, &sample, &st));
    assert_int_equal(st.code, STATUS_ENDED);
    worker_free(worker);
}

static void test_misbehaviour_during_run(void **state)
{
    (void)state;
    static const struct {
        const char *way;
        double timeout_s;
        enum status_code code;
        bool killed;
        int signal, exit_status;
        const char *message; /* must be in it */
    } rows[] = {
        {"segfault", 10, STATUS_ENDED, false, SIGSEGV, -1,
         "the worker died of signal 11 (Segmentation fault) during 'run'; its last words: about to "
         "fall over"},
        {"exit", 10, STATUS_ENDED, false, 0, 3, "the worker exited with status 3 during 'run'"},
        {"exit-silently", 10, STATUS_ENDED, false, 0, 0, "exited with status 0 during 'run'"},
        {"half-a-line", 10, STATUS_ENDED, false, 0, 0, "exited with status 0 during 'run'"},
        {"hang", 0.1, STATUS_TIMEOUT, true, SIGKILL, -1,
         "no reply to 'run' within 0.1 s; the worker was killed"},
        {"stop", 0.1, STATUS_TIMEOUT, true, SIGKILL, -1, "no reply to 'run' within 0.1 s"},
        {"garbage", 10, STATUS_DATA, true, SIGKILL, -1, "no JSON object"},
        {"binary", 10, STATUS_DATA, true, SIGKILL, -1, "no JSON object"},
        {"wrong-id", 10, STATUS_DATA, true, SIGKILL, -1, "its reply is for command 7 and not 2"},
        {"endless-line", 60, STATUS_DATA, true, SIGKILL, -1, "a reply of more than 64 MiB"},
        {"close-all", 10, STATUS_ENDED, true, SIGKILL, -1,
         "the worker was killed during 'run': it closed its replies"},
        {"children-then-die", 10, STATUS_ENDED, false, SIGKILL, -1, "died of signal 9 (Killed)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct worker *worker = start(rows[i].way);
        struct sample sample;
        struct status st = STATUS_INIT;
        assert_false(run(worker, rows[i].timeout_s, &sample, &st));
        if (st.code != rows[i].code || strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s: %s: %s", rows[i].way, status_code_name(st.code), st.message);
        assert_false(worker_alive(worker));
        const struct worker_end *end = worker_stop(worker, 1);
        assert_int_equal(end->killed, rows[i].killed);
        assert_int_equal(end->signal, rows[i].signal);
        assert_int_equal(end->exit_status, rows[i].exit_status);
        assert_int_equal(end->strays, 0);
        worker_free(worker);
        assert_int_equal(check_nothing_is_left(NULL), 0);
    }
}

static void test_trouble_at_start(void **state)
{
    (void)state;
    static const struct {
        const char *program, *way;
        enum status_code code;
        const char *message;
    } rows[] = {
        {MISBEHAVING_WORKER, "crash-at-start", STATUS_ENDED, "died of signal 6 (Aborted)"},
        {MISBEHAVING_WORKER, "exit-at-start", STATUS_ENDED,
         "exited with status 1 during 'hello'; its last words: no module named x"},
        {MISBEHAVING_WORKER, "hang-at-start", STATUS_TIMEOUT, "no reply to 'hello'"},
        {MISBEHAVING_WORKER, "old", STATUS_DATA, "does not speak version 1"},
        {"/no/such/worker", "", STATUS_NOT_FOUND, "/no/such/worker"},
        {"no-such-worker-in-path", "", STATUS_NOT_FOUND, "not found in PATH"},
        {"/dev/null", "", STATUS_NOT_FOUND, "/dev/null"},
        {"/", "", STATUS_NOT_FOUND, "no program"},
        {"true", "", STATUS_ENDED, "exited with status 0 during 'hello'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *argv[] = {rows[i].program, rows[i].way, NULL};
        struct worker *worker = NULL;
        struct status st = STATUS_INIT;
        double timeout_s = rows[i].code == STATUS_TIMEOUT ? 0.2 : 20;
        assert_false(worker_start(&(struct spawn_spec){.argv = argv}, timeout_s, &worker, &st));
        if (st.code != rows[i].code || strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s %s: %s: %s", rows[i].program, rows[i].way, status_code_name(st.code),
                     st.message);
        assert_null(worker);
        assert_int_equal(check_nothing_is_left(NULL), 0);
    }
}

static void test_200_mb_of_output(void **state)
{
    (void)state;
    struct worker *worker = start("flood");
    struct sample sample;
    struct status st = STATUS_INIT;
    if (!run(worker, 60, &sample, &st))
        fail_msg("%s", st.message);
    sample_free(&sample);
    worker_stop(worker, 20);
    assert_true(worker_output(worker)->total == 200u * 16 * 65536 + 9);
    assert_true(worker_errors(worker)->total == 100 * 16 * 1000);
    char words[32];
    capture_last_words(worker_output(worker), words, sizeof words);
    assert_string_equal(words, "the end");
    size_t length;
    char *text = capture_text(worker_output(worker), &length);
    assert_true(length < 2 * CAPTURE_KEEP + 100);
    assert_non_null(strstr(text, "bytes left out"));
    free(text);
    worker_free(worker);
}

static void test_a_double_reply(void **state)
{
    (void)state;
    struct worker *worker = start("twice");
    struct sample sample;
    struct status st = STATUS_INIT;
    /* The first of the two is taken; the second is found at the next command at the latest. */
    bool success = run(worker, 20, &sample, &st);
    if (success) {
        sample_free(&sample);
        /* Enough for it to be written, on a busy machine, too. */
        nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
        success = run(worker, 20, &sample, &st);
    }
    assert_false(success);
    assert_int_equal(st.code, STATUS_DATA);
    assert_non_null(strstr(st.message, "more than one reply"));
    worker_free(worker);
}

static void test_children_do_not_outlive_it(void **state)
{
    (void)state;
    struct worker *other = start("good"); /* must survive all this */
    struct worker *worker = start("children");
    struct sample sample;
    struct status st = STATUS_INIT;
    assert_true(run(worker, 20, &sample, &st));
    sample_free(&sample);
    const struct worker_end *end = worker_stop(worker, 20);
    assert_int_equal(end->exit_status, 0);
    assert_int_equal(end->strays, 0);
    worker_free(worker);
    assert_true(run(other, 20, &sample, &st));
    sample_free(&sample);
    assert_int_equal(worker_stop(other, 20)->exit_status, 0);
    worker_free(other);
}

static void test_one_that_does_not_leave(void **state)
{
    (void)state;
    struct worker *worker = start("does-not-leave");
    const struct worker_end *end = worker_stop(worker, 0.05);
    assert_true(end->killed);
    assert_int_equal(end->signal, SIGKILL);
    worker_free(worker);
    worker_free(start("good")); /* freed without stop */
}

static void test_orderly_errors_leave_it_alive(void **state)
{
    (void)state;
    struct worker *worker = start("orderly-error");
    json_t *command = json_pack("{ss}", "cmd", "run"), *reply = NULL;
    struct status st = STATUS_INIT;
    assert_false(worker_call(worker, command, 20, &reply, &st));
    json_decref(command);
    assert_int_equal(st.code, STATUS_SUBJECT);
    assert_string_equal(st.message, "ValueError: no");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "error"), "task")),
                     1);
    json_decref(reply);
    assert_true(worker_alive(worker));
    worker_free(worker);
}

static void test_an_absurd_clock(void **state)
{
    (void)state;
    struct worker *worker = start("absurd-clock");
    struct sample sample;
    struct status st = STATUS_INIT;
    assert_false(run(worker, 20, &sample, &st));
    assert_int_equal(st.code, STATUS_DATA);
    assert_true(worker_alive(worker));
    worker_free(worker);
}

static void *interrupt_thread(void *context)
{
    const pthread_t *thread = context;
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    pthread_kill(*thread, SIGINT);
    return NULL;
}

static void test_ctrl_c(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    struct sample sample;
    assert_true(interrupt_install(&st));
    struct worker *worker = start("hang");
    pthread_t thread, self = pthread_self();
    assert_int_equal(pthread_create(&thread, NULL, interrupt_thread, &self), 0);
    uint64_t start_ns = clock_monotonic_ns();
    assert_false(run(worker, 30, &sample, &st));
    pthread_join(thread, NULL);
    assert_true(clock_monotonic_ns() - start_ns < 10000000000u);
    assert_int_equal(st.code, STATUS_CANCELLED);
    assert_false(worker_alive(worker));
    worker_free(worker);
    interrupt_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN_TEST(test_a_good_worker),
        CLEAN_TEST(test_memory_is_its_own),
        CLEAN_TEST(test_misbehaviour_during_run),
        CLEAN_TEST(test_trouble_at_start),
        CLEAN_TEST(test_200_mb_of_output),
        CLEAN_TEST(test_a_double_reply),
        CLEAN_TEST(test_children_do_not_outlive_it),
        CLEAN_TEST(test_one_that_does_not_leave),
        CLEAN_TEST(test_orderly_errors_leave_it_alive),
        CLEAN_TEST(test_an_absurd_clock),
        CLEAN_TEST(test_ctrl_c),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
