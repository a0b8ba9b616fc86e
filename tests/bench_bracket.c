/* What an empty bracket costs, in task-clock as the counters see it and in wall time: the figure
 * that payoff measures with mode `empty` and takes off. One group of task-clock alone. */
#include "workers/native/bracket.h"
#include "workers/native/clock.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROUNDS 2000

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Group format: number of events, time enabled, time running, values. */
static int64_t value_of(const struct bracket_reading *reading)
{
    int64_t words[4];
    memcpy(words, reading->bytes, sizeof words);
    return reading->size == sizeof words ? words[3] : -1;
}

int main(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof attr,
        .config = PERF_COUNT_SW_TASK_CLOCK,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .read_format =
            PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };
    long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
    if (fd < 0) {
        printf("skipped: perf_event_open: %m\n");
        return 77;
    }
    char text[24];
    struct bracket bracket;
    struct status st = STATUS_INIT;
    static int64_t task_clock_ns[ROUNDS], wall_ns[ROUNDS];
    snprintf(text, sizeof text, "%ld", fd);
    if (!bracket_init(&bracket, text, &st)) {
        fprintf(stderr, "%s\n", st.message);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < ROUNDS; i++) {
        bracket_begin(&bracket);
        bracket_end(&bracket);
        task_clock_ns[i] = value_of(bracket.after) - value_of(bracket.before);
        wall_ns[i] = bracket_wall_ns(&bracket);
    }
    qsort(task_clock_ns, ROUNDS, sizeof *task_clock_ns, compare);
    qsort(wall_ns, ROUNDS, sizeof *wall_ns, compare);
    printf("empty bracket: task-clock median %lld ns (p95 %lld), wall median %lld ns\n",
           (long long)task_clock_ns[ROUNDS / 2], (long long)task_clock_ns[ROUNDS * 95 / 100],
           (long long)wall_ns[ROUNDS / 2]);
    bracket_free(&bracket);
    close((int)fd);
    return EXIT_SUCCESS;
}
