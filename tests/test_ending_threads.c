/* Reading counters while threads that they count are ending: the kernel may refuse (ECHILD, since
 * Linux 6.6 and in later 6.1 and 5.10), but what it gives is whole. Skipped (77) where page faults
 * cannot be counted. */
#include "counters/group.h"
#include "counters/source_perf.h"
#include "touch_pages.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SKIPPED = 77 };

static struct permissions permissions;
static struct source source;

static struct group_plan *plan_of_faults(void)
{
    static const char *const names[] = {"page-faults", "minor-faults", "major-faults",
                                        "task-clock"};
    permissions_read("", &permissions);
    source = source_perf_make(&permissions, NULL);
    const struct group_request request = {.events = names, .event_count = 4};
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_make(&source, &request, 1, &plan, &st))
        fail_msg("%s", st.message);
    return plan;
}

enum { ENDING_ROUNDS = 300, ENDING_THREADS = 2 };

static atomic_int touched;

static void *ending_thread(void *argument)
{
    (void)argument;
    touch_pages();
    touched++; /* and then it ends, while the counters are read */
    return NULL;
}

/* As PROTOCOL.md tells a worker: refused while a thread ends, it reads again. */
static ssize_t read_persistently(int fd, void *bytes, size_t size, int *refused)
{
    ssize_t length;
    while ((length = read(fd, bytes, size)) < 0 && errno == ECHILD)
        ++*refused;
    return length;
}

/* Rounds in which pages were lost, or a reading failed; 0 is the claim. */
static int child_reads_while_threads_end(const struct group_plan *plan, int *refused)
{
    int fds[GROUP_EVENTS_MAX];
    int lost = 0;
    struct status st = STATUS_INIT;
    if (!group_plan_open_self(plan, fds, &st))
        return -1;
    for (int round = 0; round < ENDING_ROUNDS; round++) {
        uint64_t before[GROUP_READING_MAX / 8] = {0}, after[GROUP_READING_MAX / 8] = {0};
        pthread_t threads[ENDING_THREADS];
        touched = 0;
        lost += read_persistently(fds[0], before, sizeof before, refused) < 0;
        for (int i = 0; i < ENDING_THREADS; i++) {
            if (pthread_create(&threads[i], NULL, ending_thread, NULL) != 0)
                return -1;
        }
        while (touched < ENDING_THREADS)
            sched_yield();
        for (volatile int spin = 0; spin < round * 100;) /* every moment of their end */
            spin = spin + 1;
        lost += read_persistently(fds[0], after, sizeof after, refused) < 0;
        for (int i = 0; i < ENDING_THREADS; i++)
            pthread_join(threads[i], NULL);
        lost += after[3] - before[3] <
                ENDING_THREADS * TOUCHED_PAGES; /* the first member: page-faults */
    }
    return lost;
}

static void test_reading_while_threads_end(void **state)
{
    (void)state;
    struct group_plan *plan = plan_of_faults();
    assert_int_equal(group_plan_event(plan, 0)->slot, 0);
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int refused = 0;
        int lost = child_reads_while_threads_end(plan, &refused);
        printf("    %d rounds, refused %d times, %d rounds lost something\n", ENDING_ROUNDS,
               refused, lost);
        fflush(stdout);
        _exit(lost != 0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    group_plan_free(plan);
}

int main(void)
{
    struct group_plan *plan = plan_of_faults();
    bool counted = group_plan_group_count(plan) == 1 && group_plan_event(plan, 0)->group == 0;
    if (!counted)
        printf("skipped: page faults are not counted here: %s\n",
               group_plan_event(plan, 0)->reason);
    group_plan_free(plan);
    if (!counted)
        return SKIPPED;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reading_while_threads_end)};
    return cmocka_run_group_tests_name("ending_threads", tests, NULL, NULL);
}
