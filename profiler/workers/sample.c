#include "workers/sample.h"

#include "machine/clock.h"
#include "workers/protocol.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES_MAX = 64 };

/* A field that may be missing or null: unknown. False when it is there and no count of something.
 */
static bool read_optional(const json_t *object, const char *name, int64_t *number,
                          struct status *st)
{
    const json_t *field = json_object_get(object, name);
    *number = -1;
    if (field == NULL || json_is_null(field))
        return true;
    if (!json_is_integer(field) || json_integer_value(field) < 0)
        return status_fail(st, STATUS_DATA, "its measurement has a '%s' that is no number ≥ 0",
                           name);
    *number = json_integer_value(field);
    return true;
}

/* More CPU time than all CPUs have in that time, twice over (a kernel that counts in ticks,
 * children reaped late), is no measurement. */
static bool is_absurd_cpu(int64_t cpu_ns, int64_t span_ns)
{
    static long cpus; /* asked once: the answer is read from a file */
    if (cpus == 0)
        cpus = sysconf(_SC_NPROCESSORS_CONF);
    double most_ns = 2.0 * (double)span_ns * (double)(cpus > 0 ? cpus : 1) + 1e9;
    return (double)cpu_ns > most_ns;
}

static bool decode_clocks(const json_t *reply, int64_t span_ns, bool empty, struct sample *sample,
                          struct status *st)
{
    if (!read_optional(reply, "wall_ns", &sample->wall_ns, st) ||
        !read_optional(reply, "cpu_ns", &sample->cpu_ns, st))
        return false;
    if (sample->wall_ns < 0)
        return status_fail(st, STATUS_DATA, "its measurement has no 'wall_ns'");
    if (sample->wall_ns == 0 && !empty)
        return status_fail(st, STATUS_DATA, "its measurement took no time at all");
    if (sample->wall_ns > span_ns)
        return status_fail(st, STATUS_DATA,
                           "its measurement took %" PRId64 " ns, but its answer came after %" PRId64
                           " ns",
                           sample->wall_ns, span_ns);
    if (is_absurd_cpu(sample->cpu_ns, span_ns))
        return status_fail(st, STATUS_DATA,
                           "its measurement used %" PRId64 " ns of CPU time in %" PRId64 " ns",
                           sample->cpu_ns, span_ns);
    return true;
}

static bool decode_group(const json_t *before, const json_t *after, const struct group_plan *plan,
                         size_t group, struct counts *counts, struct status *st)
{
    unsigned char *first = NULL, *second = NULL;
    size_t first_size = 0, second_size = 0;
    bool success =
        protocol_bytes(before, "a counter reading", &first, &first_size, st) &&
        protocol_bytes(after, "a counter reading", &second, &second_size, st) &&
        group_plan_decode(plan, group, first, first_size, second, second_size, counts, st);
    free(first);
    free(second);
    return success;
}

/* Groups that were planned but not opened on this worker. */
static void miss_groups(const struct group_plan *plan, const char *reason, struct sample *sample)
{
    for (size_t i = 0; i < sample->count_count; i++) {
        const struct group_event *event = group_plan_event(plan, i);
        if (event->group >= 0)
            sample->counts[i] = counts_missing(COUNTS_NOT_COUNTED, event->source, reason);
    }
}

static bool decode_counts(const json_t *reply, const struct group_plan *plan, const char *uncounted,
                          struct sample *sample, struct status *st)
{
    if (plan == NULL)
        return true;
    sample->count_count = group_plan_event_count(plan);
    sample->counts = calloc(sample->count_count + 1, sizeof *sample->counts);
    if (sample->counts == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for counters");
    group_plan_missing(plan, sample->counts);
    if (uncounted != NULL) {
        miss_groups(plan, uncounted, sample);
        group_plan_merge(plan, sample->counts);
        return true;
    }
    const json_t *before = json_object_get(reply, "before");
    const json_t *after = json_object_get(reply, "after");
    size_t groups = group_plan_group_count(plan);
    if (json_array_size(before) != groups || json_array_size(after) != groups)
        return status_fail(st, STATUS_DATA,
                           "its measurement has %zu and %zu readings of %zu counter groups",
                           json_array_size(before), json_array_size(after), groups);
    for (size_t i = 0; i < groups; i++) {
        if (!decode_group(json_array_get(before, i), json_array_get(after, i), plan, i,
                          sample->counts, st))
            return false;
    }
    group_plan_merge(plan, sample->counts);
    return true;
}

static bool decode_shares(const json_t *reply, struct sample *sample, struct status *st)
{
    const json_t *workers = json_object_get(reply, "workers");
    size_t count = json_array_size(workers);
    if (count == 0)
        return workers == NULL || json_is_null(workers) || json_is_array(workers) ||
               status_fail(st, STATUS_DATA, "its measurement has 'workers' that are no list");
    sample->shares = calloc(count, sizeof *sample->shares);
    if (sample->shares == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %zu workers", count);
    sample->share_count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *worker = json_array_get(workers, i);
        struct sample_share *share = &sample->shares[i];
        if (!read_optional(worker, "id", &share->id, st) ||
            !read_optional(worker, "wall_ns", &share->wall_ns, st) ||
            !read_optional(worker, "cpu_ns", &share->cpu_ns, st) ||
            !read_optional(worker, "tasks", &share->tasks, st) ||
            !read_optional(worker, "switches", &share->switches, st) ||
            !read_optional(worker, "tid", &share->tid, st))
            return false;
    }
    return true;
}

bool sample_decode(const json_t *reply, const struct group_plan *plan, const char *uncounted,
                   int64_t span_ns, bool empty, struct sample *sample, struct status *st)
{
    *sample = (struct sample){.wall_ns = -1, .cpu_ns = -1};
    if (decode_clocks(reply, span_ns, empty, sample, st) &&
        decode_counts(reply, plan, uncounted, sample, st) && decode_shares(reply, sample, st))
        return true;
    sample_free(sample);
    return false;
}

size_t sample_most(const struct worker *worker)
{
    json_int_t most = json_integer_value(json_object_get(worker_hello(worker), "samples"));
    return most < 1 ? 1 : most > SAMPLES_MAX ? SAMPLES_MAX : (size_t)most;
}

bool sample_decode_list(const json_t *reply, size_t count, const struct group_plan *plan,
                        const char *uncounted, int64_t span_ns, struct sample_list *list,
                        struct status *st)
{
    *list = (struct sample_list){0};
    const json_t *samples = json_object_get(reply, "samples");
    if (json_array_size(samples) != count)
        return status_fail(st, STATUS_DATA, "it was asked for %zu samples and has %zu", count,
                           json_array_size(samples));
    list->samples = calloc(count + 1, sizeof *list->samples);
    if (list->samples == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %zu samples", count);
    int64_t left_ns = span_ns; /* they follow each other */
    while (list->count < count) {
        struct sample *sample = &list->samples[list->count];
        if (!sample_decode(json_array_get(samples, list->count), plan, uncounted, left_ns, false,
                           sample, st)) {
            sample_list_free(list);
            return false;
        }
        left_ns -= sample->wall_ns;
        list->count++;
    }
    return true;
}

/* A count of 0 is a plain run. How long the reply took is in *span_ns. */
static bool ask(struct worker *worker, const struct sample_request *request, size_t count,
                double timeout_s, int64_t *span_ns, json_t **reply, struct status *st)
{
    *reply = NULL;
    json_t *command =
        json_pack("{ss ss si ss sI}", "cmd", "run", "mode", request->mode, "jobs", request->jobs,
                  "start", request->start, "loops", (json_int_t)request->loops);
    if (command == NULL ||
        (count > 0 &&
         json_object_set_new(command, "samples", json_integer((json_int_t)count)) != 0)) {
        json_decref(command);
        return status_fail(st, STATUS_MEMORY, "out of memory for a measurement");
    }
    uint64_t start_ns = clock_monotonic_ns();
    bool success = worker_call(worker, command, timeout_s, reply, st);
    *span_ns = (int64_t)(clock_monotonic_ns() - start_ns);
    json_decref(command);
    return success;
}

static void drop(json_t **reply)
{
    json_decref(*reply);
    *reply = NULL;
}

bool sample_take(struct worker *worker, const struct sample_request *request, double timeout_s,
                 struct sample *sample, json_t **reply, struct status *st)
{
    int64_t span_ns;
    if (!ask(worker, request, 0, timeout_s, &span_ns, reply, st))
        return false;
    bool success = sample_decode(*reply, worker_plan(worker), worker_uncounted(worker), span_ns,
                                 strcmp(request->mode, "empty") == 0, sample, st);
    drop(reply);
    return success;
}

bool sample_take_list(struct worker *worker, const struct sample_request *request, size_t count,
                      double timeout_s, struct sample_list *list, json_t **reply, struct status *st)
{
    int64_t span_ns;
    if (!ask(worker, request, count, timeout_s, &span_ns, reply, st))
        return false;
    bool success = sample_decode_list(*reply, count, worker_plan(worker), worker_uncounted(worker),
                                      span_ns, list, st);
    drop(reply);
    return success;
}

void sample_free(struct sample *sample)
{
    free(sample->counts);
    free(sample->shares);
    *sample = (struct sample){.wall_ns = -1, .cpu_ns = -1};
}

void sample_list_free(struct sample_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        sample_free(&list->samples[i]);
    free(list->samples);
    *list = (struct sample_list){0};
}
