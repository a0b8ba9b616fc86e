#include "machine/permissions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

static void make_path(const char *path)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
}

static void put(const char *path, const char *text)
{
    char full[256];
    make_path(path);
    snprintf(full, sizeof full, "%s%s", root, path);
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/test-permissions-XXXXXX");
    return mkdtemp(root) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

static void test_nothing_is_known(void **state)
{
    (void)state;
    struct permissions p;
    permissions_read(root, &p);
    assert_int_equal(p.paranoid, PERMISSIONS_UNKNOWN);
    assert_int_equal(p.nmi_watchdog, PERMISSIONS_UNKNOWN);
    assert_false(p.has_perfmon || p.is_vm || p.has_pmu || p.seccomp || p.in_user_namespace);
}

static void test_ordinary_user_in_a_container(void **state)
{
    (void)state;
    put("/proc/sys/kernel/perf_event_paranoid", "-1\n");
    put("/proc/sys/kernel/nmi_watchdog", "1\n");
    put("/proc/self/status", "Name:\tx\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n"
                             "Seccomp:\t2\nSeccomp_filters:\t1\n");
    put("/proc/self/uid_map", "         0     100000      65536\n");
    put("/proc/cpuinfo", "model name\t: hypervisor\nflags\t\t: fpu vme sse2\n");
    put("/sys/bus/event_source/devices/software/type", "1\n");
    put("/sys/bus/event_source/devices/uncore_imc/cpumask", "0\n");
    struct permissions p;
    permissions_read(root, &p);
    assert_int_equal(p.paranoid, -1);
    assert_int_equal(p.nmi_watchdog, 1);
    assert_true(p.seccomp && p.in_user_namespace);
    assert_false(p.has_perfmon || p.is_vm || p.has_pmu);
}

static void test_perfmon_vm_and_pmu(void **state)
{
    (void)state;
    put("/proc/self/status", "CapEff:\t0000004000000000\nSeccomp:\t0\n");
    put("/proc/self/uid_map", "         0          0 4294967295\n");
    put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n");
    put("/sys/bus/event_source/devices/armv8_pmuv3/cpus", "0-3\n");
    struct permissions p;
    permissions_read(root, &p);
    assert_true(p.has_perfmon && p.is_vm && p.has_pmu);
    assert_false(p.seccomp || p.in_user_namespace);
}

static void test_damaged_files(void **state)
{
    (void)state;
    put("/proc/sys/kernel/perf_event_paranoid", "much\n");
    put("/proc/sys/kernel/nmi_watchdog", "");
    put("/proc/self/status", "CapEff:\nSeccomp:");
    put("/proc/self/uid_map", "?");
    char line[9000];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    put("/proc/cpuinfo", line);
    struct permissions p;
    permissions_read(root, &p);
    assert_int_equal(p.paranoid, PERMISSIONS_UNKNOWN);
    assert_int_equal(p.nmi_watchdog, PERMISSIONS_UNKNOWN);
    assert_false(p.has_perfmon || p.seccomp || p.is_vm);
    assert_true(p.in_user_namespace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ordinary_user_in_a_container, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_perfmon_vm_and_pmu, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_files, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("permissions", tests, NULL, NULL);
}
