#include "workers/sample.h"

#include <stdlib.h>

#include "fake_plan.h"

static bool decode(const char *text, const struct group_plan *plan, const char *uncounted,
                   struct sample *sample, struct status *st)
{
    json_error_t error;
    json_t *reply = json_loads(text, 0, &error);
    if (reply == NULL)
        fail_msg("%s: %s", text, error.text);
    *st = STATUS_INIT;
    bool success = sample_decode(reply, plan, uncounted, 1000000, false, sample, st);
    json_decref(reply);
    return success;
}

static void test_what_a_worker_may_leave_out(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"wall_ns\":1000}",
        "{\"wall_ns\":1000,\"cpu_ns\":null,\"workers\":null}",
        "{\"wall_ns\":1000,\"workers\":[],\"before\":[],\"after\":[],\"more\":{}}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sample sample;
        struct status st;
        assert_true(decode(rows[i], NULL, NULL, &sample, &st));
        assert_int_equal(sample.wall_ns, 1000);
        assert_int_equal(sample.cpu_ns, -1);
        assert_null(sample.counts);
        assert_null(sample.shares);
        sample_free(&sample);
    }
}

static void test_what_cannot_be_true(void **state)
{
    (void)state;
    static const struct {
        const char *reply, *message;
    } rows[] = {
        {"{}", "no 'wall_ns'"},
        {"{\"wall_ns\":null}", "no 'wall_ns'"},
        {"{\"wall_ns\":0}", "no time at all"},
        {"{\"wall_ns\":-5}", "'wall_ns' that is no number"},
        {"{\"wall_ns\":1.5}", "'wall_ns' that is no number"},
        {"{\"wall_ns\":\"7\"}", "'wall_ns' that is no number"},
        {"{\"wall_ns\":1000001}", "its answer came after 1000000 ns"},
        {"{\"wall_ns\":9223372036854775807}", "its answer came after"},
        {"{\"wall_ns\":1000,\"cpu_ns\":-1}", "'cpu_ns' that is no number"},
        {"{\"wall_ns\":1000,\"cpu_ns\":9223372036854775807}", "of CPU time in 1000000 ns"},
        {"{\"wall_ns\":1000,\"workers\":5}", "'workers' that are no list"},
        {"{\"wall_ns\":1000,\"workers\":[{\"wall_ns\":true}]}", "'wall_ns' that is no number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sample sample;
        struct status st;
        assert_false(decode(rows[i].reply, NULL, NULL, &sample, &st));
        assert_int_equal(st.code, STATUS_DATA);
        if (strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].reply, st.message);
        assert_null(sample.shares);
    }
}

static bool decode_list(const char *text, size_t count, struct sample_list *list, struct status *st)
{
    json_t *reply = json_loads(text, 0, NULL);
    assert_non_null(reply);
    *st = STATUS_INIT;
    bool success = sample_decode_list(reply, count, NULL, NULL, 1000, list, st);
    json_decref(reply);
    return success;
}

static void test_several_samples_of_one_command(void **state)
{
    (void)state;
    struct sample_list list;
    struct status st;
    assert_true(decode_list("{\"samples\":[{\"wall_ns\":400},{\"wall_ns\":600,\"cpu_ns\":5}]}", 2,
                            &list, &st));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.samples[0].wall_ns, 400);
    assert_int_equal(list.samples[1].cpu_ns, 5);
    sample_list_free(&list);
    static const struct {
        const char *reply, *message;
    } rows[] = {
        {"{\"samples\":[{\"wall_ns\":400}]}", "asked for 2 samples and has 1"},
        {"{\"wall_ns\":400}", "asked for 2 samples and has 0"},
        {"{\"samples\":7}", "asked for 2 samples and has 0"},
        {"{\"samples\":[{\"wall_ns\":1},4]}", "no 'wall_ns'"},
        {"{\"samples\":[{\"wall_ns\":400},{\"wall_ns\":601}]}", "answer came after 600 ns"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(decode_list(rows[i].reply, 2, &list, &st));
        assert_int_equal(st.code, STATUS_DATA);
        if (strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].reply, st.message);
        assert_null(list.samples);
    }
}

static void test_an_empty_run_may_take_no_time(void **state)
{
    (void)state;
    json_t *reply = json_pack("{si}", "wall_ns", 0);
    struct sample sample;
    struct status st = STATUS_INIT;
    assert_true(sample_decode(reply, NULL, NULL, 1000, true, &sample, &st));
    json_decref(reply);
    sample_free(&sample);
}

static void test_shares(void **state)
{
    (void)state;
    struct sample sample;
    struct status st;
    assert_true(
        decode("{\"wall_ns\":1000,\"workers\":[{\"id\":0,\"tasks\":3},{\"id\":1,\"wall_ns\":7,"
               "\"cpu_ns\":6,\"tasks\":0},7]}",
               NULL, NULL, &sample, &st));
    assert_int_equal(sample.share_count, 3);
    assert_int_equal(sample.shares[0].tasks, 3);
    assert_int_equal(sample.shares[0].wall_ns, -1);
    assert_int_equal(sample.shares[1].cpu_ns, 6);
    assert_int_equal(sample.shares[1].tasks, 0);
    assert_int_equal(sample.shares[2].id, -1);
    sample_free(&sample);
}

static void test_readings_that_are_none(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of("page-faults");
    assert_int_equal(group_plan_group_count(plan), 1);
    static const struct {
        const char *reply, *message;
    } rows[] = {
        {"{\"wall_ns\":9}", "0 and 0 readings of 1 counter groups"},
        {"{\"wall_ns\":9,\"before\":[\"\"],\"after\":[]}", "1 and 0 readings"},
        {"{\"wall_ns\":9,\"before\":[\"\",\"\"],\"after\":[\"\",\"\"]}", "2 and 2 readings"},
        {"{\"wall_ns\":9,\"before\":[5],\"after\":[5]}", "is not a base64 string"},
        {"{\"wall_ns\":9,\"before\":[\"A\"],\"after\":[\"A\"]}", "is not valid base64"},
        {"{\"wall_ns\":9,\"before\":[\"AAAA\"],\"after\":[\"AAAA\"]}", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sample sample;
        struct status st;
        assert_false(decode(rows[i].reply, plan, NULL, &sample, &st));
        assert_int_equal(st.code, STATUS_DATA);
        if (strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].reply, st.message);
        assert_null(sample.counts);
    }
    group_plan_free(plan);
}

static void test_what_was_not_counted_says_why(void **state)
{
    (void)state;
    fake.counters = 0; /* no PMU */
    struct group_plan *plan = plan_of("page-faults|cycles");
    struct sample sample;
    struct status st;
    assert_true(
        decode("{\"wall_ns\":9,\"before\":[\"\"],\"after\":[\"\"]}", plan, NULL, &sample, &st));
    assert_int_equal(sample.count_count, 2);
    assert_int_equal(sample.counts[0].state, COUNTS_NOT_COUNTED);
    assert_non_null(sample.counts[0].reason);
    assert_non_null(sample.counts[1].reason);
    enum counts_state without_pmu = sample.counts[1].state;
    assert_true(without_pmu == COUNTS_UNSUPPORTED || without_pmu == COUNTS_NOT_COUNTED);
    sample_free(&sample);

    assert_true(decode("{\"wall_ns\":9}", plan, "too many open files", &sample, &st));
    assert_int_equal(sample.counts[0].state, COUNTS_NOT_COUNTED);
    assert_string_equal(sample.counts[0].reason, "too many open files");
    assert_int_equal(sample.counts[1].state, without_pmu);
    sample_free(&sample);
    group_plan_free(plan);
}

#define WITH_PLAN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_worker_may_leave_out),
        cmocka_unit_test(test_what_cannot_be_true),
        cmocka_unit_test(test_several_samples_of_one_command),
        cmocka_unit_test(test_an_empty_run_may_take_no_time),
        cmocka_unit_test(test_shares),
        WITH_PLAN(test_readings_that_are_none),
        WITH_PLAN(test_what_was_not_counted_says_why),
    };
    return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
