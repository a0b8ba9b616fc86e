/* Hybrid processors: one event per kind of core, summed and shown apart. */
#include "fake_plan.h"
#include "fake_root.h"

#include "counters/event_device.h"
#include "counters/event_table.h"

#include <errno.h>

enum { CORE = 4, ATOM = 10, MS = 1000000 };

static int set_up_hybrid(void **state)
{
    set_up(state);
    fake.pmus.count = 2;
    fake.pmus.list[0] = (struct pmu){.name = "cpu_core", .type = CORE, .has_cpus = true};
    fake.pmus.list[1] = (struct pmu){.name = "cpu_atom", .type = ATOM, .has_cpus = true};
    return 0;
}

static int set_up_arm(void **state)
{
    set_up(state);
    static const char *const names[] = {"armv8_cortex_a55", "armv8_cortex_a76"};
    fake.pmus.count = 2;
    for (size_t i = 0; i < 2; i++) {
        struct pmu *pmu = &fake.pmus.list[i];
        *pmu = (struct pmu){.type = 8 + (uint32_t)i, .has_cpus = true, .is_arm = true};
        snprintf(pmu->name, sizeof pmu->name, "%s", names[i]);
        /* Only the larger one has BR_RETIRED; both have PC_WRITE_RETIRED. */
        pmu->common =
            (1ULL << 0x08) | (1ULL << 0x11) | (1ULL << 0x0c) | (i == 1 ? 1ULL << 0x21 : 0);
    }
    return 0;
}

#define HYBRID_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_hybrid, tear_down)

/* Opens the plan, lets the work run for so many ms on each kind of core, decodes. */
static void run(const struct group_plan *plan, uint64_t core_ms, uint64_t atom_ms,
                struct counts *counts)
{
    static unsigned char before[16][GROUP_READING_MAX];
    static unsigned char after[16][GROUP_READING_MAX];
    size_t groups = group_plan_group_count(plan);
    int fds[16];
    struct status st = STATUS_INIT;
    assert_true(groups <= 16);
    assert_true(group_plan_open_self(plan, fds, &st));
    ssize_t sizes[2][16];
    fake.at = core_ms > 0 ? 0 : 1; /* readings take time, too */
    for (size_t g = 0; g < groups; g++)
        sizes[0][g] = source.read(source.self, fds[g], before[g], GROUP_READING_MAX);
    fake.at = 0;
    source_fake_run(&fake, core_ms * MS);
    fake.at = 1;
    source_fake_run(&fake, atom_ms * MS);
    fake.at = core_ms > 0 ? 0 : 1;
    for (size_t g = 0; g < groups; g++)
        sizes[1][g] = source.read(source.self, fds[g], after[g], GROUP_READING_MAX);
    for (size_t g = 0; g < groups; g++) {
        if (!group_plan_decode(plan, g, before[g], (size_t)sizes[0][g], after[g],
                               (size_t)sizes[1][g], counts, &st))
            fail_msg("%s", st.message);
    }
    group_plan_missing(plan, counts);
    group_plan_merge(plan, counts);
    for (int fd = 0; fake.open_count > 0; fd++) {
        if (fake.events[fd].used)
            source.close(source.self, FAKE_FIRST_FD + fd);
    }
}

static void test_a_part_for_each_kind_of_core(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("instructions cycles:u page-faults");
    assert_int_equal(group_plan_event_count(plan), 7);
    const struct group_event *sum = find(plan, "instructions");
    assert_int_equal(sum->parts, 2);
    assert_int_equal(sum->state, COUNTS_EXACT);
    assert_int_equal(sum->group, -1);
    assert_null(sum->reason);
    const struct group_event *core = group_plan_event(plan, 1);
    const struct group_event *atom = group_plan_event(plan, 2);
    assert_string_equal(core->name, "cpu_core::instructions");
    assert_string_equal(atom->name, "cpu_atom::instructions");
    assert_string_equal(atom->asked, atom->name);
    assert_int_equal(core->part_of, 0);
    assert_int_equal(atom->part_of, 0);
    assert_int_equal(sum->part_of, -1);
    /* Groups never span PMUs. */
    assert_int_equal(group_plan_group_count(plan), 3);
    assert_true(core->group != atom->group);
    assert_int_equal(find(plan, "cpu_core::cycles:u")->group, core->group);
    assert_int_equal(find(plan, "cpu_atom::cycles:u")->group, atom->group);
    assert_int_equal(find(plan, "page-faults")->parts, 0);
    group_plan_free(plan);
}

/* Of the open event with this config. */
static uint64_t type_of(uint64_t config)
{
    for (int i = 0; i < FAKE_DESCRIPTORS; i++) {
        const struct event_code *code = &fake.events[i].code;
        if (fake.events[i].used && code->config == config)
            return code->type;
    }
    return UINT64_MAX;
}

static void open_all(const struct group_plan *plan)
{
    int fds[16];
    struct status st = STATUS_INIT;
    assert_true(group_plan_open_self(plan, fds, &st));
}

static void close_all(void)
{
    for (int i = 0; i < FAKE_DESCRIPTORS; i++) {
        if (fake.events[i].used)
            source.close(source.self, FAKE_FIRST_FD + i);
    }
}

static void test_what_the_kernel_is_told(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("instructions|L1-dcache-load-misses|r01c2|page-faults");
    open_all(plan);
    assert_int_equal(fake.open_count, 7);
    /* Generic events: the PMU's type in the upper half of config. */
    assert_int_equal(type_of(0x400000001), EVENT_TYPE_HARDWARE);
    assert_int_equal(type_of(0xa00000001), EVENT_TYPE_HARDWARE);
    assert_int_equal(type_of(0x400010000), EVENT_TYPE_HW_CACHE);
    assert_int_equal(type_of(0xa00010000), EVENT_TYPE_HW_CACHE);
    close_all();
    group_plan_free(plan);

    set_up_arm(NULL);
    plan = plan_of("instructions branches L1-dcache-load-misses");
    open_all(plan);
    assert_int_equal(find(plan, "armv8_cortex_a55::branches")->state, COUNTS_EXACT);
    assert_int_equal(type_of(0x0c), 8);
    assert_int_equal(type_of(0x21), 9);
    assert_int_equal(type_of(0x900010000), EVENT_TYPE_HW_CACHE);
    close_all();
    group_plan_free(plan);
}

static void test_a_task_that_moves(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("instructions page-faults");
    struct counts counts[4];
    run(plan, 30, 10, counts);
    const struct counts *sum = &counts[0], *core = &counts[1], *atom = &counts[2];
    assert_int_equal(sum->state, COUNTS_EXACT);
    assert_null(sum->reason);
    assert_int_equal(sum->running_ns, sum->enabled_ns);
    assert_int_equal(sum->count, core->count + atom->count);
    /* Each was counted for as long as it could count anything: that is all of its share. */
    assert_int_equal(core->state, COUNTS_EXACT);
    assert_int_equal(atom->state, COUNTS_EXACT);
    assert_int_equal(atom->count, 2 * 10 * MS / 1000);
    assert_int_equal(atom->running_ns, 10 * MS);
    assert_int_equal(core->running_ns + atom->running_ns, sum->running_ns);
    group_plan_free(plan);
}

static void test_a_task_that_stays(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("instructions");
    struct counts counts[3];
    run(plan, 0, 20, counts);
    assert_int_equal(counts[0].state, COUNTS_EXACT);
    assert_int_equal(counts[0].count, counts[2].count);
    assert_int_equal(counts[1].state, COUNTS_NOT_COUNTED);
    assert_string_equal(counts[1].reason, "the work never ran on this kind of core");
    assert_int_equal(counts[2].state, COUNTS_EXACT);
    group_plan_free(plan);
}

static void test_turns_on_both(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("instructions");
    struct counts counts[3];
    fake.hardware_share = 0.5;
    run(plan, 30, 10, counts);
    double whole = 0, core = 0, atom = 0;
    assert_int_equal(counts[0].state, COUNTS_SCALED);
    assert_true(counts_estimate(counts[0], &whole) && counts_estimate(counts[1], &core) &&
                counts_estimate(counts[2], &atom));
    /* The parts are not blown up by the time that the work spent on the other kind of core. */
    assert_true(core + atom > 0.999 * whole && core + atom < 1.001 * whole);
    assert_true(atom > 0.99 * 2 * 10 * MS / 1000 && atom < 1.01 * 2 * 10 * MS / 1000);
    group_plan_free(plan);
}

static void test_one_kind_cannot_count_it(void **state)
{
    (void)state;
    fake.rules[0] = (struct fake_rule){
        .type = EVENT_TYPE_HARDWARE, .config = 0xa00000003, .open_errno = ENOENT};
    fake.rule_count = 1;
    struct group_plan *plan = plan_of("cache-misses");
    struct counts counts[3];
    const struct group_event *sum = find(plan, "cache-misses");
    assert_int_equal(sum->state, COUNTS_EXACT);
    assert_reason(sum, "on cpu_atom: this processor's PMU does not count");
    assert_missing(plan, "cpu_atom::cache-misses", COUNTS_UNSUPPORTED, "does not count");
    run(plan, 20, 0, counts); /* never where it cannot be counted */
    assert_int_equal(counts[0].state, COUNTS_EXACT);
    run(plan, 20, 20, counts);
    assert_int_equal(counts[0].state, COUNTS_SCALED);
    assert_string_equal(counts[0].reason, "one kind of core cannot count it");
    group_plan_free(plan);

    fake.rules[1] = (struct fake_rule){
        .type = EVENT_TYPE_HARDWARE, .config = 0x400000003, .open_errno = ENOENT};
    fake.rule_count = 2;
    plan = plan_of("cache-misses");
    assert_missing(plan, "cache-misses", COUNTS_UNSUPPORTED, "on cpu_core: this processor's PMU");
    assert_int_equal(group_plan_group_count(plan), 0);
    run(plan, 1, 1, counts);
    assert_int_equal(counts[0].state, COUNTS_UNSUPPORTED);
    group_plan_free(plan);
}

static void test_a_kind_of_core_is_closed_to_us(void **state)
{
    (void)state;
    fake.move_errno = EINVAL;
    struct group_plan *plan = plan_of("instructions");
    assert_missing(plan, "instructions", COUNTS_NOT_COUNTED,
                   "this process may not run on the processors of cpu_core");
    group_plan_free(plan);
}

static void test_an_ordinary_user(void **state)
{
    (void)state;
    fake.permissions.has_perfmon = false;
    struct group_plan *plan = plan_of("instructions");
    const struct group_event *sum = find(plan, "instructions");
    assert_string_equal(sum->name, "instructions:u");
    /* Both parts say the same: once is enough. */
    assert_int_equal(strncmp(sum->reason, "counted in user mode only", 25), 0);
    assert_string_equal(group_plan_event(plan, 2)->name, "cpu_atom::instructions:u");
    assert_string_equal(group_plan_event(plan, 2)->asked, "cpu_atom::instructions");
    group_plan_free(plan);
}

static void test_asked_twice(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles instructions|cpu-cycles cycles");
    assert_int_equal(group_plan_group_count(plan), 2);
    assert_int_equal(find(plan, "cpu-cycles")->parts, 2);
    for (size_t part = 1; part <= 2; part++) {
        const struct group_event *first = group_plan_event(plan, part);
        const struct group_event *again = group_plan_event(plan, part + 6);
        assert_int_equal(again->part_of, 6);
        assert_int_equal(again->group, first->group);
        assert_int_equal(again->slot, first->slot);
    }
    group_plan_free(plan);
}

static void test_too_many(void **state)
{
    (void)state;
    static char names[GROUP_EVENTS_MAX][8];
    const char *many[GROUP_EVENTS_MAX];
    for (int i = 0; i < GROUP_EVENTS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "r%x", i);
        many[i] = names[i];
    }
    struct group_request request = {.events = many, .event_count = GROUP_EVENTS_MAX / 3};
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    fake.counters = 20;
    assert_true(group_plan_make(&source, &request, 1, &plan, &st));
    assert_int_equal(group_plan_group_count(plan), 10);
    group_plan_free(plan);
    request.event_count++;
    assert_false(group_plan_make(&source, &request, 1, &plan, &st));
    assert_int_equal(st.code, STATUS_USAGE);
}

/* "cpu_core/slots/" exists on the large cores alone. It is proven there, and the time that the work
 * spends on small ones is no time in which it had to wait for a counter. */
static void test_an_event_of_one_kind(void **state)
{
    assert_int_equal(root_make(state), 0);
    root_put("/sys/bus/event_source/devices/cpu_core/type", "4\n");
    root_put("/sys/bus/event_source/devices/cpu_core/cpus", "0\n");
    root_put("/sys/bus/event_source/devices/cpu_core/format/event", "config:0-7\n");
    root_put("/sys/bus/event_source/devices/cpu_core/events/slots", "event=0x9\n");
    event_device_root(root);
    fake.at = 1; /* the plan is made on a small core */
    struct group_plan *plan = plan_of("instructions cpu_core/slots/");
    const struct group_event *slots = find(plan, "cpu_core/slots/");
    assert_int_equal(slots->state, COUNTS_EXACT);
    assert_int_equal(slots->parts, 0);
    struct counts counts[4];
    run(plan, 30, 10, counts);
    assert_int_equal(counts[3].state, COUNTS_EXACT);
    assert_int_equal(counts[3].running_ns, counts[1].running_ns);
    assert_true(counts[3].count > 0);
    run(plan, 0, 10, counts);
    assert_int_equal(counts[3].state, COUNTS_NOT_COUNTED);
    assert_string_equal(counts[3].reason, "the work never ran on this kind of core");
    group_plan_free(plan);
    event_device_root("");
    assert_int_equal(root_remove(state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HYBRID_TEST(test_a_part_for_each_kind_of_core),
        HYBRID_TEST(test_what_the_kernel_is_told),
        HYBRID_TEST(test_a_task_that_moves),
        HYBRID_TEST(test_a_task_that_stays),
        HYBRID_TEST(test_turns_on_both),
        HYBRID_TEST(test_one_kind_cannot_count_it),
        HYBRID_TEST(test_a_kind_of_core_is_closed_to_us),
        HYBRID_TEST(test_an_ordinary_user),
        HYBRID_TEST(test_asked_twice),
        HYBRID_TEST(test_too_many),
        HYBRID_TEST(test_an_event_of_one_kind),
    };
    return cmocka_run_group_tests_name("group_parts", tests, NULL, NULL);
}
