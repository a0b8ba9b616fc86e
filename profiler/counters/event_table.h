/* event_table: the kernel's own events in plain words, and those that libpfm4 does not name. */
#ifndef PAYOFF_COUNTERS_EVENT_TABLE_H
#define PAYOFF_COUNTERS_EVENT_TABLE_H

#include <stdint.h>

/* PERF_TYPE_… of linux/perf_event.h, which cannot be included beside libpfm4. */
enum {
    EVENT_TYPE_HARDWARE = 0,
    EVENT_TYPE_SOFTWARE = 1,
    EVENT_TYPE_TRACEPOINT = 2,
    EVENT_TYPE_HW_CACHE = 3,
    EVENT_TYPE_RAW = 4
};

struct event_row {
    const char *name;
    uint32_t type;
    uint64_t config;
    unsigned traits; /* of enum event_trait */
    const char *description;
};

/* Ends with a row without a name. */
extern const struct event_row event_table[];

/* NULL when there is none. Names are compared as nearest_equal does. */
const struct event_row *event_table_by_name(const char *name);
const struct event_row *event_table_by_code(uint32_t type, uint64_t config);

#endif
