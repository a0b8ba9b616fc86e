#include "measure.h"

#include "worker_side.h"

#include "counters/source_perf.h"

#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/wait.h>

enum child_status { CHILD_OPEN_FAILED = 97, CHILD_EXEC_FAILED, CHILD_SEND_FAILED };

struct group_plan *measure_plan(const char *text)
{
    static struct permissions permissions;
    static struct pmus pmus;
    static struct source source;
    permissions_read("", &permissions);
    pmus_read("", &pmus);
    source = source_perf_make(&permissions, &pmus);
    return plan_from(&source, text);
}

void measure_loop(uint64_t n)
{
    worker_loop(n);
}

static void child_measures(const int *fds, size_t groups, void (*work)(uint64_t n), uint64_t n,
                           int to)
{
    static struct reading before[READINGS_MAX];
    static struct reading after[READINGS_MAX];
    worker_read(fds, groups, before);
    work(1);
    worker_read(fds, groups, before);
    work(n);
    worker_read(fds, groups, after);
    _exit(worker_send(to, groups, before, after) ? 0 : CHILD_SEND_FAILED);
}

static void child_becomes_program(const int *fds, size_t groups, uint64_t n, int to)
{
    char list[READINGS_MAX * 12] = "";
    char number[24];
    for (size_t g = 0; g < groups; g++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%d", g == 0 ? "" : ",", fds[g]);
    }
    snprintf(number, sizeof number, "%012llu", (unsigned long long)n);
    if (setenv("PAYOFF_COUNTER_FDS", list, 1) == 0 && dup2(to, STDOUT_FILENO) == STDOUT_FILENO)
        execl("./guest_loop", "guest_loop", number, (char *)NULL);
    _exit(CHILD_EXEC_FAILED);
}

static void receive(int from, struct reading *reading)
{
    size_t done = 0;
    while (done < sizeof *reading) {
        ssize_t length = read(from, (char *)reading + done, sizeof *reading - done);
        if (length <= 0)
            fail_msg("the measured child sent no reading");
        done += (size_t)length;
    }
}

static void decode(const struct group_plan *plan, int from, struct counts *counts)
{
    for (size_t g = 0; g < group_plan_group_count(plan); g++) {
        struct reading before;
        struct reading after;
        struct status st = STATUS_INIT;
        receive(from, &before);
        receive(from, &after);
        assert_true(before.size >= 0 && after.size >= 0);
        if (!group_plan_decode(plan, g, before.bytes, (size_t)before.size, after.bytes,
                               (size_t)after.size, counts, &st))
            fail_msg("%s", st.message);
    }
    group_plan_missing(plan, counts);
}

static void measure_child(const struct group_plan *plan, void (*work)(uint64_t n), uint64_t n,
                          struct counts *counts)
{
    size_t groups = group_plan_group_count(plan);
    int ends[2];
    int how = 0;
    assert_true(group_plan_event_count(plan) <= MEASURE_EVENTS_MAX && groups <= READINGS_MAX);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fds[GROUP_EVENTS_MAX];
        struct status st = STATUS_INIT;
        if (!group_plan_open_self(plan, fds, &st))
            _exit(CHILD_OPEN_FAILED);
        if (work != NULL)
            child_measures(fds, groups, work, n, ends[1]);
        child_becomes_program(fds, groups, n, ends[1]);
    }
    close(ends[1]);
    decode(plan, ends[0], counts);
    close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
}

void measure(const struct group_plan *plan, void (*work)(uint64_t n), uint64_t n,
             struct counts *counts)
{
    measure_child(plan, work, n, counts);
}

void measure_program(const struct group_plan *plan, uint64_t n, struct counts *counts)
{
    measure_child(plan, NULL, n, counts);
}

struct counts measure_value(const struct group_plan *plan, const struct counts *counts,
                            const char *asked)
{
    size_t i = 0;
    while (i < group_plan_event_count(plan) && strcmp(group_plan_event(plan, i)->asked, asked) != 0)
        i++;
    if (i == group_plan_event_count(plan))
        fail_msg("%s is not in the plan", asked);
    return counts[i];
}

uint64_t measure_exact(const struct group_plan *plan, const struct counts *counts,
                       const char *asked)
{
    struct counts value = measure_value(plan, counts, asked);
    if (value.state != COUNTS_EXACT)
        fail_msg("%s is %s: %s", asked, counts_state_name(value.state), value.reason);
    return value.count;
}

uint64_t measure_setting(const char *name, uint64_t otherwise)
{
    char variable[64];
    snprintf(variable, sizeof variable, "GUEST_%s", name);
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

bool measure_as_user(void (*body)(int argument), int argument)
{
    int how = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgroups(0, NULL) == 0 && setresgid(MEASURE_USER, MEASURE_USER, MEASURE_USER) == 0 &&
            setresuid(MEASURE_USER, MEASURE_USER, MEASURE_USER) == 0) {
            body(argument);
            exit(0);
        }
        exit(1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    return how == 0;
}

void measure_set_paranoid(int level)
{
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "we");
    assert_non_null(file);
    assert_true(fprintf(file, "%d\n", level) > 0);
    assert_int_equal(fclose(file), 0);
}
