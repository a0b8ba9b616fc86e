/* nothing_left: set-up and tear-down of tests that start processes: after each there is no child,
 * neither running nor a zombie, and no descriptor more than before. */
#ifndef PAYOFF_TESTS_NOTHING_LEFT_H
#define PAYOFF_TESTS_NOTHING_LEFT_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

static inline size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static size_t descriptors_before;

static int setup(void **state)
{
    (void)state;
    descriptors_before = open_descriptors();
    return 0;
}

static int check_nothing_is_left(void **state)
{
    (void)state;
    siginfo_t info;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD) {
        fprintf(stderr, "a child is left\n");
        return -1;
    }
    if (open_descriptors() != descriptors_before) {
        fprintf(stderr, "%zu descriptors became %zu\n", descriptors_before, open_descriptors());
        return -1;
    }
    return 0;
}

#define CLEAN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, check_nothing_is_left)

#endif
