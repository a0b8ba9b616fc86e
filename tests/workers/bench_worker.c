/* What one conversation with a worker costs payoff: start, an empty `run` there and back, stop. The
 * worker is a minimal one in C, so that the figures are the harness's own. Figures, no verdict. */
#include "machine/clock.h"
#include "workers/sample.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 5000, STARTS = 30 };

static int by_value(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void show(const char *title, uint64_t *spans_ns, size_t count)
{
    size_t middle = count / 2, low = count / 10, high = count * 9 / 10;
    qsort(spans_ns, count, sizeof *spans_ns, by_value);
    printf("%-34s median %8.1f us   10 %% %8.1f us   90 %% %8.1f us\n", title,
           (double)spans_ns[middle] / 1e3, (double)spans_ns[low] / 1e3,
           (double)spans_ns[high] / 1e3);
}

static bool take_one(struct worker *worker, struct status *st)
{
    struct sample_request request = {.mode = "empty", .jobs = 1, .start = "warm", .loops = 1};
    struct sample sample;
    json_t *reply;
    bool success = sample_take(worker, &request, 10, &sample, &reply, st);
    if (success)
        sample_free(&sample);
    json_decref(reply);
    return success;
}

static bool measure_rounds(const struct spawn_spec *spec, const char *title, struct status *st)
{
    static uint64_t spans_ns[ROUNDS];
    struct worker *worker = NULL;
    if (!worker_start(spec, 10, &worker, st))
        return false;
    bool success = true;
    for (size_t i = 0; success && i < ROUNDS; i++) {
        uint64_t start_ns = clock_monotonic_ns();
        success = take_one(worker, st);
        spans_ns[i] = clock_monotonic_ns() - start_ns;
    }
    worker_free(worker);
    if (success)
        show(title, spans_ns, ROUNDS);
    return success;
}

static bool measure_lives(const struct spawn_spec *spec, struct status *st)
{
    uint64_t starts_ns[STARTS], stops_ns[STARTS];
    for (size_t i = 0; i < STARTS; i++) {
        struct worker *worker = NULL;
        uint64_t start_ns = clock_monotonic_ns();
        if (!worker_start(spec, 10, &worker, st))
            return false;
        starts_ns[i] = clock_monotonic_ns() - start_ns;
        start_ns = clock_monotonic_ns();
        worker_stop(worker, 10);
        stops_ns[i] = clock_monotonic_ns() - start_ns;
        worker_free(worker);
    }
    show("start, hello included", starts_ns, STARTS);
    show("leave, reap, look for orphans", stops_ns, STARTS);
    return true;
}

int main(void)
{
    const char *argv[] = {MISBEHAVING_WORKER, "good", NULL};
    struct spawn_spec spec = {.argv = argv};
    struct status st = STATUS_INIT;
    bool success = measure_rounds(&spec, "empty run, any CPU", &st) && measure_lives(&spec, &st);
    int cpu = sched_getcpu();
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET((size_t)cpu, &own);
    if (success && sched_setaffinity(0, sizeof own, &own) == 0) {
        spec.cpus = &cpu;
        spec.cpu_count = 1;
        success = measure_rounds(&spec, "empty run, both on one CPU", &st);
    }
    if (!success)
        printf("%s\n", st.message);
    return success ? 0 : 1;
}
