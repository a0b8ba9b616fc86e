/* measure: a plan at work on this machine, as in a worker: opened in a forked child, whose work
 * runs between two readings; the parent decodes them. For the guest's suites; failures end the
 * test. */
#ifndef PAYOFF_TESTS_GUEST_MEASURE_H
#define PAYOFF_TESTS_GUEST_MEASURE_H

#include "plan_text.h"

#include "base/counts.h"

#include <stdbool.h>
#include <stdint.h>

enum { MEASURE_EVENTS_MAX = 32, MEASURE_USER = 1000 };

/* A plan of the kernel's counters, made with the rights that the caller has now. */
struct group_plan *measure_plan(const char *text);

/* work(1) warms up, then work(n) is measured. counts has one element per event of the plan. */
void measure(const struct group_plan *plan, void (*work)(uint64_t n), uint64_t n,
             struct counts *counts);

/* The same for ./guest_loop n, started as a worker is: the counters are opened between fork and
 * exec, and their descriptors handed over. */
void measure_program(const struct group_plan *plan, uint64_t n, struct counts *counts);

/* Two instructions per iteration. */
void measure_loop(uint64_t n);

struct counts measure_value(const struct group_plan *plan, const struct counts *counts,
                            const char *asked);
/* The same; anything but exact is a failure. */
uint64_t measure_exact(const struct group_plan *plan, const struct counts *counts,
                       const char *asked);

/* The setting of the boot: GUEST_<name> on the kernel's command line, else `otherwise`. */
uint64_t measure_setting(const char *name, uint64_t otherwise);

/* Runs body(argument) in a child as user 1000 without capabilities; false when it failed. */
bool measure_as_user(void (*body)(int argument), int argument);

/* kernel.perf_event_paranoid, for root. */
void measure_set_paranoid(int level);

#endif
