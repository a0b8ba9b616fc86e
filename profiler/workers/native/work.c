#include "workers/native/work.h"

#include "workers/native/clock.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct work *work_new(const struct call_tasks *tasks, size_t jobs, struct status *st)
{
    size_t size = sizeof(struct work) + jobs * sizeof(struct work_record);
    struct work *work = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (work == MAP_FAILED) {
        status_fail_errno(st, errno, "shared memory for %zu workers", jobs);
        return NULL;
    }
    work->tasks = tasks;
    work->jobs = jobs;
    work->size = size;
    work_reset(work);
    work_stop(work);
    return work;
}

void work_free(struct work *work)
{
    if (work != NULL)
        munmap(work, work->size);
}

void work_reset(struct work *work)
{
    for (size_t i = 0; i < work->jobs; i++)
        work->records[i] = (struct work_record){.current = WORK_NO_TASK, .unusable = WORK_NO_TASK};
}

void work_new_round(struct work *work)
{
    for (size_t i = 0; i < work->jobs; i++)
        work->records[i].finished = false;
    atomic_store(&work->next, 0);
}

void work_stop(struct work *work)
{
    /* Far from SIZE_MAX: every worker still adds one. */
    atomic_store(&work->next, SIZE_MAX / 2);
}

/* Of this thread, or of the whole process where its CPU clock is asked for. Fails only for a bad
 * argument. */
static int64_t switches_of(clockid_t cpu_clock)
{
    struct rusage usage = {0};
    getrusage(cpu_clock == CLOCK_THREAD_CPUTIME_ID ? RUSAGE_THREAD : RUSAGE_SELF, &usage);
    return usage.ru_nvcsw + usage.ru_nivcsw;
}

void work_share(struct work *work, size_t id, clockid_t cpu_clock)
{
    struct work_record *record = &work->records[id];
    const struct call_tasks *tasks = work->tasks;
    size_t count = call_tasks_count(tasks), task;
    int64_t switches = switches_of(cpu_clock);
    int64_t wall_ns = clock_now_ns(CLOCK_MONOTONIC), cpu_ns = clock_now_ns(cpu_clock);

    while ((task = atomic_fetch_add(&work->next, 1)) < count) {
        /* A worker that dies in the call leaves this behind: the compiler must not move it. */
        *(volatile size_t *)&record->current = task;
        if (!call_tasks_run(tasks, task))
            record->unusable = task;
        *(volatile size_t *)&record->current = WORK_NO_TASK;
        record->tasks++;
    }
    record->cpu_ns += clock_now_ns(cpu_clock) - cpu_ns;
    record->wall_ns += clock_now_ns(CLOCK_MONOTONIC) - wall_ns;
    record->switches += switches_of(cpu_clock) - switches;
    record->tid = gettid();
    record->finished = true;
}
