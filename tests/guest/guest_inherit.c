/* Everything that a worker starts is counted: forks, threads, threads of forks; the dead stay. */
#include "measure.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 3 };

static void work_fork(uint64_t n)
{
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        if (child == 0) {
            measure_loop(n);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}

static void *thread_body(void *argument)
{
    measure_loop(*(uint64_t *)argument);
    return NULL;
}

static void work_threads(uint64_t n)
{
    pthread_t threads[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        if (pthread_create(&threads[i], NULL, thread_body, &n) != 0)
            abort();
    }
    for (int i = 0; i < CHILDREN; i++)
        pthread_join(threads[i], NULL);
}

/* A child's child has a thread: three loops in all. */
static void work_deep(uint64_t n)
{
    pid_t child = fork();
    if (child == 0) {
        measure_loop(n);
        pid_t grandchild = fork();
        if (grandchild == 0) {
            pthread_t thread;
            measure_loop(n);
            if (pthread_create(&thread, NULL, thread_body, &n) != 0)
                abort();
            pthread_join(thread, NULL);
            _exit(0);
        }
        waitpid(grandchild, NULL, 0);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

/* The children have done their loops, and still live when the counters are read. */
static void work_alive(uint64_t n)
{
    static int done[2];
    static int hold[2];
    if (pipe(done) != 0 || pipe(hold) != 0)
        abort();
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            char byte = 0;
            close(hold[1]);
            measure_loop(n);
            if (write(done[1], &byte, 1) != 1)
                abort();
            while (read(hold[0], &byte, 1) > 0) /* until the parent is gone */
                ;
            _exit(0);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        char byte = 0;
        if (read(done[0], &byte, 1) != 1)
            abort();
    }
}

/* Starting and ending children costs instructions too, and not always the same number: locks and
 * wake-ups differ by who comes first. So the difference of two sizes is allowed `slack`. */
static void check(void (*work)(uint64_t n), uint64_t slack)
{
    enum { SMALL = 1000, LARGE = 3000000 };
    struct group_plan *plan = measure_plan("instructions:u");
    struct counts counts[1];
    measure(plan, work, SMALL, counts);
    uint64_t small = measure_exact(plan, counts, "instructions:u");
    measure(plan, work, LARGE, counts);
    uint64_t large = measure_exact(plan, counts, "instructions:u");
    uint64_t expected = CHILDREN * 2 * (uint64_t)(LARGE - SMALL);
    printf("    %llu instructions:u more, expected %llu\n", (unsigned long long)(large - small),
           (unsigned long long)expected);
    /* Two emulated processors share one counter of instructions: each counts those of the other,
     * too, while both are in user mode. Which children run at once is the scheduler's choice. */
    uint64_t most = expected + slack;
    if (measure_setting("CPUS", 1) > 1) {
        slack += expected / 1000;
        most = measure_setting("CPUS", 1) * expected + slack;
    }
    assert_in_range(large - small, expected - slack, most);
    group_plan_free(plan);
}

static void test_forks(void **state)
{
    (void)state;
    check(work_fork, 0);
}

static void test_threads(void **state)
{
    (void)state;
    check(work_threads, 500);
}

static void test_threads_of_forks_of_forks(void **state)
{
    (void)state;
    check(work_deep, 0);
}

static void test_children_that_still_live(void **state)
{
    (void)state;
    check(work_alive, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forks),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_threads_of_forks_of_forks),
        cmocka_unit_test(test_children_that_still_live),
    };
    return cmocka_run_group_tests_name("guest_inherit", tests, NULL, NULL);
}
