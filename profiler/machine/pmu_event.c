#include "machine/pmu_event.h"

#include "machine/files.h"
#include "machine/sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES "/sys/bus/event_source/devices"

enum { NAME_MAX_ = 64, TEXT_SIZE = 256 };

/* Names become parts of paths: nothing else may be in them. */
static bool is_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < NAME_MAX_ && text[0] != '.' && strchr(text, '/') == NULL;
}

/* Puts the bits of value where a format ("config:0-7,21") says. */
static bool place(const char *format, uint64_t value, struct pmu_event *event)
{
    uint64_t *word = NULL;
    const char *bits = strchr(format, ':');
    int first = 0;
    int last = 0;
    if (strncmp(format, "config:", 7) == 0)
        word = &event->config;
    else if (strncmp(format, "config1:", 8) == 0)
        word = &event->config1;
    else if (strncmp(format, "config2:", 8) == 0)
        word = &event->config2;
    if (word == NULL)
        return false;
    for (bits++; sysfile_next_range(&bits, &first, &last);) {
        for (int bit = first; bit <= last && bit < 64; bit++, value >>= 1)
            *word |= (value & 1) << bit;
    }
    return value == 0; /* else it is too large for its field */
}

/* One "umask=0x80", or "name" alone for 1. */
static bool apply_term(const char *root, const char *pmu, char *term, struct pmu_event *event)
{
    char format[TEXT_SIZE];
    char *end = NULL;
    uint64_t value = 1;
    char *equals = strchr(term, '=');
    if (equals != NULL) {
        *equals = '\0';
        errno = 0;
        value = strtoull(equals + 1, &end, 0);
        if (end == equals + 1 || *end != '\0' || errno != 0) /* "?": the user must choose */
            return false;
    }
    if (strcmp(term, "config") == 0) {
        event->config |= value;
        return true;
    }
    return is_name(term) &&
           sysfile_text(root, format, sizeof format, DEVICES "/%s/format/%s", pmu, term) &&
           place(format, value, event);
}

static bool apply_terms(const char *root, const char *pmu, char *terms, struct pmu_event *event)
{
    char *rest = terms;
    char *term;
    while ((term = strsep(&rest, ",")) != NULL) {
        if (!apply_term(root, pmu, term, event))
            return false;
    }
    return true;
}

static enum pmu_event_scope scope_of(const char *root, const char *pmu)
{
    char text[TEXT_SIZE];
    if (strcmp(pmu, "cpu") == 0 || sysfile_text(root, text, sizeof text, DEVICES "/%s/cpus", pmu))
        return PMU_EVENT_CORE;
    return sysfile_text(root, text, sizeof text, DEVICES "/%s/cpumask", pmu) ? PMU_EVENT_SYSTEM
                                                                             : PMU_EVENT_PROCESS;
}

bool pmu_event_find(const char *root, const char *pmu, const char *event, struct pmu_event *found)
{
    char text[TEXT_SIZE];
    *found = (struct pmu_event){.scale = 1};
    if (!is_name(pmu) || !is_name(event))
        return false;
    int64_t type = sysfile_integer(root, DEVICES "/%s/type", pmu);
    if (type < 0 || type >= UINT32_MAX ||
        !sysfile_text(root, text, sizeof text, DEVICES "/%s/events/%s", pmu, event))
        return false;
    int length = snprintf(found->name, sizeof found->name, "%s/%s/", pmu, event);
    if (length < 0 || (size_t)length >= sizeof found->name)
        return false;
    found->type = (uint32_t)type;
    if (!apply_terms(root, pmu, text, found))
        return false;
    if (sysfile_text(root, text, sizeof text, DEVICES "/%s/events/%s.scale", pmu, event))
        found->scale = strtod(text, NULL);
    sysfile_text(root, found->unit, sizeof found->unit, DEVICES "/%s/events/%s.unit", pmu, event);
    found->scope = scope_of(root, pmu);
    return true;
}

static bool each_of(const char *root, const char *pmu,
                    bool (*visit)(const struct pmu_event *event, void *context), void *context)
{
    char folder[TEXT_SIZE];
    char **names = NULL;
    bool more = true;
    snprintf(folder, sizeof folder, DEVICES "/%s/events", pmu);
    size_t count = sysfile_list(root, folder, &names);
    for (size_t i = 0; i < count && more; i++) {
        struct pmu_event event;
        /* Beside an event lie "NAME.scale" and the like. */
        if (strchr(names[i], '.') == NULL && pmu_event_find(root, pmu, names[i], &event))
            more = visit(&event, context);
    }
    files_list_free(names, count);
    return more;
}

void pmu_event_each(const char *root, bool (*visit)(const struct pmu_event *event, void *context),
                    void *context)
{
    char **pmus = NULL;
    size_t count = sysfile_list(root, DEVICES, &pmus);
    bool more = true;
    for (size_t i = 0; i < count && more; i++)
        more = !is_name(pmus[i]) || each_of(root, pmus[i], visit, context);
    files_list_free(pmus, count);
}

enum tracepoint tracepoint_find(const char *root, const char *system, const char *name,
                                uint64_t *id)
{
    static const char *const mounts[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
    enum tracepoint best = TRACEPOINT_NO_TRACEFS;
    if (!is_name(system) || !is_name(name))
        return TRACEPOINT_UNKNOWN;
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) {
        char path[512];
        int64_t number = sysfile_integer(root, "%s/events/%s/%s/id", mounts[i], system, name);
        if (number >= 0) {
            *id = (uint64_t)number;
            return TRACEPOINT_FOUND;
        }
        snprintf(path, sizeof path, "%s%s/events", root, mounts[i]);
        if (access(path, R_OK | X_OK) == 0)
            return TRACEPOINT_UNKNOWN;
        if (errno == EACCES)
            best = TRACEPOINT_FORBIDDEN;
    }
    return best;
}
