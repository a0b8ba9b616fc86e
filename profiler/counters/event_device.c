#include "counters/event_device.h"

#include "base/nearest.h"
#include "counters/event_table.h"
#include "machine/pmu_event.h"

#include <stdio.h>
#include <string.h>

static const char *device_root = "";

static const char whole_machine[] =
    "it counts the whole machine or socket, not one process: other programs' share would be in it";

static const char tracefs_forbidden[] =
    "tracepoints are named in tracefs, which this user may not read; 'sudo chmod 755 "
    "/sys/kernel/tracing' and 'sudo chmod -R a+rX /sys/kernel/tracing/events' would allow it";

static const char tracefs_missing[] =
    "tracepoints are named in tracefs, which is not mounted; 'sudo mount -t tracefs tracefs "
    "/sys/kernel/tracing' would mount it";

/* Plain words for what kernels name shortly; what is not here is told by its name. */
static const char *describe(const char *name)
{
    static const struct {
        const char *part, *words;
    } known[] = {
        {"/tsc/", "ticks of the processor's time stamp counter while this runs"},
        {"/aperf/", "cycles at the real clock while not idle (APERF)"},
        {"/mperf/", "cycles at the nominal clock while not idle (MPERF)"},
        {"/smi/", "interruptions by firmware (SMI)"},
        {"/pperf/", "cycles in which the work made progress (PPERF)"},
        {"/energy-pkg/", "energy that the processor package used"},
        {"/energy-cores/", "energy that all cores used"},
        {"/energy-ram/", "energy that the memory used"},
        {"/energy-gpu/", "energy that the built-in graphics used"},
        {"/energy-psys/", "energy that the whole platform used"},
        {"/slots/", "pipeline slots: chances to start a micro-operation"},
        {"/topdown-retiring/", "slots that did useful work"},
        {"/topdown-bad-spec/", "slots wasted on a wrong guess"},
        {"/topdown-fe-bound/", "slots left empty for want of instructions"},
        {"/topdown-be-bound/", "slots left empty for want of data or units"},
        {"-residency/", "time in an idle state"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strstr(name, known[i].part) != NULL)
            return known[i].words;
    }
    return "an event that the kernel names";
}

static void fill(const struct pmu_event *from, const struct event_name *name, struct event *event)
{
    *event = (struct event){.pmu = "kernel",
                            .unit = "events",
                            .description = describe(from->name),
                            .source = COUNTS_HARDWARE};
    snprintf(event->name, sizeof event->name, "%s", from->name);
    event->code = (struct event_code){.type = from->type,
                                      .config = from->config,
                                      .config1 = from->config1,
                                      .config2 = from->config2};
    if (from->scope == PMU_EVENT_CORE) {
        event->code.exclude_user = name != NULL && name->kernel && !name->user;
        event->code.exclude_kernel = name != NULL && name->user && !name->kernel;
        event->code.exclude_hv = true;
    } else {
        event->traits = EVENT_ALL_MODES;
    }
    if (from->scope == PMU_EVENT_SYSTEM)
        event->refusal = whole_machine;
}

/* "pmu/event/" cut in two. */
static bool split_device(const char *base, char *pmu, char *event, size_t size)
{
    const char *slash = strchr(base, '/');
    size_t length = strlen(base);
    if (slash == NULL || slash == base || base[length - 1] != '/' || slash == base + length - 1 ||
        length >= size)
        return false;
    snprintf(pmu, size, "%.*s", (int)(slash - base), base);
    snprintf(event, size, "%.*s", (int)(length - (size_t)(slash - base) - 2), slash + 1);
    return true;
}

/* "system:name", both in small letters as the kernel writes them: CPU models' events are capital. */
static bool split_tracepoint(const char *base, char *system, char *name, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t first = strspn(base, letters);
    if (first == 0 || first >= size || base[first] != ':')
        return false;
    const char *rest = base + first + 1;
    size_t second = strspn(rest, letters);
    if (second == 0 || second >= size || rest[second] != '\0')
        return false;
    snprintf(system, size, "%.*s", (int)first, base);
    snprintf(name, size, "%s", rest);
    return true;
}

/* "instructon:x": nobody can look whether there are such tracepoints, and it is nearly an event. */
static bool is_mistyped(const char *system)
{
    struct nearest nearest;
    nearest_start(&nearest, system);
    for (const struct event_row *row = event_table; row->name != NULL; row++)
        nearest_offer(&nearest, row->name);
    return nearest_found(&nearest);
}

static bool parse_tracepoint(const char *base, const char *system, const char *name,
                             struct event *event)
{
    uint64_t id = 0;
    enum tracepoint found = tracepoint_find(device_root, system, name, &id);
    if (found == TRACEPOINT_UNKNOWN || (found != TRACEPOINT_FOUND && is_mistyped(system)))
        return false;
    *event = (struct event){.pmu = "tracepoint",
                            .unit = "events",
                            .description = "times the kernel passed this point",
                            .source = COUNTS_SOFTWARE,
                            .traits = EVENT_IN_KERNEL,
                            .code = {.type = EVENT_TYPE_TRACEPOINT, .config = id}};
    snprintf(event->name, sizeof event->name, "%s", base);
    if (found != TRACEPOINT_FOUND)
        event->refusal = found == TRACEPOINT_FORBIDDEN ? tracefs_forbidden : tracefs_missing;
    return true;
}

bool event_device_parse(const struct event_name *name, struct event *event)
{
    char a[EVENT_NAME_SIZE];
    char b[EVENT_NAME_SIZE];
    struct pmu_event found;
    if (split_device(name->base, a, b, sizeof a)) {
        if (!pmu_event_find(device_root, a, b, &found))
            return false;
        fill(&found, name, event);
        return true;
    }
    return split_tracepoint(name->base, a, b, sizeof a) &&
           parse_tracepoint(name->base, a, b, event);
}

struct visitor {
    bool (*visit)(const struct event *event, void *context);
    void *context;
    bool more;
};

static bool visit_device(const struct pmu_event *from, void *context)
{
    struct visitor *visitor = context;
    struct event event;
    fill(from, NULL, &event);
    visitor->more = visitor->visit(&event, visitor->context);
    return visitor->more;
}

bool event_device_each(bool (*visit)(const struct event *event, void *context), void *context)
{
    struct visitor visitor = {visit, context, true};
    pmu_event_each(device_root, visit_device, &visitor);
    return visitor.more;
}

void event_device_root(const char *root)
{
    device_root = root;
}
