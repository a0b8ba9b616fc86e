/* Counting threads that run already, each apart: with any machine's counters, and this kernel's. */
#include "fake_plan.h"

#include "counters/attach.h"
#include "counters/source_perf.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 2, PAGES = 100, MS = 1000000 };

static const pid_t tasks[] = {4711, 4712};

static void assert_refused(const char *text, const char *event, const char *part)
{
    struct group_plan *plan = plan_from(&source, text);
    struct attach *attach = NULL;
    struct status st = STATUS_INIT;
    size_t index = 0;
    while (strcmp(group_plan_event(plan, index)->asked, event) != 0)
        index++;
    unsigned open_before = fake.open_count;
    assert_false(attach_open(plan, index, tasks, WORKERS, &attach, &st));
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    if (strstr(st.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, st.message);
    assert_int_equal(fake.open_count, open_before);
    group_plan_free(plan);
}

static void test_each_thread_has_its_own(void **state)
{
    (void)state;
    struct group_plan *plan = plan_from(&source, "cycles instructions");
    struct attach *attach = NULL;
    struct counts counts[WORKERS];
    struct status st = STATUS_INIT;
    assert_true(attach_open(plan, 1, tasks, WORKERS, &attach, &st));
    assert_int_equal(attach_count(attach), WORKERS);
    assert_int_equal(fake.open_count, WORKERS);
    int seen = 0;
    for (size_t i = 0; i < FAKE_DESCRIPTORS; i++) {
        if (fake.events[i].used)
            assert_true(seen < WORKERS && fake.events[i].target.task == tasks[seen]);
        seen += fake.events[i].used;
    }
    assert_true(attach_begin(attach, &st));
    source_fake_run(&fake, 5 * MS);
    assert_true(attach_end(attach, counts, &st));
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(counts[i].state, COUNTS_EXACT);
        assert_int_equal(counts[i].source, COUNTS_HARDWARE);
        assert_true(counts[i].count >= 5 * MS / 1000 * 2);
    }
    attach_free(attach);
    assert_int_equal(fake.open_count, 0);
    group_plan_free(plan);
}

/* The total must not pay for the breakdown. */
static void test_no_counter_is_left(void **state)
{
    (void)state;
    fake.hardware_share = 0.5;
    assert_refused("cycles instructions", "instructions", "too few counters to count each worker");
}

static void test_what_is_not_counted_says_why(void **state)
{
    (void)state;
    fake.permissions.has_pmu = false;
    assert_refused("instructions|task-clock", "instructions", "no hardware counters here");
}

static void test_no_descriptors(void **state)
{
    (void)state;
    fake.open_max = 1; /* enough for the plan, and not for one more */
    assert_refused("instructions", "instructions", "no file descriptor was left");
    fake.open_max = 2; /* enough for the proof, and not for all of three workers */
    struct group_plan *plan = plan_from(&source, "instructions");
    static const pid_t three[] = {4711, 4712, 4713};
    struct attach *attach = NULL;
    struct status st = STATUS_INIT;
    assert_false(attach_open(plan, 0, three, 3, &attach, &st));
    assert_non_null(strstr(st.message, "no file descriptor was left"));
    group_plan_free(plan);
}

static void test_counters_vanish(void **state)
{
    (void)state;
    struct group_plan *plan = plan_from(&source, "instructions");
    struct attach *attach = NULL;
    struct counts counts[WORKERS];
    struct status st = STATUS_INIT;
    assert_true(attach_open(plan, 0, tasks, WORKERS, &attach, &st));
    assert_true(attach_begin(attach, &st));
    fake.read_errno = EBADF;
    assert_false(attach_end(attach, counts, &st));
    assert_int_equal(st.sys_errno, EBADF);
    attach_free(attach);
    group_plan_free(plan);
}

/* Each kind of core counts its part; the sum is one figure. */
static void test_hybrid(void **state)
{
    (void)state;
    fake.pmus.count = 2;
    fake.pmus.list[0] = (struct pmu){.name = "cpu_core", .type = 4, .has_cpus = true};
    fake.pmus.list[1] = (struct pmu){.name = "cpu_atom", .type = 10, .has_cpus = true};
    struct group_plan *plan = plan_from(&source, "instructions");
    struct attach *attach = NULL;
    struct counts counts[WORKERS];
    struct status st = STATUS_INIT;
    assert_true(attach_open(plan, 0, tasks, WORKERS, &attach, &st));
    assert_int_equal(fake.open_count, 2 * WORKERS);
    assert_true(attach_begin(attach, &st));
    fake.at = 1;
    source_fake_run(&fake, 5 * MS);
    assert_true(attach_end(attach, counts, &st));
    assert_true(counts[0].count >= 5 * MS / 1000 * 2);
    attach_free(attach);
    group_plan_free(plan);
}

/* The kernel's own ------------------------------------------------------------------------- */

static void touch_pages(size_t count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    volatile char *memory =
        mmap(NULL, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(99);
    madvise((void *)memory, count * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < count; i++)
        memory[i * page] = 1;
}

/* A worker of a pool: waits for its turn, works, says so, and lives on. */
static pid_t start_worker(const int go[2], const int done[2], size_t pages)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    char byte;
    close(go[1]);
    touch_pages(1);
    for (;;) {
        if (write(done[1], "r", 1) != 1 || read(go[0], &byte, 1) != 1)
            _exit(0);
        touch_pages(pages);
    }
}

static void await(const int done[2], size_t count)
{
    char byte;
    while (count-- > 0)
        assert_int_equal(read(done[0], &byte, 1), 1);
}

static void test_the_kernels_counters(void **state)
{
    (void)state;
    static struct permissions permissions;
    permissions_read("", &permissions);
    struct source perf = source_perf_make(&permissions, NULL);
    struct group_plan *plan = plan_from(&perf, "page-faults");
    if (group_plan_event(plan, 0)->state != COUNTS_EXACT) {
        group_plan_free(plan);
        skip();
    }
    int go[2][2];
    int done[2];
    pid_t workers[WORKERS];
    assert_int_equal(pipe(done), 0);
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pipe(go[i]), 0);
        workers[i] = start_worker(go[i], done, PAGES * (i + 1));
    }
    await(done, WORKERS);
    struct attach *attach = NULL;
    struct counts counts[WORKERS];
    struct status st = STATUS_INIT;
    if (!attach_open(plan, 0, workers, WORKERS, &attach, &st))
        fail_msg("%s", st.message);
    assert_true(attach_begin(attach, &st));
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(write(go[i][1], "g", 1), 1);
    await(done, WORKERS);
    assert_true(attach_end(attach, counts, &st));
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(counts[i].state, COUNTS_EXACT);
        assert_in_range(counts[i].count, PAGES * (i + 1), PAGES * (i + 1) + PAGES / 2);
        kill(workers[i], SIGKILL);
        waitpid(workers[i], NULL, 0);
        close(go[i][0]);
        close(go[i][1]);
    }
    /* They have ended: nobody is there to be counted. */
    struct attach *late = NULL;
    assert_false(attach_open(plan, 0, workers, WORKERS, &late, &st));
    assert_non_null(strstr(st.message, "ended before it could be counted"));
    attach_free(attach);
    close(done[0]);
    close(done[1]);
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_thread_has_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_counter_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_counted_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_descriptors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_counters_vanish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hybrid, set_up, tear_down),
        cmocka_unit_test(test_the_kernels_counters),
    };
    return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
