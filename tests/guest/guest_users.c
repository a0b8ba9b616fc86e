/* An ordinary user at every paranoid level of the kernel: what is counted, and what is said. */
#include "measure.h"

#include <stdlib.h>

enum { NO_LIMIT = 1, USER_ONLY = 2 }; /* kernel.perf_event_paranoid of Debian: from 3 on, nothing */

static void assert_level(const struct group_plan *plan, const char *asked, int level, int needed)
{
    char part[128];
    snprintf(part, sizeof part,
             "kernel.perf_event_paranoid is %d; 'sudo sysctl kernel.perf_event_paranoid=%d' or "
             "CAP_PERFMON would allow it",
             level, needed);
    assert_reason(find(plan, asked), part);
}

static void check_everything(const struct group_plan *plan)
{
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        const struct group_event *event = group_plan_event(plan, i);
        assert_int_equal(event->state, COUNTS_EXACT);
        assert_string_equal(event->name, event->asked);
        assert_null(event->reason);
    }
}

static void check_user_only(const struct group_plan *plan, int level)
{
    static const char *const reduced[] = {"cycles", "instructions", "page-faults"};
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        const struct group_event *event = find(plan, reduced[i]);
        snprintf(name, sizeof name, "%s:u", reduced[i]);
        assert_string_equal(event->name, name);
        assert_int_equal(event->state, COUNTS_EXACT);
        assert_reason(event, "counted in user mode only, without the kernel's share");
        assert_level(plan, reduced[i], level, NO_LIMIT);
    }
    assert_null(find(plan, "instructions:u")->reason);
    assert_int_equal(find(plan, "instructions:u")->slot, find(plan, "instructions")->slot);
    assert_string_equal(find(plan, "task-clock")->name, "task-clock");
    assert_missing(plan, "context-switches", COUNTS_NOT_COUNTED, "inside the kernel");
    assert_level(plan, "context-switches", level, NO_LIMIT);
}

static void check_nothing(const struct group_plan *plan, int level)
{
    assert_int_equal(group_plan_group_count(plan), 0);
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        const char *asked = group_plan_event(plan, i)->asked;
        assert_missing(plan, asked, COUNTS_NOT_COUNTED, "");
        assert_level(plan, asked, level,
                     strcmp(asked, "context-switches") == 0 ? NO_LIMIT : USER_ONLY);
    }
}

static void check_level(int level)
{
    struct group_plan *plan =
        measure_plan("cycles instructions instructions:u|page-faults task-clock context-switches");
    struct counts counts[6];
    if (level <= NO_LIMIT)
        check_everything(plan);
    else if (level == USER_ONLY)
        check_user_only(plan, level);
    else
        check_nothing(plan, level);
    measure(plan, measure_loop, 1, counts);
    if (level > USER_ONLY) {
        assert_int_equal(measure_value(plan, counts, "instructions").state, COUNTS_NOT_COUNTED);
    } else {
        uint64_t overhead = measure_exact(plan, counts, "instructions:u") - 2;
        measure(plan, measure_loop, 1000000, counts);
        assert_int_equal(measure_exact(plan, counts, "instructions:u"), 2000000 + overhead);
    }
    group_plan_free(plan);
}

static void check_level_as_test(void **state)
{
    check_level(*(int *)*state);
}

/* In a process of its own, and cmocka in it: failures are reported where they happen. */
static void check_as_user(int level)
{
    int given = level;
    const struct CMUnitTest tests[] = {
        {.name = "an ordinary user", .test_func = check_level_as_test, .initial_state = &given}};
    if (cmocka_run_group_tests_name("guest_users", tests, NULL, NULL) != 0)
        exit(1);
}

static void test_levels(void **state)
{
    (void)state;
    for (int level = -1; level <= 4; level++) {
        measure_set_paranoid(level);
        printf("    kernel.perf_event_paranoid = %d, uid %d\n", level, MEASURE_USER);
        assert_true(measure_as_user(check_as_user, level));
    }
}

/* Rights need no level. */
static void test_root_at_every_level(void **state)
{
    (void)state;
    for (int level = -1; level <= 4; level++) {
        measure_set_paranoid(level);
        struct group_plan *plan = measure_plan("cycles instructions|page-faults context-switches");
        check_everything(plan);
        group_plan_free(plan);
    }
}

static int put_back(void **state)
{
    (void)state;
    measure_set_paranoid(2);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_levels, put_back),
        cmocka_unit_test_teardown(test_root_at_every_level, put_back),
    };
    return cmocka_run_group_tests_name("guest_users", tests, NULL, NULL);
}
