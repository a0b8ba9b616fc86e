/* event_device: names that libpfm4 does not know because the kernel alone does: "msr/tsc/" and other
 * events of a PMU in /sys, and tracepoints, "sched:sched_switch". */
#ifndef PAYOFF_COUNTERS_EVENT_DEVICE_H
#define PAYOFF_COUNTERS_EVENT_DEVICE_H

#include "counters/event.h"
#include "counters/event_name.h"

/* A "PMU/event/" or "system:name" that this machine has, or would have: one that exists but cannot
 * be counted for a process has `refusal`. */
bool event_device_parse(const struct event_name *name, struct event *event);

/* As event_each, for the events of PMUs. */
bool event_device_each(bool (*visit)(const struct event *event, void *context), void *context);

/* Where /sys is looked for from now on: a prefix that the caller keeps. For tests; not
 * thread-safe. */
void event_device_root(const char *root);

#endif
