/* Counts that are known beforehand: a loop of 2 n + c instructions, in this process and in a
 * worker, on a processor that needs 2^shift cycles for each. */
#include "measure.h"

#include <sys/syscall.h>
#include <unistd.h>

static const uint64_t sizes[] = {1, 2, 10, 1000, 100000, 1000000, 10000000};
enum { SIZES = sizeof sizes / sizeof *sizes, REPEATS = 3, OVERHEAD_MAX = 200 };

static void check_loop(void (*measure_it)(const struct group_plan *, uint64_t, struct counts *))
{
    struct group_plan *plan = measure_plan("instructions:u cycles:u");
    uint64_t shift = measure_setting("SHIFT", 0);
    uint64_t overhead = 0;
    assert_int_equal(group_plan_group_count(plan), 1);
    for (size_t i = 0; i < SIZES * REPEATS; i++) {
        struct counts counts[2];
        uint64_t n = sizes[i % SIZES];
        measure_it(plan, n, counts);
        uint64_t instructions = measure_exact(plan, counts, "instructions:u");
        assert_true(instructions > 2 * n);
        if (i == 0)
            overhead = instructions - 2 * n;
        assert_int_equal(instructions, 2 * n + overhead);
        assert_int_equal(measure_exact(plan, counts, "cycles:u"), instructions << shift);
        assert_int_equal(counts[0].source, COUNTS_HARDWARE);
        assert_int_equal(counts[0].enabled_ns, counts[0].running_ns);
        assert_null(counts[0].reason);
        double ipc = 0;
        assert_true(counts_ratio(counts[0], counts[1], &ipc));
        assert_true(ipc == 1 / (double)(1 << shift));
    }
    printf("    %zu measurements of 2 n + %llu instructions:u, n up to %llu; IPC %g\n",
           (size_t)SIZES * REPEATS, (unsigned long long)overhead,
           (unsigned long long)sizes[SIZES - 1], 1 / (double)(1 << shift));
    assert_true(overhead <= OVERHEAD_MAX);
    group_plan_free(plan);
}

static void measure_here(const struct group_plan *plan, uint64_t n, struct counts *counts)
{
    measure(plan, measure_loop, n, counts);
}

static void test_a_loop_here(void **state)
{
    (void)state;
    check_loop(measure_here);
}

/* Opened between fork and exec, read by the program itself. */
static void test_a_loop_in_a_worker(void **state)
{
    (void)state;
    check_loop(measure_program);
}

/* 2^32 wraps around the hardware's counters of 32 bits. */
static void test_beyond_32_bits(void **state)
{
    (void)state;
    if (measure_setting("LONG", 0) == 0)
        skip();
    struct group_plan *plan = measure_plan("instructions:u");
    struct counts counts[1];
    measure(plan, measure_loop, 1, counts);
    uint64_t overhead = measure_exact(plan, counts, "instructions:u") - 2;
    uint64_t n = 3000000000U;
    measure(plan, measure_loop, n, counts);
    assert_int_equal(measure_exact(plan, counts, "instructions:u"), 2 * n + overhead);
    group_plan_free(plan);
}

static void work_in_the_kernel(uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        syscall(SYS_getppid);
}

static void test_user_and_kernel_are_the_whole(void **state)
{
    (void)state;
    enum { CALLS = 10000, SKEW = 2000 }; /* the members are read one after the other */
    struct group_plan *plan = measure_plan("instructions instructions:u instructions:k");
    assert_int_equal(group_plan_group_count(plan), 1);
    struct counts counts[3];
    measure(plan, work_in_the_kernel, CALLS, counts);
    uint64_t both = measure_exact(plan, counts, "instructions");
    uint64_t user = measure_exact(plan, counts, "instructions:u");
    uint64_t kernel = measure_exact(plan, counts, "instructions:k");
    assert_true(kernel > 50 * CALLS && user > 5 * CALLS);
    assert_in_range(both, user + kernel - SKEW, user + kernel + SKEW);

    /* A loop that never enters the kernel shows there as next to nothing. */
    measure(plan, measure_loop, CALLS, counts);
    assert_true(measure_exact(plan, counts, "instructions:k") < 10 * SKEW);
    group_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_loop_here),
        cmocka_unit_test(test_a_loop_in_a_worker),
        cmocka_unit_test(test_beyond_32_bits),
        cmocka_unit_test(test_user_and_kernel_are_the_whole),
    };
    return cmocka_run_group_tests_name("guest_exact", tests, NULL, NULL);
}
