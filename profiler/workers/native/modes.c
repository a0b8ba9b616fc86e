#include "workers/native/modes.h"

#include "workers/native/processes.h"
#include "workers/native/threads.h"

#include <stdlib.h>

struct modes {
    struct bracket *bracket;
    const int *close_fds;
    size_t close_count;
    /* The crew of the last run, with its records; a cold or serial one has nobody waiting. */
    struct work *work;
    struct threads *threads;
    struct processes *processes;
    struct modes_run last;
};

struct modes *modes_new(struct bracket *bracket, const int *close_fds, size_t close_count,
                        struct status *st)
{
    struct modes *modes = malloc(sizeof *modes);
    if (modes == NULL) {
        status_fail(st, STATUS_MEMORY, "no memory for a worker");
        return NULL;
    }
    *modes = (struct modes){.bracket = bracket, .close_fds = close_fds, .close_count = close_count};
    return modes;
}

void modes_disband(struct modes *modes)
{
    threads_free(modes->threads);
    processes_free(modes->processes);
    work_free(modes->work);
    modes->threads = NULL;
    modes->processes = NULL;
    modes->work = NULL;
}

void modes_free(struct modes *modes)
{
    if (modes != NULL)
        modes_disband(modes);
    free(modes);
}

/* A waiting crew that fits is kept; else the old one goes and a new one comes. */
static bool assemble(struct modes *modes, const struct call_tasks *tasks,
                     const struct modes_run *run, struct modes_failure *failure, struct status *st)
{
    if (modes->work != NULL && !run->cold && !modes->last.cold && modes->work->tasks == tasks &&
        modes->last.mode == run->mode && modes->last.jobs == run->jobs)
        return true;

    struct processes_death death = {WORK_NO_TASK, NULL};
    modes_disband(modes);
    modes->last = *run;
    modes->work = work_new(tasks, run->jobs, st);
    if (modes->work == NULL)
        return false;
    if (run->mode == MODES_THREAD) {
        modes->threads = threads_new(modes->work, st);
        return modes->threads != NULL && (run->cold || threads_start(modes->threads, st));
    }
    if (run->mode == MODES_PROCESS) {
        modes->processes = processes_new(modes->work, modes->close_fds, modes->close_count, st);
        if (modes->processes == NULL)
            return false;
        if (!run->cold && !processes_start(modes->processes, &death, st)) {
            *failure = (struct modes_failure){death.task, death.signal ? death.signal : "Exit"};
            return false;
        }
    }
    return true;
}

/* One round of the crew, inside the bracket. */
static bool run_round(struct modes *modes, const struct modes_run *run,
                      struct processes_death *death, struct status *st)
{
    work_new_round(modes->work);
    if (run->mode == MODES_PROCESS)
        return run->cold ? processes_run_cold(modes->processes, death, st)
                         : processes_run_warm(modes->processes, death, st);
    if (run->cold)
        return threads_run_cold(modes->threads, st);
    threads_run_warm(modes->threads);
    return true;
}

/* Serial: the calls and nothing else, so the record is made from the bracket afterwards. */
static void run_serial(struct modes *modes, const struct call_tasks *tasks, uint64_t loops)
{
    size_t count = call_tasks_count(tasks);
    size_t unusable = WORK_NO_TASK;
    bracket_begin(modes->bracket);
    for (uint64_t loop = 0; loop < loops; loop++)
        for (size_t task = 0; task < count; task++)
            if (!call_tasks_run(tasks, task))
                unusable = task;
    bracket_end(modes->bracket);
    modes->work->records[0].unusable = unusable;
    modes->work->records[0].wall_ns = bracket_wall_ns(modes->bracket);
    modes->work->records[0].cpu_ns = bracket_cpu_ns(modes->bracket);
    modes->work->records[0].tasks = loops * count;
}

static bool run_crew(struct modes *modes, const struct modes_run *run,
                     struct modes_failure *failure, struct status *st)
{
    struct processes_death death = {WORK_NO_TASK, NULL};
    bool done = true;
    bracket_begin(modes->bracket);
    for (uint64_t loop = 0; done && loop < run->loops; loop++)
        done = run_round(modes, run, &death, st);
    bracket_end(modes->bracket);
    if (!done && st->code == STATUS_SUBJECT)
        *failure = (struct modes_failure){death.task, death.signal ? death.signal : "Exit"};
    return done;
}

static bool check_records(const struct work *work, struct modes_failure *failure, struct status *st)
{
    for (size_t id = 0; id < work->jobs; id++) {
        size_t task = work->records[id].unusable;
        if (task == WORK_NO_TASK)
            continue;
        *failure = (struct modes_failure){task, "ValueError"};
        return status_fail(st, STATUS_SUBJECT,
                           "task %zu returned a string of %d bytes or more, which is more than "
                           "this worker carries",
                           task, CALL_STRING_BYTES);
    }
    return true;
}

bool modes_run(struct modes *modes, struct call_tasks *tasks, const struct modes_run *run,
               struct modes_failure *failure, struct status *st)
{
    *failure = (struct modes_failure){WORK_NO_TASK, NULL};
    if (run->mode == MODES_EMPTY) {
        bracket_begin(modes->bracket);
        bracket_end(modes->bracket);
        modes->last.mode = run->mode;
        return true;
    }
    call_tasks_clear(tasks);
    bool done = assemble(modes, tasks, run, failure, st);
    if (done) {
        work_reset(modes->work);
        if (run->mode == MODES_SERIAL)
            run_serial(modes, tasks, run->loops);
        else
            done = run_crew(modes, run, failure, st);
    }
    done = done && check_records(modes->work, failure, st);
    if (!done)
        modes_disband(modes);
    return done;
}

int64_t modes_cpu_ns(const struct modes *modes)
{
    int64_t cpu_ns = bracket_cpu_ns(modes->bracket);
    /* Children that wait were not reaped: they say themselves what they used. */
    if (modes->last.mode == MODES_PROCESS && !modes->last.cold)
        for (size_t id = 0; id < modes->work->jobs; id++)
            cpu_ns += modes->work->records[id].cpu_ns;
    return cpu_ns;
}

json_t *modes_workers(const struct modes *modes)
{
    json_t *list = json_array();
    bool none = modes->work == NULL || modes->last.mode == MODES_EMPTY;
    for (size_t id = 0; list != NULL && !none && id < modes->work->jobs; id++) {
        const struct work_record *record = &modes->work->records[id];
        json_t *row =
            json_pack("{sIsIsIsI}", "id", (json_int_t)id, "wall_ns", (json_int_t)record->wall_ns,
                      "cpu_ns", (json_int_t)record->cpu_ns, "tasks", (json_int_t)record->tasks);
        if (record->tid != 0)
            json_object_update_new(row, json_pack("{sIsI}", "tid", (json_int_t)record->tid,
                                                  "switches", (json_int_t)record->switches));
        if (json_array_append_new(list, row) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

bool modes_crew(struct modes *modes, const struct call_tasks *tasks, const struct modes_run *run,
                struct modes_failure *failure, struct status *st)
{
    *failure = (struct modes_failure){WORK_NO_TASK, NULL};
    if ((run->mode != MODES_PROCESS && run->mode != MODES_THREAD) || run->cold)
        return status_fail(st, STATUS_UNAVAILABLE, "only a warm pool has workers that wait");
    if (assemble(modes, tasks, run, failure, st))
        return true;
    modes_disband(modes);
    return false;
}

json_t *modes_tids(const struct modes *modes)
{
    json_t *list = json_array();
    for (size_t id = 0; list != NULL && id < modes->work->jobs; id++) {
        if (json_array_append_new(list, json_integer(modes->work->records[id].tid)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
