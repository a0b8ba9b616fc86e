/* Plans on machines of every kind, played by source_fake. */
#include "counters/event_table.h"
#include "counters/group.h"
#include "counters/group_cost.h"
#include "counters/source_fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct source_fake fake;
static struct source source;

static int set_up(void **state)
{
    (void)state;
    source_fake_reset(&fake);
    source = source_fake_make(&fake);
    return 0;
}

/* Whatever a plan does, it leaves no descriptor behind. */
static int tear_down(void **state)
{
    (void)state;
    return fake.open_count != 0;
}

enum { LIST_MAX = 64 };

/* "cycles instructions" -> a request; the names live in `text`. */
static struct group_request request_of(char *text, const char *names[LIST_MAX])
{
    size_t count = 0;
    for (char *name = strtok(text, " "); name != NULL; name = strtok(NULL, " "))
        names[count++] = name;
    return (struct group_request){.events = names, .event_count = count};
}

/* "cycles instructions|page-faults" -> a plan of two requests. */
static struct group_plan *plan_of(const char *text)
{
    char copy[2048];
    char *lists[16];
    const char *names[16][LIST_MAX];
    struct group_request requests[16];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *rest = copy, *list; (list = strsep(&rest, "|")) != NULL;)
        lists[count++] = list;
    for (size_t i = 0; i < count; i++)
        requests[i] = request_of(lists[i], names[i]);
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_make(&source, requests, count, &plan, &st))
        fail_msg("%s: %s", text, st.message);
    return plan;
}

static const struct group_event *find(const struct group_plan *plan, const char *asked)
{
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        if (strcmp(group_plan_event(plan, i)->asked, asked) == 0)
            return group_plan_event(plan, i);
    }
    fail_msg("%s is not in the plan", asked);
    return NULL;
}

static void assert_reason(const struct group_event *event, const char *part)
{
    if (event->reason == NULL || strstr(event->reason, part) == NULL)
        fail_msg("%s: '%s' is not in: %s", event->asked, part, event->reason);
}

static void assert_missing(const struct group_plan *plan, const char *asked,
                           enum counts_state state, const char *part)
{
    const struct group_event *event = find(plan, asked);
    assert_int_equal(event->state, state);
    assert_int_equal(event->group, -1);
    assert_int_equal(event->slot, -1);
    assert_string_equal(event->name, asked);
    assert_reason(event, part);
}

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

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(test_a_metric_is_one_group),
        PLAN_TEST(test_what_does_not_fit_is_split),
        PLAN_TEST(test_a_held_counter_is_noticed),
        PLAN_TEST(test_asked_twice_counted_once),
        PLAN_TEST(test_an_ordinary_user),
        PLAN_TEST(test_paranoid_levels),
        PLAN_TEST(test_no_pmu),
        PLAN_TEST(test_refusals_have_reasons),
        PLAN_TEST(test_a_silent_counter),
        PLAN_TEST(test_descriptors_run_out),
        PLAN_TEST(test_bad_requests),
        PLAN_TEST(test_open_self),
        PLAN_TEST(test_missing_values),
        PLAN_TEST(test_cost),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
