/* The ladder: what an event is counted as on machines of every kind, or why it is not. */
#include "fake_plan.h"

#include "counters/event_table.h"

#include <errno.h>

static void test_an_ordinary_user(void **state)
{
    (void)state;
    fake.permissions.has_perfmon = false;
    struct group_plan *plan = plan_of(
        "cycles cycles:u instructions:k|page-faults task-clock context-switches cpu-migrations");
    assert_string_equal(find(plan, "cycles")->name, "cycles:u");
    assert_int_equal(find(plan, "cycles")->state, COUNTS_EXACT);
    assert_reason(find(plan, "cycles"), "counted in user mode only");
    assert_reason(find(plan, "cycles"), "sysctl kernel.perf_event_paranoid=1");
    /* The user who asked for no more got all of it. */
    assert_null(find(plan, "cycles:u")->reason);
    assert_int_equal(find(plan, "cycles:u")->slot, find(plan, "cycles")->slot);
    assert_missing(plan, "instructions:k", COUNTS_NOT_COUNTED, "not permitted");
    assert_string_equal(find(plan, "page-faults")->name, "page-faults:u");
    /* A clock loses nothing without the kernel. */
    assert_string_equal(find(plan, "task-clock")->name, "task-clock");
    assert_null(find(plan, "task-clock")->reason);
    /* These two would open, and read 0. */
    assert_missing(plan, "context-switches", COUNTS_NOT_COUNTED, "inside the kernel");
    assert_missing(plan, "context-switches", COUNTS_NOT_COUNTED, "perf_event_paranoid is 2");
    assert_missing(plan, "cpu-migrations", COUNTS_NOT_COUNTED, "CAP_PERFMON");
    group_plan_free(plan);
}

/* A worker must have some descriptors left: counters are dropped first, group by group. */
static void test_descriptors_in_reserve(void **state)
{
    (void)state;
    source.descriptors_max = 4;
    struct group_plan *plan = plan_of("cycles instructions|page-faults task-clock");
    assert_int_equal(group_plan_group_count(plan), 1);
    assert_int_equal(find(plan, "cycles")->state, COUNTS_EXACT);
    assert_missing(plan, "page-faults", COUNTS_NOT_COUNTED, "raise the limit with 'ulimit -n'");
    group_plan_free(plan);
    source.descriptors_max = 1;
    plan = plan_of("cycles");
    assert_missing(plan, "cycles", COUNTS_NOT_COUNTED, "no file descriptor was left");
    group_plan_free(plan);
}

static void test_paranoid_levels(void **state)
{
    (void)state;
    static const struct {
        int level;
        const char *name; /* of "page-faults"; NULL: not counted */
    } rows[] = {
        {-1, "page-faults"},  {0, "page-faults"}, {1, "page-faults"},
        {2, "page-faults:u"}, {3, NULL},          {4, NULL},
    };
    fake.permissions.has_perfmon = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake.permissions.paranoid = rows[i].level;
        struct group_plan *plan = plan_of("page-faults");
        if (rows[i].name != NULL)
            assert_string_equal(find(plan, "page-faults")->name, rows[i].name);
        else
            assert_missing(plan, "page-faults", COUNTS_NOT_COUNTED,
                           "sudo sysctl kernel.perf_event_paranoid=2");
        group_plan_free(plan);
    }
}

static void test_no_pmu(void **state)
{
    (void)state;
    fake.permissions.has_pmu = false;
    fake.permissions.is_vm = true;
    for (int root = 0; root < 2; root++) {
        fake.permissions.has_perfmon = root == 1;
        struct group_plan *plan = plan_of("cycles instructions|r01c2 page-faults");
        assert_missing(plan, "cycles", COUNTS_UNSUPPORTED, "(a virtual machine) exposes no PMU");
        assert_missing(plan, "r01c2", COUNTS_UNSUPPORTED, "no hardware counters here");
        assert_int_equal(group_plan_group_count(plan), 1);
        group_plan_free(plan);
    }
    fake.permissions.is_vm = false;
    struct group_plan *plan = plan_of("cycles");
    assert_missing(plan, "cycles", COUNTS_UNSUPPORTED, "the kernel found no PMU");
    assert_int_equal(group_plan_group_count(plan), 0);
    group_plan_free(plan);
}

static void test_refusals_have_reasons(void **state)
{
    (void)state;
    static const struct {
        int error;
        bool perfmon, seccomp;
        enum counts_state state;
        const char *part;
    } rows[] = {
        {ENOENT, true, false, COUNTS_UNSUPPORTED,
         "this processor's PMU does not count cache-misses"},
        {EOPNOTSUPP, true, false, COUNTS_UNSUPPORTED, "does not count"},
        {EINVAL, true, false, COUNTS_UNSUPPORTED, "whole processors only"},
        {ENOSYS, true, false, COUNTS_UNSUPPORTED, "no perf_event_open here"},
        {EBUSY, true, false, COUNTS_NOT_COUNTED, "another program has the PMU"},
        {EMFILE, true, false, COUNTS_NOT_COUNTED, "ulimit -n"},
        {EPERM, false, true, COUNTS_NOT_COUNTED, "a seccomp filter"},
        {EPERM, true, false, COUNTS_NOT_COUNTED, "although this process has CAP_PERFMON"},
        {EACCES, false, false, COUNTS_NOT_COUNTED, "although kernel.perf_event_paranoid is 1"},
        {EIO, true, false, COUNTS_UNSUPPORTED, "Input/output error"},
    };
    fake.rules[0] = (struct fake_rule){.type = EVENT_TYPE_HARDWARE, .config = 3};
    fake.rule_count = 1;
    fake.permissions.paranoid = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake.rules[0].open_errno = rows[i].error;
        fake.permissions.has_perfmon = rows[i].perfmon;
        fake.permissions.seccomp = rows[i].seccomp;
        struct group_plan *plan = plan_of("cycles cache-misses instructions");
        assert_missing(plan, "cache-misses", rows[i].state, rows[i].part);
        /* The rest goes on. */
        assert_int_equal(find(plan, "instructions")->slot, 1);
        group_plan_free(plan);
    }
}

static void test_a_silent_counter(void **state)
{
    (void)state;
    fake.rules[0] = (struct fake_rule){.type = EVENT_TYPE_HARDWARE, .config = 1, .silent = true};
    fake.rules[1] = (struct fake_rule){.type = EVENT_TYPE_HARDWARE, .config = 3, .silent = true};
    fake.rule_count = 2;
    struct group_plan *plan = plan_of("instructions cache-misses");
    assert_missing(plan, "instructions", COUNTS_NOT_COUNTED,
                   "stayed 0 while the processor was busy");
    /* No cache misses is a possible truth. */
    assert_int_equal(find(plan, "cache-misses")->state, COUNTS_EXACT);
    group_plan_free(plan);
}

/* Arm's PMUs open and run whatever number they are given. */
static void test_a_counter_that_is_not_there(void **state)
{
    (void)state;
    fake.pmus.count = 1;
    fake.pmus.list[0] = (struct pmu){
        .name = "armv8_pmuv3", .type = 8, .is_arm = true, .common = (1 << 0x08) | (1 << 0x10)};
    fake.rules[0] = (struct fake_rule){.type = EVENT_TYPE_RAW, .config = 0x1b, .silent = true};
    fake.rules[1] = (struct fake_rule){.type = EVENT_TYPE_RAW, .config = 0x10, .silent = true};
    fake.rule_count = 2;
    struct group_plan *plan = plan_of("r0008 r001b r0010 r001d");
    assert_missing(plan, "r001b", COUNTS_UNSUPPORTED, "does not implement r001b");
    /* It is implemented: a zero is the truth. */
    assert_int_equal(find(plan, "r0010")->state, COUNTS_EXACT);
    /* It is not listed, and counts: so it is there. */
    assert_int_equal(find(plan, "r001d")->state, COUNTS_EXACT);
    group_plan_free(plan);
}

static void test_descriptors_run_out(void **state)
{
    (void)state;
    fake.open_max = 3;
    struct group_plan *plan = plan_of("cycles instructions|page-faults minor-faults major-faults");
    /* Each group opens alone; together they do not. */
    assert_int_equal(group_plan_group_count(plan), 1);
    assert_int_equal(find(plan, "cycles")->group, 0);
    assert_missing(plan, "page-faults", COUNTS_NOT_COUNTED, "no file descriptor was left");
    group_plan_free(plan);
    fake.open_max = 0;
    plan = plan_of("cycles|page-faults");
    assert_int_equal(group_plan_group_count(plan), 0);
    assert_missing(plan, "cycles", COUNTS_NOT_COUNTED, "ulimit -n");
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(test_an_ordinary_user),
        PLAN_TEST(test_descriptors_in_reserve),
        PLAN_TEST(test_paranoid_levels),
        PLAN_TEST(test_no_pmu),
        PLAN_TEST(test_refusals_have_reasons),
        PLAN_TEST(test_a_silent_counter),
        PLAN_TEST(test_a_counter_that_is_not_there),
        PLAN_TEST(test_descriptors_run_out),
    };
    return cmocka_run_group_tests_name("group_prove", tests, NULL, NULL);
}
