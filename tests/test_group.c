/* Plans: what goes together, what is counted once, what opens. */
#include "fake_plan.h"

#include "counters/group_cost.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_metric_is_one_group(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles instructions|page-faults task-clock|branches");
    assert_int_equal(group_plan_event_count(plan), 5);
    /* Hardware and software apart; what fits joins. */
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "cycles")->group, 0);
    assert_int_equal(find(plan, "instructions")->slot, 1);
    assert_int_equal(find(plan, "page-faults")->group, 1);
    assert_int_equal(find(plan, "branches")->group, 0);
    assert_int_equal(find(plan, "branches")->slot, 2);
    assert_null(find(plan, "cycles")->reason);
    assert_string_equal(find(plan, "task-clock")->unit, "ns");
    group_plan_free(plan);
}

static void test_what_does_not_fit_is_split(void **state)
{
    (void)state;
    /* A metric of its own group rather than torn apart. */
    struct group_plan *plan = plan_of("cycles instructions branches|cache-references cache-misses");
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "branches")->group, 0);
    assert_int_equal(find(plan, "cache-references")->group, 1);
    assert_int_equal(find(plan, "cache-misses")->group, 1);
    group_plan_free(plan);

    /* Too big for any group: as few as possible. */
    plan = plan_of("cycles instructions branches branch-misses cache-references cache-misses");
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "branch-misses")->group, 0);
    assert_int_equal(find(plan, "cache-references")->group, 1);
    group_plan_free(plan);
}

/* The kernel opens and enables such a group; only the running time of 0 tells. */
static void test_a_held_counter_is_noticed(void **state)
{
    (void)state;
    fake.held = 1;
    fake.permissions.nmi_watchdog = 1;
    struct group_plan *plan = plan_of("cycles instructions branches branch-misses");
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "branches")->group, 0);
    assert_int_equal(find(plan, "branch-misses")->group, 1);
    group_plan_free(plan);

    fake.held = 4;
    plan = plan_of("cycles");
    assert_missing(plan, "cycles", COUNTS_NOT_COUNTED, "NMI watchdog");
    group_plan_free(plan);
}

static void test_asked_twice_counted_once(void **state)
{
    (void)state;
    struct group_plan *plan =
        plan_of("cycles cycles perf::CYCLES|cycles instructions|faults page-faults|cpu-cycles:uk");
    assert_int_equal(group_plan_event_count(plan), 6);
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "perf::CYCLES")->slot, find(plan, "cycles")->slot);
    assert_int_equal(find(plan, "cpu-cycles:uk")->slot, find(plan, "cycles")->slot);
    assert_int_equal(find(plan, "instructions")->slot, 1);
    assert_int_equal(find(plan, "faults")->group, find(plan, "page-faults")->group);
    assert_int_equal(find(plan, "faults")->slot, find(plan, "page-faults")->slot);

    /* Both spellings get the value. */
    int fds[2];
    struct status st = STATUS_INIT;
    assert_true(group_plan_open_self(plan, fds, &st));
    assert_int_equal(fake.open_count, 3);
    fake.open_count = 0;
    group_plan_free(plan);
}

static void test_bad_requests(void **state)
{
    (void)state;
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    const char *unknown[] = {"cycles", "instructons"};
    struct group_request request = {.events = unknown, .event_count = 2};
    assert_false(group_plan_make(&source, &request, 1, &plan, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    assert_string_equal(st.message, "unknown event 'instructons'; did you mean 'instructions'?");

    /* 200 different raw events are fine, 257 are not. */
    static char names[GROUP_EVENTS_MAX + 1][8];
    const char *many[GROUP_EVENTS_MAX + 1];
    for (int i = 0; i <= GROUP_EVENTS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "r%x", i);
        many[i] = names[i];
    }
    request = (struct group_request){.events = many, .event_count = 200};
    fake.counters = 20;
    assert_true(group_plan_make(&source, &request, 1, &plan, &st));
    assert_int_equal(group_plan_group_count(plan), 10);
    group_plan_free(plan);
    request.event_count = GROUP_EVENTS_MAX + 1;
    assert_false(group_plan_make(&source, &request, 1, &plan, &st));
    assert_int_equal(st.code, STATUS_USAGE);

    assert_true(group_plan_make(&source, NULL, 0, &plan, &st));
    assert_int_equal(group_plan_event_count(plan), 0);
    assert_int_equal(group_plan_group_count(plan), 0);
    group_plan_free(plan);
    group_plan_free(NULL);
}

static void test_open_self(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles instructions|page-faults");
    int fds[2] = {-1, -1};
    struct status st = STATUS_INIT;
    assert_true(group_plan_open_self(plan, fds, &st));
    assert_int_equal(fake.open_count, 3);
    for (int g = 0; g < 2; g++)
        assert_true(fake.events[fds[g] - FAKE_FIRST_FD].enabled);
    for (int i = 0; i < 3; i++)
        source.close(source.self, FAKE_FIRST_FD + i);

    /* A failure half-way closes what was opened, and says which event it was. */
    fake.open_max = 2;
    assert_false(group_plan_open_self(plan, fds, &st));
    assert_int_equal(st.code, STATUS_SYSTEM);
    assert_int_equal(st.sys_errno, EMFILE);
    assert_string_equal(st.message, "cannot open the counter page-faults");
    assert_int_equal(fake.open_count, 0);
    group_plan_free(plan);
}

static void test_missing_values(void **state)
{
    (void)state;
    fake.permissions.has_pmu = false;
    struct group_plan *plan = plan_of("cycles page-faults");
    struct counts counts[2] = {{.count = 77}, {.count = 78}};
    group_plan_missing(plan, counts);
    assert_int_equal(counts[0].state, COUNTS_UNSUPPORTED);
    assert_int_equal(counts[0].count, 0);
    assert_string_equal(counts[0].reason, find(plan, "cycles")->reason);
    assert_int_equal(counts[1].count, 78);
    group_plan_free(plan);
}

static void test_cost(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles|page-faults");
    struct group_cost cost = {.brackets = 0};
    struct status st = STATUS_INIT;
    assert_true(group_plan_probe_cost(plan, &cost, &st));
    assert_true(cost.brackets > 100 && cost.read_ns > 0 && cost.bracket_ns >= cost.read_ns);
    fake.read_errno = EIO;
    assert_false(group_plan_probe_cost(plan, &cost, &st));
    assert_int_equal(st.sys_errno, EIO);
    fake.open_max = 1;
    assert_false(group_plan_probe_cost(plan, &cost, &st));
    assert_int_equal(st.sys_errno, EMFILE);
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(test_a_metric_is_one_group),
        PLAN_TEST(test_what_does_not_fit_is_split),
        PLAN_TEST(test_a_held_counter_is_noticed),
        PLAN_TEST(test_asked_twice_counted_once),
        PLAN_TEST(test_bad_requests),
        PLAN_TEST(test_open_self),
        PLAN_TEST(test_missing_values),
        PLAN_TEST(test_cost),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
