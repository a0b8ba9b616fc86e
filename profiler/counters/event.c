#include "counters/event.h"

#include "base/nearest.h"
#include "counters/event_device.h"
#include "counters/event_name.h"
#include "counters/event_table.h"

#include <perfmon/pfmlib_perf_event.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t pfm_once = PTHREAD_ONCE_INIT;
static bool pfm_usable;

static void pfm_start(void)
{
    pfm_usable = pfm_initialize() == PFM_SUCCESS;
}

static bool encode_exactly(const char *name, int levels, struct perf_event_attr *attr,
                           char **full_name, int *index, int *error)
{
    memset(attr, 0, sizeof *attr);
    attr->size = sizeof *attr;
    free(*full_name);
    *full_name = NULL;
    pfm_perf_encode_arg_t argument;
    memset(&argument, 0, sizeof argument);
    argument.attr = attr;
    argument.fstr = full_name;
    argument.size = sizeof argument;
    int result = pfm_get_os_event_encoding(name, levels, PFM_OS_PERF_EVENT, &argument);
    *index = argument.idx;
    /* "Not found" tells least: keep what any other attempt said. */
    if (*error == PFM_ERR_NOTFOUND)
        *error = result;
    return result == PFM_SUCCESS;
}

/* Tries the spellings of a name below one prefix: the kernel's events are written with hyphens, the
 * CPU models' with underscores. */
static bool encode_spellings(const char *prefix, const char *base, int levels,
                             struct perf_event_attr *attr, char **full_name, int *index, int *error)
{
    static const char spellings[][2] = {{'-', '-'}, {'_', '-'}, {'-', '_'}};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char name[EVENT_NAME_SIZE];
        event_name_spell(name, prefix, base, spellings[i][0], spellings[i][1]);
        if (encode_exactly(name, levels, attr, full_name, index, error))
            return true;
    }
    return false;
}

static const char *pmu_name(pfm_pmu_t pmu)
{
    pfm_pmu_info_t info;
    memset(&info, 0, sizeof info);
    info.size = sizeof info;
    return pfm_get_pmu_info(pmu, &info) == PFM_SUCCESS ? info.name : "unknown";
}

static bool event_info(int index, pfm_event_info_t *info)
{
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
    return pfm_get_event_info(index, PFM_OS_PERF_EVENT, info) == PFM_SUCCESS;
}

/* One spelling for one event, however it was asked for. */
static void name_event(struct event *event, const char *base, const char *full_name)
{
    const char *plain = strstr(base, "::") != NULL ? strstr(base, "::") + 2 : base;
    if (strcmp(event->pmu, "perf") == 0 || strcmp(event->pmu, "perf_raw") == 0) {
        event_name_lower(event->name, plain);
    } else if (strchr(base, '=') != NULL || full_name == NULL) {
        event_name_spell(event->name, "", base, '-', '-');
    } else {
        snprintf(event->name, sizeof event->name, "%s", full_name);
        event_name_cut_modifiers(event->name);
    }
}

static void describe_row(struct event *event, const struct event_row *row)
{
    event_name_spell(event->name, "", row->name, '-', '-');
    event->description = row->description;
    event->traits = row->traits;
    if ((row->traits & EVENT_CLOCK) != 0)
        event->unit = "ns";
}

static void fill_from_attr(struct event *event, const struct perf_event_attr *attr, int index,
                           const char *base, const char *full_name)
{
    *event = (struct event){.unit = "events", .pmu = "unknown", .description = ""};
    event->code = (struct event_code){
        .type = attr->type,
        .config = attr->config,
        .config1 = attr->config1,
        .config2 = attr->config2,
        .exclude_user = attr->exclude_user,
        .exclude_kernel = attr->exclude_kernel,
        .exclude_hv = true, /* libpfm4 sets it only where the processor's PMU has such a mode */
        .exclude_host = attr->exclude_host,
        .exclude_guest = attr->exclude_guest,
    };
    event->source = attr->type == EVENT_TYPE_SOFTWARE ? COUNTS_SOFTWARE : COUNTS_HARDWARE;
    pfm_event_info_t info;
    if (event_info(index, &info)) {
        event->pmu = pmu_name(info.pmu);
        event->description = info.desc;
    }
    name_event(event, base, full_name);
    const struct event_row *row = event_table_by_code(attr->type, attr->config);
    if (row != NULL)
        describe_row(event, row);
}

static void fill_from_row(struct event *event, const struct event_row *row, int levels)
{
    *event = (struct event){.unit = "events", .pmu = "kernel"};
    event->code = (struct event_code){
        .type = row->type,
        .config = row->config,
        .exclude_user = (levels & PFM_PLM3) == 0,
        .exclude_kernel = (levels & PFM_PLM0) == 0,
        .exclude_hv = true,
    };
    event->source = row->type == EVENT_TYPE_SOFTWARE ? COUNTS_SOFTWARE : COUNTS_HARDWARE;
    describe_row(event, row);
}

static bool offer_event(const struct event *event, void *context)
{
    nearest_offer(context, event->name);
    return true;
}

static bool fail_unknown(const char *text, const char *base, int error, struct status *st)
{
    if (error == PFM_ERR_ATTR)
        return status_fail(st, STATUS_USAGE,
                           "event '%s' has no such modifier or unit mask; the modifiers are :u "
                           "(user mode only) and :k (kernel mode only); payoff counts and takes no "
                           "samples, so there is no :p",
                           text);
    if (strncmp(base, "simulated::", 11) == 0)
        return status_fail(
            st, STATUS_USAGE,
            "event '%s' is counted by Valgrind and not by name: 'payoff run --counts "
            "simulated' counts all that the experiment's metrics ask for",
            text);
    if (error != PFM_ERR_NOTFOUND)
        return status_fail(st, STATUS_USAGE, "event '%s': %s", text, pfm_strerror(error));
    struct nearest nearest;
    const char *prefix = strstr(base, "::");
    nearest_start(&nearest, prefix != NULL ? prefix + 2 : base);
    event_each(offer_event, &nearest);
    if (nearest_found(&nearest))
        return status_fail(st, STATUS_NOT_FOUND, "unknown event '%s'; did you mean '%s'?", text,
                           nearest.name);
    return status_fail(st, STATUS_NOT_FOUND,
                       "unknown event '%s'; 'payoff counters' lists the events of this machine",
                       text);
}

/* libpfm4's own spellings of modes (":u=1", ":h", ":mg") change what is counted, and would not be in
 * the name that payoff gives it. */
static bool check_modes(const char *text, const struct event *event, int levels, struct status *st)
{
    const struct event_code *code = &event->code;
    if (code->exclude_user == ((levels & PFM_PLM3) == 0) &&
        code->exclude_kernel == ((levels & PFM_PLM0) == 0) && !code->exclude_host)
        return true;
    return status_fail(st, STATUS_USAGE,
                       "event '%s': of modes, payoff counts :u (user mode only), :k (kernel mode "
                       "only) or, without a modifier, both",
                       text);
}

/* Refuses modifiers that could only give a wrong number, then shows them in the name. */
static bool apply_modes(struct event *event, const struct event_name *parts, struct status *st)
{
    if (parts->user == parts->kernel)
        return true;
    const char *mode = parts->user ? "u" : "k";
    if ((event->traits & EVENT_CLOCK) != 0)
        return status_fail(
            st, STATUS_USAGE,
            "event '%s:%s': a clock cannot be split into user and kernel mode; write "
            "'%s'",
            event->name, mode, event->name);
    if ((event->traits & EVENT_IN_KERNEL) != 0 && parts->user)
        return status_fail(st, STATUS_USAGE,
                           "event '%s:u': this happens inside the kernel only and would read 0; "
                           "write '%s'",
                           event->name, event->name);
    if ((event->traits & EVENT_ALL_MODES) != 0)
        return status_fail(st, STATUS_USAGE,
                           "event '%s:%s': it cannot leave out user or kernel mode; write '%s'",
                           event->name, mode, event->name);
    size_t used = strlen(event->name);
    snprintf(event->name + used, sizeof event->name - used, ":%s", mode);
    return true;
}

bool event_parse(const char *text, struct event *event, struct status *st)
{
    struct event_name parts;
    if (!event_name_split(text, &parts, st))
        return false;
    pthread_once(&pfm_once, pfm_start);

    int levels = 0;
    if (parts.user || !parts.kernel)
        levels |= PFM_PLM3;
    if (parts.kernel || !parts.user)
        levels |= PFM_PLM0;
    struct perf_event_attr attr;
    char *full_name = NULL;
    int index = -1;
    int error = PFM_ERR_NOTFOUND;
    const struct event_row *row = NULL;
    bool found = true;
    bool named = false;

    /* A plain name is first of all the kernel's, whatever a CPU model may call its own events. */
    if (pfm_usable && strstr(parts.base, "::") == NULL &&
        encode_spellings("perf::", parts.base, levels, &attr, &full_name, &index, &error))
        named = true;
    else if ((row = event_table_by_name(parts.base)) != NULL)
        fill_from_row(event, row, levels);
    else if (pfm_usable &&
             encode_spellings("", parts.base, levels, &attr, &full_name, &index, &error))
        named = true;
    else if (error != PFM_ERR_NOTFOUND || !event_device_parse(&parts, event))
        found = fail_unknown(text, parts.base, error, st);
    if (named) {
        fill_from_attr(event, &attr, index, parts.base, full_name);
        found = check_modes(text, event, levels, st);
    }
    free(full_name);
    return found && apply_modes(event, &parts, st);
}

bool event_user_only(const struct event *event, struct event *user)
{
    if ((event->traits & (EVENT_IN_KERNEL | EVENT_ALL_MODES)) != 0 || event->code.exclude_user)
        return false;
    *user = *event;
    user->code.exclude_kernel = true;
    if ((event->traits & EVENT_CLOCK) == 0 && !event->code.exclude_kernel) {
        size_t used = strlen(user->name);
        snprintf(user->name + used, sizeof user->name - used, ":u");
    }
    return true;
}

bool event_code_equal(const struct event_code *a, const struct event_code *b)
{
    return a->type == b->type && a->config == b->config && a->config1 == b->config1 &&
           a->config2 == b->config2 && a->exclude_user == b->exclude_user &&
           a->exclude_kernel == b->exclude_kernel && a->exclude_hv == b->exclude_hv &&
           a->exclude_host == b->exclude_host && a->exclude_guest == b->exclude_guest;
}

static bool each_row(bool (*visit)(const struct event *event, void *context), void *context)
{
    for (const struct event_row *row = event_table; row->name != NULL; row++) {
        struct event event;
        fill_from_row(&event, row, PFM_PLM0 | PFM_PLM3);
        if (!visit(&event, context))
            return false;
    }
    return true;
}

/* The event itself, then once with each of its unit masks. */
static bool each_name(int index, const pfm_event_info_t *info, const char *pmu,
                      bool (*visit)(const struct event *event, void *context), void *context)
{
    struct event event = {.pmu = pmu,
                          .unit = "events",
                          .description = info->desc != NULL ? info->desc : "",
                          .source = COUNTS_HARDWARE};
    snprintf(event.name, sizeof event.name, "%s", info->name);
    if (!visit(&event, context))
        return false;
    for (int mask = 0; mask < info->nattrs; mask++) {
        pfm_event_attr_info_t attribute;
        memset(&attribute, 0, sizeof attribute);
        attribute.size = sizeof attribute;
        if (pfm_get_event_attr_info(index, mask, PFM_OS_PERF_EVENT, &attribute) != PFM_SUCCESS ||
            attribute.type != PFM_ATTR_UMASK)
            continue;
        snprintf(event.name, sizeof event.name, "%s:%s", info->name, attribute.name);
        event.description = attribute.desc != NULL ? attribute.desc : "";
        if (!visit(&event, context))
            return false;
    }
    return true;
}

/* libpfm4's names for the kernel's events: not the constants' names (PERF_COUNT_…), and not what
 * our table has already described. */
static bool each_cache_event(const pfm_event_info_t *info,
                             bool (*visit)(const struct event *event, void *context), void *context)
{
    struct perf_event_attr attr;
    char *full_name = NULL;
    int index = -1;
    int error = PFM_ERR_NOTFOUND;
    struct event event;
    bool wanted = info->equiv != NULL &&
                  encode_spellings("perf::", info->name, PFM_PLM0 | PFM_PLM3, &attr, &full_name,
                                   &index, &error) &&
                  attr.type == EVENT_TYPE_HW_CACHE;
    if (wanted)
        fill_from_attr(&event, &attr, index, info->name, full_name);
    free(full_name);
    if (wanted && info->desc != NULL)
        event.description = info->desc;
    return !wanted || visit(&event, context);
}

void event_each(bool (*visit)(const struct event *event, void *context), void *context)
{
    pthread_once(&pfm_once, pfm_start);
    if (!each_row(visit, context) || !event_device_each(visit, context) || !pfm_usable)
        return;
    for (pfm_pmu_t pmu = PFM_PMU_NONE; pmu < PFM_PMU_MAX; pmu++) {
        pfm_pmu_info_t info;
        memset(&info, 0, sizeof info);
        info.size = sizeof info;
        /* An uncore PMU counts for the whole socket: it knows no processes. */
        if (pfm_get_pmu_info(pmu, &info) != PFM_SUCCESS || !info.is_present ||
            info.type == PFM_PMU_TYPE_UNCORE || pmu == PFM_PMU_PERF_EVENT_RAW)
            continue;
        for (int index = info.first_event; index != -1; index = pfm_get_event_next(index)) {
            pfm_event_info_t event;
            if (!event_info(index, &event))
                continue;
            bool more = pmu == PFM_PMU_PERF_EVENT
                            ? each_cache_event(&event, visit, context)
                            : each_name(index, &event, info.name, visit, context);
            if (!more)
                return;
        }
    }
}

void event_library_version(char *text, size_t size)
{
    int version = pfm_get_version();
    snprintf(text, size, "%d.%d", PFM_MAJ_VERSION(version), PFM_MIN_VERSION(version));
}
