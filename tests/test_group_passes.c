/* More than fits at once, counted in passes: each event is in one of them, or in all. */
#include "fake_plan.h"

#include "counters/group_passes.h"

#include <errno.h>

static struct group_plan *pass_of(const struct group_plan *plan, size_t index)
{
    struct group_plan *pass = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_pass(plan, index, &pass, &st))
        fail_msg("%s", st.message);
    assert_int_equal(group_plan_event_count(pass), group_plan_event_count(plan));
    return pass;
}

static void test_what_fits_is_one_pass(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles instructions|page-faults task-clock");
    assert_int_equal(group_plan_pass_count(plan), 1);
    struct group_plan *pass = pass_of(plan, 0);
    assert_int_equal(group_plan_group_count(pass), 2);
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        const struct group_event *one = group_plan_event(plan, i);
        const struct group_event *two = group_plan_event(pass, i);
        assert_string_equal(one->asked, two->asked);
        assert_int_equal(one->group, two->group);
        assert_int_equal(one->slot, two->slot);
        assert_null(two->reason);
    }
    struct status st = STATUS_INIT;
    assert_false(group_plan_pass(plan, 1, &pass, &st));
    assert_int_equal(st.code, STATUS_USAGE);
    group_plan_free(plan);
    /* It stands on its own. */
    assert_string_equal(group_plan_event(pass, 0)->name, "cycles");
    group_plan_free(pass);

    plan = plan_of("");
    assert_int_equal(group_plan_pass_count(plan), 1);
    pass = pass_of(plan, 0);
    assert_int_equal(group_plan_group_count(pass), 0);
    group_plan_free(pass);
    group_plan_free(plan);
}

static void test_each_event_in_one_pass(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("cycles instructions branches|page-faults|"
                                      "cache-references cache-misses|branch-misses bus-cycles");
    size_t passes = group_plan_pass_count(plan);
    size_t counted[8] = {0};
    assert_int_equal(passes, 2);
    for (size_t p = 0; p < passes; p++) {
        struct group_plan *pass = pass_of(plan, p);
        for (size_t i = 0; i < group_plan_event_count(pass); i++) {
            const struct group_event *event = group_plan_event(pass, i);
            counted[i] += event->state == COUNTS_EXACT;
            if (event->state == COUNTS_EXACT)
                assert_true((size_t)event->group < group_plan_group_count(pass));
            else
                assert_missing(pass, event->asked, COUNTS_NOT_COUNTED, "measured in another pass");
        }
        /* A metric's events are together. */
        assert_int_equal(find(pass, "cycles")->group, find(pass, "branches")->group);
        group_plan_free(pass);
    }
    for (size_t i = 0; i < 8; i++) {
        bool in_all = strcmp(group_plan_event(plan, i)->asked, "page-faults") == 0;
        assert_int_equal(counted[i], in_all ? passes : 1);
    }
    group_plan_free(plan);
}

/* What a pass opens runs all the time, and decodes by the pass's own numbers. */
static void test_a_pass_is_a_plan(void **state)
{
    (void)state;
    fake.counters = 1;
    struct group_plan *plan = plan_of("cycles|instructions|page-faults");
    assert_int_equal(group_plan_pass_count(plan), 2);
    struct group_plan *pass = pass_of(plan, 1);
    assert_int_equal(group_plan_group_count(pass), 2);
    int fds[2];
    struct counts counts[3];
    struct status st = STATUS_INIT;
    assert_true(group_plan_open_self(pass, fds, &st));
    assert_int_equal(fake.open_count, 2);
    for (size_t g = 0; g < 2; g++) {
        unsigned char before[GROUP_READING_MAX];
        unsigned char after[GROUP_READING_MAX];
        ssize_t size = source.read(source.self, fds[g], before, sizeof before);
        assert_int_equal(source.read(source.self, fds[g], after, sizeof after), size);
        assert_true(
            group_plan_decode(pass, g, before, (size_t)size, after, (size_t)size, counts, &st));
    }
    group_plan_missing(pass, counts);
    assert_int_equal(counts[0].state, COUNTS_NOT_COUNTED);
    assert_string_equal(counts[0].reason, "measured in another pass");
    assert_int_equal(counts[1].state, COUNTS_EXACT);
    assert_int_equal(counts[1].count, 2 * 1000);
    assert_int_equal(counts[2].state, COUNTS_EXACT);
    for (int i = 0; i < 2; i++)
        source.close(source.self, FAKE_FIRST_FD + i);
    group_plan_free(pass);
    group_plan_free(plan);
}

static void test_what_cannot_be_counted_keeps_its_reason(void **state)
{
    (void)state;
    fake.counters = 1;
    fake.rules[0] = (struct fake_rule){.type = 0, .config = 3, .open_errno = ENOENT};
    fake.rule_count = 1;
    struct group_plan *plan = plan_of("cycles cache-misses instructions");
    for (size_t p = 0; p < group_plan_pass_count(plan); p++) {
        struct group_plan *pass = pass_of(plan, p);
        assert_missing(pass, "cache-misses", COUNTS_UNSUPPORTED, "does not count");
        group_plan_free(pass);
    }
    group_plan_free(plan);
}

/* The kinds of core have different numbers of counters, yet a sum's parts are never torn apart. */
static void test_a_hybrid_processor(void **state)
{
    (void)state;
    fake.pmus.count = 2;
    fake.pmus.list[0] = (struct pmu){.name = "cpu_core", .type = 4, .has_cpus = true};
    fake.pmus.list[1] = (struct pmu){.name = "cpu_atom", .type = 10, .has_cpus = true};
    /* cpu_atom cannot count branches, so that its first group has one event less. */
    fake.rules[0] = (struct fake_rule){.type = 0, .config = 0xa00000004, .open_errno = ENOENT};
    fake.rule_count = 1;
    struct group_plan *plan = plan_of("cycles instructions branches branch-misses|cache-misses");
    assert_int_equal(group_plan_pass_count(plan), 2);
    for (size_t p = 0; p < 2; p++) {
        struct group_plan *pass = pass_of(plan, p);
        for (size_t i = 0; i < group_plan_event_count(pass); i++) {
            const struct group_event *sum = group_plan_event(pass, i);
            for (size_t part = i + 1; part <= i + sum->parts; part++) {
                if (group_plan_event(plan, part)->state == COUNTS_EXACT)
                    assert_int_equal(group_plan_event(pass, part)->state, sum->state);
            }
        }
        assert_int_equal(find(pass, "cycles")->state, p == 0 ? COUNTS_EXACT : COUNTS_NOT_COUNTED);
        assert_int_equal(find(pass, "cache-misses")->state,
                         p == 1 ? COUNTS_EXACT : COUNTS_NOT_COUNTED);
        group_plan_free(pass);
    }
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(test_what_fits_is_one_pass),
        PLAN_TEST(test_each_event_in_one_pass),
        PLAN_TEST(test_a_pass_is_a_plan),
        PLAN_TEST(test_what_cannot_be_counted_keeps_its_reason),
        PLAN_TEST(test_a_hybrid_processor),
    };
    return cmocka_run_group_tests_name("group_passes", tests, NULL, NULL);
}
