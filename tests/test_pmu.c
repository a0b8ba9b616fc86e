#include "fake_root.h"

#include "machine/pmu.h"

#define DEVICES "/sys/bus/event_source/devices/"

static struct pmus pmus;

static void test_nothing(void **state)
{
    (void)state;
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, 0);
    assert_null(pmus_by_type(&pmus, 4));
}

static void test_one_kind_of_core(void **state)
{
    (void)state;
    root_put(DEVICES "cpu/type", "4\n");
    root_put(DEVICES "cpu/events/instructions", "event=0xc0\n");
    root_put(DEVICES "software/type", "1\n");
    root_put(DEVICES "uncore_imc_0/type", "12\n");
    root_put(DEVICES "uncore_imc_0/cpumask", "0\n");
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, 1);
    assert_string_equal(pmus.list[0].name, "cpu");
    assert_int_equal(pmus.list[0].type, 4);
    assert_false(pmus.list[0].has_cpus || pmus.list[0].is_arm);
    /* Nobody knows what it lacks. */
    assert_false(pmu_lacks(&pmus.list[0], 8));
}

static void test_two_kinds_of_core(void **state)
{
    (void)state;
    root_put(DEVICES "cpu_atom/type", "10\n");
    root_put(DEVICES "cpu_atom/cpus", "8-15,17\n");
    root_put(DEVICES "cpu_core/type", "4\n");
    root_put(DEVICES "cpu_core/cpus", "0-7,16\n");
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, 2);
    assert_string_equal(pmus.list[0].name, "cpu_core"); /* in the order of their types */
    assert_string_equal(pmus.list[1].name, "cpu_atom");
    assert_int_equal(CPU_COUNT(&pmus.list[0].cpus), 9);
    assert_true(CPU_ISSET(16, &pmus.list[0].cpus) && !CPU_ISSET(8, &pmus.list[0].cpus));
    assert_int_equal(CPU_COUNT(&pmus.list[1].cpus), 9);
    assert_ptr_equal(pmus_by_type(&pmus, 10), &pmus.list[1]);
}

static void test_what_arm_implements(void **state)
{
    (void)state;
    root_put(DEVICES "armv8_pmuv3/type", "8\n");
    root_put(DEVICES "armv8_pmuv3/cpus", "0\n");
    root_put(DEVICES "armv8_pmuv3/events/inst_retired", "event=0x0008\n");
    root_put(DEVICES "armv8_pmuv3/events/cpu_cycles", "event=0x0011\n");
    root_put(DEVICES "armv8_pmuv3/events/remote_access", "event=0x4031\n");
    root_put(DEVICES "armv8_pmuv3/events/strange", "what=0x10\n");
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, 1);
    const struct pmu *pmu = &pmus.list[0];
    assert_true(pmu->is_arm && pmu->has_cpus);
    assert_int_equal(pmu->common, (1ULL << 0x08) | (1ULL << 0x11));
    assert_false(pmu_lacks(pmu, 0x08) || pmu_lacks(pmu, 0x11));
    assert_true(pmu_lacks(pmu, 0x10) && pmu_lacks(pmu, 0x1b));
    /* Never listed, and beyond what is known. */
    assert_false(pmu_lacks(pmu, 0x00) || pmu_lacks(pmu, 0x1e) || pmu_lacks(pmu, 0x4000));
}

static void test_nonsense(void **state)
{
    (void)state;
    root_put(DEVICES "cpu_core/cpus", "lots\n");
    root_put(DEVICES "cpu_core/type", "minus one\n");
    root_put(DEVICES "cpu_atom/cpus", "0-99999\n");
    root_put(DEVICES "cpu_atom/type", "-3\n");
    root_put(DEVICES "armv8_but_far_too_long_for_any_name_that_a_kernel_would_use/cpus", "0\n");
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pmus.list[i].type, PMU_TYPE_UNKNOWN);
    assert_int_equal(CPU_COUNT(&pmus.list[1].cpus), 0);
    assert_int_equal(CPU_COUNT(&pmus.list[0].cpus), CPU_SETSIZE);

    char device[64];
    for (int i = 0; i < 2 * PMU_MAX; i++) {
        snprintf(device, sizeof device, DEVICES "cpu%02d/cpus", i);
        root_put(device, "0\n");
    }
    pmus_read(root, &pmus);
    assert_int_equal(pmus.count, PMU_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_nothing),           ROOT_TEST(test_one_kind_of_core),
        ROOT_TEST(test_two_kinds_of_core), ROOT_TEST(test_what_arm_implements),
        ROOT_TEST(test_nonsense),
    };
    return cmocka_run_group_tests_name("pmu", tests, NULL, NULL);
}
