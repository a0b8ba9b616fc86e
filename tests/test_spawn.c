#include "counters/source_fake.h"
#include "workers/sample.h"
#include "workers/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "nothing_left.h"

/* A file with the right bits but the wrong content passes every check but exec's. */
static void test_what_cannot_be_executed(void **state)
{
    (void)state;
    char path[] = "/tmp/payoff-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd,
                           "\x7f"
                           "nothing",
                           8),
                     8);
    fchmod(fd, 0755);
    close(fd);
    const char *argv[] = {path, NULL};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    assert_false(worker_start(&(struct spawn_spec){.argv = argv}, 20, &worker, &st));
    assert_int_equal(st.sys_errno, ENOEXEC);
    assert_non_null(strstr(st.message, "cannot be run: Exec format error"));

    st = STATUS_INIT;
    const char *good[] = {MISBEHAVING_WORKER, "good", NULL};
    struct spawn_spec nowhere = {.argv = good, .cwd = "/no/such/folder"};
    assert_false(worker_start(&nowhere, 20, &worker, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    assert_non_null(strstr(st.message, "cannot enter its folder"));

    st = STATUS_INIT;
    int cpu = 100000;
    struct spawn_spec unpinnable = {.argv = good, .cpus = &cpu, .cpu_count = 1};
    assert_false(worker_start(&unpinnable, 20, &worker, &st));
    assert_non_null(strstr(st.message, "cannot pin it to its CPUs"));

    st = STATUS_INIT;
    assert_false(worker_start(&(struct spawn_spec){.argv = NULL}, 20, &worker, &st));
    assert_int_equal(st.code, STATUS_USAGE);
    unlink(path);
}

static json_t *look(struct worker *worker)
{
    json_t *command = json_pack("{ss}", "cmd", "look"), *reply = NULL;
    struct status st = STATUS_INIT;
    if (!worker_call(worker, command, 20, &reply, &st))
        fail_msg("%s", st.message);
    json_decref(command);
    return reply;
}

static const char *text_of(const json_t *reply, const char *name)
{
    return json_string_value(json_object_get(reply, name));
}

static void test_surroundings(void **state)
{
    (void)state;
    /* Descriptors of payoff's own must not be seen, not even careless ones. */
    int careless = open("/dev/null", O_RDONLY);
    const char *argv[] = {MISBEHAVING_WORKER, "good", NULL};
    const char *environment[] = {"PATH=/bin", "PAYOFF_COUNTER_FDS=99", NULL};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    sigset_t blocked, old;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &old);
    struct spawn_spec spec = {.argv = argv, .environment = environment, .cwd = "/"};
    assert_true(worker_start(&spec, 20, &worker, &st));
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(careless);
    json_t *reply = look(worker);
    assert_string_equal(text_of(reply, "fds"), "0,1,2,3,4");
    assert_string_equal(text_of(reply, "counters"), "");
    assert_string_equal(text_of(reply, "cwd"), "/");
    assert_true(json_is_true(json_object_get(reply, "session")));
    assert_true(json_is_false(json_object_get(reply, "blocked")));
    json_decref(reply);
    worker_free(worker);
}

static void test_pinning(void **state)
{
    (void)state;
    cpu_set_t mine, its;
    CPU_ZERO(&mine);
    assert_int_equal(sched_getaffinity(0, sizeof mine, &mine), 0);
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &mine))
        cpu++;
    const char *argv[] = {MISBEHAVING_WORKER, "good", NULL};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    int number = (int)cpu;
    struct spawn_spec spec = {.argv = argv, .cpus = &number, .cpu_count = 1};
    assert_true(worker_start(&spec, 20, &worker, &st));
    assert_int_equal(sched_getaffinity(worker_pid(worker), sizeof its, &its), 0);
    assert_int_equal(CPU_COUNT(&its), 1);
    assert_true(CPU_ISSET(cpu, &its));
    worker_free(worker);
}

static bool run(struct worker *worker, double timeout_s, struct sample *sample, struct status *st)
{
    json_t *reply;
    struct sample_request request = {.mode = "serial", .jobs = 1, .start = "warm", .loops = 1};
    bool success = sample_take(worker, &request, timeout_s, sample, &reply, st);
    json_decref(reply);
    return success;
}

static void test_the_memory_limit(void **state)
{
    (void)state;
    const char *argv[] = {MISBEHAVING_WORKER, "memory", NULL};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    struct sample sample;
    struct spawn_spec spec = {.argv = argv, .memory_bytes = 512u << 20};
    assert_true(worker_start(&spec, 20, &worker, &st));
    assert_true(run(worker, 20, &sample, &st));
    sample_free(&sample);
    worker_stop(worker, 20);
    char words[64];
    capture_last_words(worker_errors(worker), words, sizeof words);
    assert_string_equal(words, "4 GiB: refused");
    worker_free(worker);
}

/* A plan that was proven on payoff, and then cannot be opened on the worker. */
static void test_counters_that_cannot_be_opened(void **state)
{
    (void)state;
    static struct source_fake fake;
    source_fake_reset(&fake);
    struct source source = source_fake_make(&fake);
    const char *names[] = {"cycles", "page-faults"};
    struct group_request request = {.events = names, .event_count = 2};
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    assert_true(group_plan_make(&source, &request, 1, &plan, &st));
    fake.open_max = 0;
    const char *argv[] = {MISBEHAVING_WORKER, "good", NULL};
    struct worker *worker = NULL;
    struct sample sample;
    assert_true(worker_start(&(struct spawn_spec){.argv = argv, .plan = plan}, 20, &worker, &st));
    json_t *reply = look(worker);
    assert_string_equal(text_of(reply, "counters"), "");
    assert_string_equal(text_of(reply, "fds"), "0,1,2,3,4");
    json_decref(reply);
    assert_non_null(strstr(worker_uncounted(worker), "Too many open files"));
    assert_true(run(worker, 20, &sample, &st));
    assert_int_equal(sample.count_count, 2);
    assert_int_equal(sample.counts[0].state, COUNTS_NOT_COUNTED);
    assert_string_equal(sample.counts[0].reason, worker_uncounted(worker));
    sample_free(&sample);
    worker_free(worker);
    group_plan_free(plan);
}

static void test_a_script_in_memory(void **state)
{
    (void)state;
    static const char script[] = "echo words of a script >&2; exit 5\n";
    const char *argv[] = {"sh", "{script}", NULL};
    struct spawn_spec spec = {.argv = argv, .script = script, .script_size = sizeof script - 1};
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    assert_false(worker_start(&spec, 20, &worker, &st));
    assert_string_equal(st.message, "starting sh: the worker exited with status 5 during 'hello'; "
                                    "its last words: words of a script");
    spec.script = NULL;
    assert_false(worker_start(&spec, 20, &worker, &st));
    assert_int_equal(st.code, STATUS_USAGE);
}

static const char *exe_of(const struct worker *worker, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)worker_pid(worker));
    ssize_t length = readlink(path, text, size - 1);
    assert_true(length > 0);
    text[length] = '\0';
    return text;
}

static void *read_whole(const char *path, size_t *size)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &about), 0);
    *size = (size_t)about.st_size;
    void *data = malloc(*size);
    assert_non_null(data);
    assert_int_equal(read(fd, data, *size), about.st_size);
    close(fd);
    return data;
}

static bool may_run_memory(void)
{
    char policy = '0'; /* no such file: a kernel that has no such rule */
    int fd = open("/proc/sys/vm/memfd_noexec", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        assert_int_equal(read(fd, &policy, 1), 1);
        close(fd);
    }
    return policy != '2';
}

static void test_an_image_in_memory(void **state)
{
    (void)state;
    const char *argv[] = {MISBEHAVING_WORKER, "good", NULL};
    struct spawn_spec spec = {.argv = argv};
    void *image = read_whole(MISBEHAVING_WORKER, &spec.image_size);
    struct worker *worker = NULL;
    struct status st = STATUS_INIT;
    char exe[4096];
    spec.image = image;
    assert_true(worker_start(&spec, 20, &worker, &st));
    bool in_memory = strncmp(exe_of(worker, exe, sizeof exe), "/memfd:payoff-worker", 20) == 0;
    assert_int_equal(in_memory, may_run_memory());
    json_t *reply = look(worker);
    assert_string_equal(text_of(reply, "fds"), "0,1,2,3,4");
    json_decref(reply);
    worker_free(worker);
    free(image);

    spec.image = "\x7fnothing"; /* cannot be run: its stand-in is */
    spec.image_size = 8;
    assert_true(worker_start(&spec, 20, &worker, &st));
    assert_non_null(strstr(exe_of(worker, exe, sizeof exe), "misbehaving"));
    reply = look(worker);
    assert_string_equal(text_of(reply, "fds"), "0,1,2,3,4");
    json_decref(reply);
    worker_free(worker);

    spec.script = "exit 5";
    spec.script_size = 6;
    assert_false(worker_start(&spec, 20, &worker, &st));
    assert_int_equal(st.code, STATUS_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEAN_TEST(test_what_cannot_be_executed),
        CLEAN_TEST(test_surroundings),
        CLEAN_TEST(test_pinning),
        CLEAN_TEST(test_the_memory_limit),
        CLEAN_TEST(test_counters_that_cannot_be_opened),
        CLEAN_TEST(test_a_script_in_memory),
        CLEAN_TEST(test_an_image_in_memory),
    };
    return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
