/* What is said of events on processors of several kinds: those that libpfm4 knows and those it does
 * not, without a PMU, without an instruction counter. Which one this is, the boot says. */
#include "measure.h"

#include "counters/event.h"

#include <stdlib.h>

static bool is_case(const char *name)
{
    const char *given = getenv("GUEST_CASE");
    return given != NULL && strcmp(given, name) == 0;
}

static void assert_unknown(const char *name, const char *part)
{
    struct event event;
    struct status st = STATUS_INIT;
    assert_false(event_parse(name, &event, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    if (strstr(st.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, st.message);
}

static void assert_same_counts(const char *text)
{
    struct group_plan *plan = measure_plan(text);
    struct counts counts[MEASURE_EVENTS_MAX];
    assert_int_equal(group_plan_group_count(plan), 1);
    measure(plan, measure_loop, 1000, counts);
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        const struct group_event *event = group_plan_event(plan, i);
        assert_int_equal(measure_exact(plan, counts, event->asked), counts[0].count);
    }
    assert_true(counts[0].count > 2000);
    group_plan_free(plan);
}

/* Wherever there is a PMU: the kernel's names, in all spellings, and numbers. */
static void test_names_of_the_kernel(void **state)
{
    (void)state;
    if (is_case("nopmu"))
        skip();
    if (!is_case("noicount")) { /* there, cycles are those of a clock, and read one by one */
        assert_same_counts("cycles:u perf::CYCLES:u CPU-CYCLES:u r0011:u perf_raw::r0011:u");
        assert_same_counts("instructions:u perf::INSTRUCTIONS:u r0008:u perf_raw::r0008:u");
    }
    /* What this PMU cannot count says so. */
    struct group_plan *plan = measure_plan("branches cache-misses L1-dcache-load-misses|cycles:u");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(group_plan_event(plan, i)->state, COUNTS_UNSUPPORTED);
    assert_missing(plan, "branches", COUNTS_UNSUPPORTED,
                   "this processor's PMU does not count branches");
    assert_int_equal(find(plan, "cycles:u")->state, COUNTS_EXACT);
    group_plan_free(plan);
}

/* The zeros that Arm's PMUs count without having the event. */
static void test_no_false_zeros(void **state)
{
    (void)state;
    if (is_case("nopmu"))
        skip();
    struct group_plan *plan = measure_plan("r001b r0021 r0010:u cycles:u");
    static const char *const missing[] = {"r001b", "r0021", "r0010:u"};
    for (size_t i = 0; i < 3; i++)
        assert_missing(plan, missing[i], COUNTS_UNSUPPORTED,
                       "this processor's PMU does not implement");
    assert_int_equal(find(plan, "cycles:u")->state, COUNTS_EXACT);
    group_plan_free(plan);
}

static void test_names_of_the_model(void **state)
{
    (void)state;
    if (is_case("a72")) { /* libpfm4 of Debian 12 does not know it */
        assert_unknown("INST_RETIRED", "unknown event 'INST_RETIRED'");
        assert_unknown("instructons", "did you mean 'instructions'?");
        return;
    }
    struct event event;
    struct status st = STATUS_INIT;
    assert_true(event_parse("inst-retired:u", &event, &st));
    assert_string_equal(event.name, "arm_n1::INST_RETIRED:u");
    assert_string_equal(event.pmu, "arm_n1");
    assert_unknown("INST_RETIRD", "did you mean 'INST_RETIRED'?");
    if (is_case("nopmu") || is_case("noicount"))
        return;
    assert_same_counts("INST_RETIRED:u arm_n1::INST_RETIRED:u instructions:u");
    struct group_plan *plan = measure_plan("BR_MIS_PRED STALL_FRONTEND");
    assert_int_equal(find(plan, "BR_MIS_PRED")->state, COUNTS_UNSUPPORTED);
    assert_reason(find(plan, "BR_MIS_PRED"), "does not implement arm_n1::BR_MIS_PRED");
    /* QEMU has it, and it is 0 there: a counted zero. */
    assert_int_equal(find(plan, "STALL_FRONTEND")->state, COUNTS_EXACT);
    group_plan_free(plan);
}

static void test_no_pmu(void **state)
{
    (void)state;
    if (!is_case("nopmu"))
        skip();
    struct group_plan *plan = measure_plan("cycles instructions r0008|page-faults task-clock");
    struct counts counts[5];
    for (size_t i = 0; i < 3; i++)
        assert_missing(plan, group_plan_event(plan, i)->asked, COUNTS_UNSUPPORTED,
                       "this machine (a virtual machine) exposes no PMU");
    assert_int_equal(group_plan_group_count(plan), 1);
    measure(plan, measure_loop, 1000000, counts);
    assert_true(measure_exact(plan, counts, "task-clock") >= 2000000);
    assert_int_equal(measure_value(plan, counts, "cycles").state, COUNTS_UNSUPPORTED);
    group_plan_free(plan);
}

static void test_no_instructions(void **state)
{
    (void)state;
    if (!is_case("noicount"))
        skip();
    struct group_plan *plan = measure_plan("instructions r0008:u|cycles:u");
    struct counts counts[3];
    assert_missing(plan, "instructions", COUNTS_UNSUPPORTED,
                   "this processor's PMU does not count instructions");
    assert_missing(plan, "r0008:u", COUNTS_UNSUPPORTED, "does not implement r0008:u");
    measure(plan, measure_loop, 1000000, counts);
    assert_true(measure_exact(plan, counts, "cycles:u") > 0);
    double ipc = 0;
    assert_false(counts_ratio(counts[0], counts[2], &ipc));
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_the_kernel), cmocka_unit_test(test_no_false_zeros),
        cmocka_unit_test(test_names_of_the_model),  cmocka_unit_test(test_no_pmu),
        cmocka_unit_test(test_no_instructions),
    };
    return cmocka_run_group_tests_name("guest_models", tests, NULL, NULL);
}
