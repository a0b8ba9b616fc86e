/* perf as a second opinion: the same program, counted by `perf stat` and by payoff. Whole programs
 * differ by what starting them takes; what they do, two sizes of the loop apart, must be equal. */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t sizes[] = {1, 1000, 123457, 5000000};
enum { SIZES = sizeof sizes / sizeof *sizes, EVENTS = 2 };
static const char *const events[EVENTS] = {"instructions:u", "cycles:u"};

static int run(char *const *argv, int output)
{
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int how = -1;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) != 0 ||
        posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) != 0)
        return -1;
    posix_spawn_file_actions_destroy(&actions);
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        ;
    return how;
}

/* Lines "COUNT,,EVENT,…" -> counts in the order of `events`. */
static void perf_counts(uint64_t n, uint64_t counts[EVENTS])
{
    char number[24];
    char text[1024] = "";
    snprintf(number, sizeof number, "%012llu", (unsigned long long)n);
    int output = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    assert_true(output >= 0);
    char *argv[] = {"perf",         "stat", "-x,", "--log-fd", "1", "-e", "instructions:u,cycles:u",
                    "./guest_loop", number, NULL};
    int how = run(argv, output);
    ssize_t length = pread(output, text, sizeof text - 1, 0);
    close(output);
    assert_int_equal(how, 0);
    assert_true(length > 0);
    for (int e = 0; e < EVENTS; e++) {
        const char *line = strstr(text, events[e]);
        if (line == NULL)
            fail_msg("perf stat says: %s", text);
        while (line > text && line[-1] != '\n')
            line--;
        char *end = NULL;
        counts[e] = strtoull(line, &end, 10);
        assert_true(*end == ',' && counts[e] > 0);
    }
}

/* The whole program, from before its start until after its end. The text of n is made beforehand:
 * large numbers take longer to write. */
static char work_number[24];

static void work_start(uint64_t n)
{
    (void)n;
    char *argv[] = {"./guest_loop", work_number, NULL};
    if (run(argv, STDERR_FILENO) != 0)
        abort();
}

static void test_perf_stat_agrees(void **state)
{
    (void)state;
    struct group_plan *plan = measure_plan("instructions:u cycles:u");
    uint64_t shift = measure_setting("SHIFT", 0);
    uint64_t of_perf[SIZES][EVENTS];
    uint64_t of_worker[SIZES][EVENTS];
    uint64_t of_whole[SIZES][EVENTS];
    for (size_t i = 0; i < SIZES; i++) {
        struct counts counts[EVENTS];
        perf_counts(sizes[i], of_perf[i]);
        measure_program(plan, sizes[i], counts);
        for (int e = 0; e < EVENTS; e++)
            of_worker[i][e] = measure_exact(plan, counts, events[e]);
        snprintf(work_number, sizeof work_number, "%012llu", (unsigned long long)sizes[i]);
        measure(plan, work_start, sizes[i], counts);
        for (int e = 0; e < EVENTS; e++)
            of_whole[i][e] = measure_exact(plan, counts, events[e]);
        printf("    n = %llu: perf stat %llu, payoff around the loop %llu, around the program %llu "
               "instructions:u\n",
               (unsigned long long)sizes[i], (unsigned long long)of_perf[i][0],
               (unsigned long long)of_worker[i][0], (unsigned long long)of_whole[i][0]);
    }
    for (size_t i = 1; i < SIZES; i++) {
        for (int e = 0; e < EVENTS; e++) {
            uint64_t expected = 2 * (sizes[i] - sizes[0]) << (e == 1 ? shift : 0);
            assert_int_equal(of_perf[i][e] - of_perf[0][e], expected);
            assert_int_equal(of_worker[i][e] - of_worker[0][e], expected);
            assert_int_equal(of_whole[i][e] - of_whole[0][e], expected);
        }
    }
    group_plan_free(plan);
}

int main(void)
{
    /* Where the loader puts things changes how many instructions it needs. */
    if (personality(ADDR_NO_RANDOMIZE) == -1)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_perf_stat_agrees)};
    return cmocka_run_group_tests_name("guest_perf", tests, NULL, NULL);
}
