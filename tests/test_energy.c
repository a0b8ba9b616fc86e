/* Energy of whole packages: by the kernel's PMU, by powercap with its counters that start anew, and
 * the reasons where there is none. */
#include "fake_plan.h"
#include "fake_root.h"

#include "counters/energy.h"

#define POWER "/sys/bus/event_source/devices/power/"
#define ZONE  "/sys/class/powercap/intel-rapl:"

static int set_up_root(void **state)
{
    return set_up(state) != 0 || root_make(state) != 0;
}

static int tear_down_root(void **state)
{
    return root_remove(state) != 0 || tear_down(state) != 0;
}

static void put_power(const char *cpus)
{
    root_put(POWER "type", "22\n");
    root_put(POWER "cpumask", cpus);
    root_put(POWER "format/event", "config:0-7\n");
    root_put(POWER "events/energy-pkg", "event=0x02\n");
    root_put(POWER "events/energy-pkg.unit", "Joules\n");
    root_put(POWER "events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
}

static void put_zones(void)
{
    root_put(ZONE "0/name", "package-0\n");
    root_put(ZONE "0/max_energy_range_uj", "1000000\n");
    root_put(ZONE "0/energy_uj", "900000\n");
    root_put(ZONE "1/name", "package-1\n");
    root_put(ZONE "1/max_energy_range_uj", "1000000\n");
    root_put(ZONE "1/energy_uj", "5000\n");
    root_put(ZONE "2/name", "psys\n"); /* the platform: both packages once more */
    root_put(ZONE "2/energy_uj", "77\n");
}

static struct energy *open_energy(void)
{
    struct energy *energy = NULL;
    struct status st = STATUS_INIT;
    if (!energy_open(&source, root, &energy, &st))
        fail_msg("%s", st.message);
    return energy;
}

static void assert_none(const char *part)
{
    struct energy *energy = NULL;
    struct status st = STATUS_INIT;
    assert_false(energy_open(&source, root, &energy, &st));
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    if (strstr(st.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, st.message);
}

static void test_powercap(void **state)
{
    (void)state;
    put_zones();
    struct energy *energy = open_energy();
    struct status st = STATUS_INIT;
    uint64_t used = 0;
    assert_int_equal(energy_packages(energy), 2);
    assert_string_equal(energy_how(energy), "powercap");
    assert_true(energy_begin(energy, &st));
    assert_true(energy_end(energy, &used, &st));
    assert_int_equal(used, 0);
    assert_true(energy_begin(energy, &st));
    root_put(ZONE "0/energy_uj", "950000\n");
    root_put(ZONE "1/energy_uj", "6000\n");
    assert_true(energy_end(energy, &used, &st));
    assert_int_equal(used, 51000);
    /* One of them starts anew. */
    assert_true(energy_begin(energy, &st));
    root_put(ZONE "0/energy_uj", "20000\n");
    root_put(ZONE "1/energy_uj", "6500\n");
    assert_true(energy_end(energy, &used, &st));
    assert_int_equal(used, 70500);
    energy_close(energy);
}

static void test_powercap_in_trouble(void **state)
{
    (void)state;
    put_zones();
    struct energy *energy = open_energy();
    struct status st = STATUS_INIT;
    uint64_t used = 7;
    assert_true(energy_begin(energy, &st));
    root_put(ZONE "1/energy_uj", "gone\n");
    assert_false(energy_end(energy, &used, &st));
    assert_int_equal(st.code, STATUS_DATA);
    assert_int_equal(used, 7);
    energy_close(energy);
    assert_none("is for root alone"); /* one package of two is no sum */
    root_put(ZONE "1/energy_uj", "5000\n");
    root_put(ZONE "1/max_energy_range_uj", "\n"); /* where it starts anew is not known */
    energy = open_energy();
    assert_true(energy_begin(energy, &st));
    root_put(ZONE "1/energy_uj", "4000\n");
    st = (struct status)STATUS_INIT;
    assert_false(energy_end(energy, &used, &st));
    assert_non_null(strstr(st.message, "ran backwards"));
    energy_close(energy);
}

static void test_pmu(void **state)
{
    (void)state;
    put_power("0,8\n");
    put_zones();
    fake.permissions = (struct permissions){.paranoid = 0, .has_pmu = true};
    struct energy *energy = open_energy();
    struct status st = STATUS_INIT;
    uint64_t used = 0;
    assert_string_equal(energy_how(energy), "power/energy-pkg/");
    assert_int_equal(energy_packages(energy), 2);
    assert_int_equal(fake.events[0].target.task, -1);
    assert_int_equal(fake.events[0].target.cpu, 0);
    assert_int_equal(fake.events[1].target.cpu, 8);
    assert_int_equal(fake.events[1].code.config, 2);
    assert_true(energy_begin(energy, &st));
    source_fake_run(&fake, UINT64_C(2000000000000)); /* so many ns that there are some µJ */
    assert_true(energy_end(energy, &used, &st));
    assert_true((double)used > 2 * 6e9 * 0x1p-32 * 1e6 * 0.99 &&
                (double)used < 2 * 6e9 * 0x1p-32 * 1e6 * 1.01);
    energy_close(energy);
    assert_int_equal(fake.open_count, 0);
}

static void test_who_may(void **state)
{
    (void)state;
    assert_none("no energy counter");
    put_power("0,8\n");
    fake.permissions = (struct permissions){.paranoid = 1, .has_pmu = true};
    assert_none("kernel.perf_event_paranoid=0");
    fake.permissions.has_perfmon = true;
    energy_close(open_energy());
    /* Powercap is what is left where the PMU is closed to this user. */
    fake.permissions.has_perfmon = false;
    put_zones();
    struct energy *energy = open_energy();
    assert_string_equal(energy_how(energy), "powercap");
    energy_close(energy);
    fake.permissions.has_perfmon = true;
    fake.open_max = 1; /* one package of two could be opened: none is kept */
    energy = open_energy();
    assert_string_equal(energy_how(energy), "powercap");
    energy_close(energy);
}

#define ENERGY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_root, tear_down_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENERGY_TEST(test_powercap),
        ENERGY_TEST(test_powercap_in_trouble),
        ENERGY_TEST(test_pmu),
        ENERGY_TEST(test_who_may),
    };
    return cmocka_run_group_tests_name("energy", tests, NULL, NULL);
}
