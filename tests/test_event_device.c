/* Events that the kernel names: PMUs of /sys with their formats, scales and scopes; tracepoints. */
#include "fake_root.h"

#include "counters/event.h"
#include "counters/event_device.h"
#include "counters/group.h"
#include "counters/source_fake.h"
#include "machine/pmu_event.h"

#define DEVICES "/sys/bus/event_source/devices/"

static int set_up(void **state)
{
    int failed = root_make(state);
    root_put(DEVICES "cpu/type", "4\n");
    root_put(DEVICES "cpu/format/event", "config:0-7\n");
    root_put(DEVICES "cpu/format/umask", "config:8-15,40-47\n");
    root_put(DEVICES "cpu/format/cmask", "config:24-31\n");
    root_put(DEVICES "cpu/format/inv", "config:23\n");
    root_put(DEVICES "cpu/format/ldlat", "config1:0-15\n");
    root_put(DEVICES "cpu/events/slots", "event=0x00,umask=0x4\n");
    root_put(DEVICES "cpu/events/topdown-retiring", "event=0x00,umask=0x80\n");
    root_put(DEVICES "cpu/events/wide", "event=0xcd,umask=0x1ff,inv,cmask=2,ldlat=3\n");
    root_put(DEVICES "cpu/events/huge", "event=0x1ff\n");
    root_put(DEVICES "cpu/events/choose", "event=?\n");
    root_put(DEVICES "cpu/events/strange", "colour=0x3\n");
    root_put(DEVICES "msr/type", "9\n");
    root_put(DEVICES "msr/format/event", "config:0-63\n");
    root_put(DEVICES "msr/events/tsc", "event=0x00\n");
    root_put(DEVICES "power/type", "22\n");
    root_put(DEVICES "power/cpumask", "0\n");
    root_put(DEVICES "power/format/event", "config:0-7\n");
    root_put(DEVICES "power/events/energy-pkg", "event=0x02\n");
    root_put(DEVICES "power/events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
    root_put(DEVICES "power/events/energy-pkg.unit", "Joules\n");
    event_device_root(root);
    return failed;
}

static int tear_down(void **state)
{
    event_device_root("");
    return root_remove(state);
}

static void test_formats(void **state)
{
    (void)state;
    struct pmu_event event;
    assert_true(pmu_event_find(root, "cpu", "slots", &event));
    assert_int_equal(event.type, 4);
    assert_int_equal(event.config, 0x400);
    assert_int_equal(event.scope, PMU_EVENT_CORE);
    assert_true(pmu_event_find(root, "cpu", "wide", &event));
    assert_int_equal(event.config, 1ULL << 40 | 2ULL << 24 | 0x80ffcd);
    assert_int_equal(event.config1, 3);
    /* What is not understood to the last term is not there: a guess would count something else. */
    assert_false(pmu_event_find(root, "cpu", "huge", &event));
    assert_false(pmu_event_find(root, "cpu", "choose", &event));
    assert_false(pmu_event_find(root, "cpu", "strange", &event));
    assert_false(pmu_event_find(root, "cpu", "none", &event));
    assert_false(pmu_event_find(root, "..", "cpu", &event));
    assert_false(pmu_event_find(root, "cpu", "../../msr/events/tsc", &event));
}

static void test_scale_unit_and_scope(void **state)
{
    (void)state;
    struct pmu_event event;
    assert_true(pmu_event_find(root, "power", "energy-pkg", &event));
    assert_string_equal(event.name, "power/energy-pkg/");
    assert_true(event.scale == 0x1p-32);
    assert_string_equal(event.unit, "Joules");
    assert_int_equal(event.scope, PMU_EVENT_SYSTEM);
    assert_true(pmu_event_find(root, "msr", "tsc", &event));
    assert_int_equal(event.scope, PMU_EVENT_PROCESS);
    assert_true(event.scale == 1 && event.unit[0] == '\0');
}

static void assert_fails(const char *text, enum status_code code, const char *part)
{
    struct event event;
    struct status st = STATUS_INIT;
    assert_false(event_parse(text, &event, &st));
    assert_int_equal(st.code, code);
    if (strstr(st.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, st.message);
}

static void test_names(void **state)
{
    (void)state;
    struct event event;
    struct status st = STATUS_INIT;
    assert_true(event_parse("cpu/topdown-retiring/:u", &event, &st));
    assert_string_equal(event.name, "cpu/topdown-retiring/:u");
    assert_int_equal(event.code.config, 0x8000);
    assert_true(event.code.exclude_kernel && !event.code.exclude_user);
    assert_true(event_parse("msr/tsc/", &event, &st));
    assert_false(event.code.exclude_hv || event.code.exclude_kernel);
    struct event user;
    assert_false(event_user_only(&event, &user));
    assert_fails("msr/tsc/:u", STATUS_USAGE, "cannot leave out user or kernel mode");
    assert_fails("msr/tcs/", STATUS_NOT_FOUND, "did you mean 'msr/tsc/'?");
    assert_fails("power/", STATUS_NOT_FOUND, "unknown event");
}

static void assert_planned(const char *name, enum counts_state state, const char *part)
{
    static struct source_fake fake;
    source_fake_reset(&fake);
    struct source source = source_fake_make(&fake);
    const struct group_request request = {.events = &name, .event_count = 1};
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_make(&source, &request, 1, &plan, &st))
        fail_msg("%s", st.message);
    const struct group_event *event = group_plan_event(plan, 0);
    assert_int_equal(event->state, state);
    if (part != NULL && strstr(event->reason, part) == NULL)
        fail_msg("'%s' is not in: %s", part, event->reason);
    group_plan_free(plan);
}

static void test_what_counts_whole_machines(void **state)
{
    (void)state;
    assert_planned("power/energy-pkg/", COUNTS_NOT_COUNTED, "the whole machine or socket");
    assert_planned("msr/tsc/", COUNTS_EXACT, NULL);
}

static void test_tracepoints(void **state)
{
    (void)state;
    struct event event;
    struct status st = STATUS_INIT;
    assert_true(event_parse("sched:sched_switch", &event, &st));
    assert_planned("sched:sched_switch", COUNTS_NOT_COUNTED, "mount -t tracefs");
    assert_fails("instructon:x", STATUS_NOT_FOUND, "did you mean 'instructions'?");
    assert_fails("cycels:foo", STATUS_NOT_FOUND, "unknown event");
    static const char *const systems[] = {"irq:a",   "net:a",    "block:a",    "kmem:a", "timer:a",
                                          "power:a", "signal:a", "syscalls:a", "ext4:a", "task:a"};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        assert_planned(systems[i], COUNTS_NOT_COUNTED, "mount -t tracefs");
    root_put("/sys/kernel/tracing/events/sched/sched_switch/id", "316\n");
    assert_true(event_parse("sched:sched_switch", &event, &st));
    assert_int_equal(event.code.type, 2);
    assert_int_equal(event.code.config, 316);
    assert_null(event.refusal);
    assert_fails("sched:sched_swich", STATUS_NOT_FOUND, "unknown event");
    assert_fails("sched:sched_switch:u", STATUS_USAGE, "happens inside the kernel only");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_formats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scale_unit_and_scope, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_counts_whole_machines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tracepoints, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("event_device", tests, NULL, NULL);
}
