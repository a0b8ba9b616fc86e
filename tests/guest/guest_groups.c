/* More events than counters: groups, splits, multiplexing, counters that others hold. The emulated
 * PMU has six counters for anything and one for cycles. */
#include "measure.h"

#include "counters/group_passes.h"

#include <linux/perf_event.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { COUNTERS = 6, PAGES = 100, SLEEPS = 3, STRAY_SWITCHES = 3 };

static uint64_t page_size;

static void work_system(uint64_t n)
{
    (void)n;
    volatile char *memory =
        mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        _exit(1);
    madvise((void *)memory, PAGES * page_size, MADV_NOHUGEPAGE);
    for (uint64_t i = 0; i < PAGES; i++)
        memory[i * page_size] = 1;
    munmap((void *)memory, PAGES * page_size);
    for (int i = 0; i < SLEEPS; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void test_hardware_and_software(void **state)
{
    (void)state;
    page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    struct group_plan *plan = measure_plan("cycles instructions page-faults context-switches");
    struct counts counts[4];
    assert_int_equal(group_plan_group_count(plan), 2);
    measure(plan, work_system, 0, counts);
    assert_int_equal(measure_exact(plan, counts, "page-faults"), PAGES);
    /* A thread of the kernel may want the processor in between. */
    assert_in_range(measure_exact(plan, counts, "context-switches"), SLEEPS,
                    SLEEPS + STRAY_SWITCHES);
    assert_true(measure_exact(plan, counts, "instructions") > 10000);
    assert_int_equal(measure_value(plan, counts, "page-faults").source, COUNTS_SOFTWARE);
    group_plan_free(plan);
}

/* Six spellings that are no two times the same counter, and cycles beside them. */
#define SIX "instructions instructions:u instructions:k r0008 r0008:u r0008:k"

static void test_a_full_group(void **state)
{
    (void)state;
    struct group_plan *plan = measure_plan(SIX " cycles:u");
    struct counts counts[COUNTERS + 1];
    assert_int_equal(group_plan_group_count(plan), 1);
    assert_int_equal(find(plan, "cycles:u")->slot, COUNTERS);
    measure(plan, measure_loop, 1000, counts);
    assert_int_equal(measure_exact(plan, counts, "instructions:u"),
                     measure_exact(plan, counts, "r0008:u"));
    group_plan_free(plan);
}

/* Seven that need a counter for anything open as one group, and would never run. */
static void test_one_too_many(void **state)
{
    (void)state;
    struct group_plan *plan = measure_plan(SIX " r0011:k");
    assert_int_equal(group_plan_group_count(plan), 1); /* cycles have a counter of their own */
    group_plan_free(plan);

    plan = measure_plan(SIX " r0011 r0011:u");
    assert_int_equal(group_plan_group_count(plan), 2);
    for (size_t i = 0; i < group_plan_event_count(plan); i++)
        assert_int_equal(group_plan_event(plan, i)->state, COUNTS_EXACT);
    group_plan_free(plan);
}

static void assert_near(struct counts value, double expected, double share)
{
    double estimate = 0;
    assert_true(counts_estimate(value, &estimate));
    if (fabs(estimate - expected) > share * expected)
        fail_msg("estimated %.0f instead of %.0f, counted %.0f %% of the time", estimate, expected,
                 100 * counts_share(value));
}

static void test_multiplexing(void **state)
{
    (void)state;
    enum { N = 40000000 }; /* 80 ms of virtual time: 20 turns of the kernel's rotation */
    uint64_t shift = measure_setting("SHIFT", 0);
    struct group_plan *plan =
        measure_plan("instructions:u r0008:u cycles:u|" SIX "|r0011 r0011:u r0011:k|"
                     "r0000 r0000:u r0000:k cycles cycles:k");
    struct counts counts[MEASURE_EVENTS_MAX];
    size_t groups = group_plan_group_count(plan);
    assert_true(groups > 1);
    measure(plan, measure_loop, N, counts);
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        assert_int_equal(counts[i].state, COUNTS_SCALED);
        assert_non_null(strstr(counts[i].reason, "multiplexing"));
        double share = counts_share(counts[i]);
        assert_true(share > 0.8 / (double)groups && share < 1.2 / (double)groups);
    }
    static const char *const loops[] = {"instructions:u", "r0008:u"};
    for (size_t i = 0; i < 2; i++)
        assert_near(measure_value(plan, counts, loops[i]), 2.0 * N, 0.01);
    assert_near(measure_value(plan, counts, "cycles:u"), 2.0 * N * (double)(1 << shift), 0.01);
    assert_near(measure_value(plan, counts, "r0011:u"), 2.0 * N * (double)(1 << shift), 0.01);
    printf("    %zu groups, each %.1f %% of the time; estimates within 1 %%\n", groups,
           100 * counts_share(counts[0]));
    group_plan_free(plan);
}

/* The same, one pass after the other: nothing is extrapolated. */
static void test_exact_in_passes(void **state)
{
    (void)state;
    enum { N = 10000000 };
    uint64_t shift = measure_setting("SHIFT", 0);
    struct group_plan *plan =
        measure_plan("instructions:u cycles:u page-faults|" SIX "|r0011 r0011:u r0011:k");
    struct counts counts[MEASURE_EVENTS_MAX];
    size_t counted[MEASURE_EVENTS_MAX] = {0};
    size_t passes = group_plan_pass_count(plan);
    assert_true(passes > 1);
    for (size_t p = 0; p < passes; p++) {
        struct group_plan *pass = NULL;
        struct status st = STATUS_INIT;
        assert_true(group_plan_pass(plan, p, &pass, &st));
        measure(pass, measure_loop, N, counts);
        for (size_t i = 0; i < group_plan_event_count(plan); i++) {
            const char *asked = group_plan_event(plan, i)->asked;
            assert_true(counts[i].state == COUNTS_EXACT || counts[i].state == COUNTS_NOT_COUNTED);
            counted[i] += counts[i].state == COUNTS_EXACT;
            if (counts[i].state == COUNTS_NOT_COUNTED)
                assert_string_equal(counts[i].reason, "measured in another pass");
            else if (strcmp(asked, "r0008:u") == 0)
                assert_in_range(counts[i].count, 2 * N, 2 * N + 200);
            else if (strcmp(asked, "r0011:u") == 0)
                assert_in_range(counts[i].count >> shift, 2 * N, 2 * N + 200);
        }
        group_plan_free(pass);
    }
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        bool software = strcmp(group_plan_event(plan, i)->asked, "page-faults") == 0;
        assert_int_equal(counted[i], software ? passes : 1);
    }
    printf("    %zu passes, every event exact in one of them\n", passes);
    group_plan_free(plan);
}

/* The events that a very short loop left without a turn; *counted: those that had one. */
static size_t count_missing(const struct group_plan *plan, size_t *counted)
{
    struct counts counts[MEASURE_EVENTS_MAX];
    size_t missing = 0;
    *counted = 0;
    measure(plan, measure_loop, 1000, counts);
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        double estimate = 0;
        if (counts[i].state == COUNTS_NOT_COUNTED) {
            missing++;
            assert_false(counts_estimate(counts[i], &estimate));
            assert_int_equal(counts[i].count, 0);
            assert_non_null(strstr(counts[i].reason, "busy with other events"));
        } else {
            ++*counted;
        }
    }
    return missing;
}

/* Too short for every group to have its turn: a missing value, never a zero. Where the kernel's tick
 * happened to come just then, all had theirs: then once more. */
static void test_too_short_for_all(void **state)
{
    (void)state;
    struct group_plan *plan = measure_plan(SIX "|r0011 r0011:u r0011:k cycles cycles:u cycles:k");
    size_t counted = 0, missing = 0;
    assert_true(group_plan_group_count(plan) > 1);
    for (int tries = 0; missing == 0 && tries < 3; tries++)
        missing = count_missing(plan, &counted);
    assert_true(counted > 0 && missing > 0);
    group_plan_free(plan);
}

/* Somebody else's counters, on this processor whatever runs there, that are never given up. */
static void hold(int *fds, int count)
{
    for (int i = 0; i < count; i++) {
        struct perf_event_attr attr = {
            .type = PERF_TYPE_RAW, .size = sizeof attr, .config = 8, .pinned = 1};
        fds[i] = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
        assert_true(fds[i] >= 0);
    }
}

static void release(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static void test_others_hold_counters(void **state)
{
    (void)state;
    int fds[COUNTERS];
    hold(fds, COUNTERS - 2);
    struct group_plan *plan = measure_plan("instructions instructions:u instructions:k cycles");
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "instructions:k")->state, COUNTS_EXACT);
    group_plan_free(plan);
    release(fds, COUNTERS - 2);

    hold(fds, COUNTERS);
    plan = measure_plan("instructions:u cycles:u page-faults");
    assert_missing(plan, "instructions:u", COUNTS_NOT_COUNTED, "other programs hold them");
    assert_int_equal(find(plan, "cycles:u")->state, COUNTS_EXACT);
    struct counts counts[3];
    measure(plan, measure_loop, 1000, counts);
    assert_int_equal(measure_value(plan, counts, "instructions:u").state, COUNTS_NOT_COUNTED);
    assert_true(measure_exact(plan, counts, "cycles:u") > 2000);
    group_plan_free(plan);
    release(fds, COUNTERS);
}

/* They come between the plan and the measurement. */
static void test_counters_vanish(void **state)
{
    (void)state;
    struct group_plan *plan = measure_plan("instructions:u cycles:u|page-faults");
    int fds[COUNTERS];
    hold(fds, COUNTERS);
    struct counts counts[3];
    measure(plan, measure_loop, 1000, counts);
    assert_int_equal(measure_value(plan, counts, "instructions:u").state, COUNTS_NOT_COUNTED);
    assert_non_null(measure_value(plan, counts, "instructions:u").reason);
    /* It was in that group. */
    assert_int_equal(measure_value(plan, counts, "cycles:u").state, COUNTS_NOT_COUNTED);
    assert_int_equal(measure_value(plan, counts, "page-faults").state, COUNTS_EXACT);
    release(fds, COUNTERS);
    measure(plan, measure_loop, 1000, counts);
    assert_true(measure_exact(plan, counts, "instructions:u") > 2000);
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hardware_and_software), cmocka_unit_test(test_a_full_group),
        cmocka_unit_test(test_one_too_many),          cmocka_unit_test(test_multiplexing),
        cmocka_unit_test(test_exact_in_passes),       cmocka_unit_test(test_too_short_for_all),
        cmocka_unit_test(test_others_hold_counters),  cmocka_unit_test(test_counters_vanish),
    };
    return cmocka_run_group_tests_name("guest_groups", tests, NULL, NULL);
}
