/* counts: one counter's value, carrying its truth.
 *
 * A number without its state is a lie waiting to happen: a group that was never scheduled reads 0,
 * and so does a counter that does not exist. Here a zero is only ever a counted zero. The functions
 * are pure: no I/O, no allocation, safe from any thread. `reason` is borrowed, never freed here; it
 * must outlive the value (string literals, or text owned by the group plan). */
#ifndef PAYOFF_BASE_COUNTS_H
#define PAYOFF_BASE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From best to worst; counts_add relies on the order. */
enum counts_state {
    COUNTS_EXACT,       /* counted all the time */
    COUNTS_SCALED,      /* counted part of the time (multiplexed), extrapolated */
    COUNTS_NOT_COUNTED, /* exists here, but did not run this time */
    COUNTS_UNSUPPORTED, /* cannot be counted here */
};

enum counts_source { COUNTS_HARDWARE, COUNTS_SOFTWARE, COUNTS_SIMULATED };

/* A value exists when the state is exact or scaled; otherwise `count` means nothing (it is 0) and
 * must not be shown. */
struct counts {
    uint64_t count;      /* raw, unscaled; events, or ns for clocks */
    uint64_t enabled_ns; /* time the event was enabled */
    uint64_t running_ns; /* time it was really on a counter */
    enum counts_state state;
    enum counts_source source;
    const char *reason; /* why it is not exact; NULL when it is */
};

/* A value that could not be had. `reason` must say why. */
struct counts counts_missing(enum counts_state state, enum counts_source source,
                             const char *reason);

/* One raw reading, with the state that follows from its times: running = enabled > 0 is exact,
 * 0 < running < enabled is scaled, anything else is not counted: no time at all means that nobody
 * enabled it, and more running than enabled time is nonsense. */
struct counts counts_reading(uint64_t count, uint64_t enabled_ns, uint64_t running_ns,
                             enum counts_source source);

/* after − before of two readings of the same event: count and both times; state as above, from the
 * difference of the times. The readings' own states do not matter (a counter that was not scheduled
 * before the work may well have been during it), unless one came from counts_missing; then that is
 * the difference. A reading that runs backwards (a counter vanished and came back) is "not
 * counted". */
struct counts counts_delta(struct counts before, struct counts after);

/* The best estimate of the true count: count × enabled / running, in double (Linux,
 * perf_event_open(2), "multiplexing"). Nothing overflows; above 2^53 the result is rounded. False,
 * and *estimate untouched, when there is no value. */
bool counts_estimate(struct counts value, double *estimate);

/* Share of the time that the event really ran: 1 for exact, 0 < share < 1 for scaled, 0 otherwise.
 */
double counts_share(struct counts value);

/* value − overhead, saturating at 0: what an empty bracket cost is taken off the count; times and
 * state stay those of `value`. A scaled overhead is taken off as much of it as ran in `value`, so
 * that the two estimates subtract. A missing overhead takes off nothing. */
struct counts counts_subtract(struct counts value, struct counts overhead);

/* Sum over workers, or over samples: things that each ran for their own time. The worst state wins,
 * with its reason; times add up. Counts of exact values add up as they are; with a scaled one among
 * them the sum's `count` is chosen so that its estimate is the sum of both estimates. A sum that
 * does not fit saturates. The source is that of the worse state, else the one further from
 * hardware. */
struct counts counts_add(struct counts a, struct counts b);

/* The same event on two core PMUs of a hybrid CPU: alternatives that share one span of time, of
 * which each runs only while the task is on its kind of core. Counts and running times add up, the
 * enabled time is the shorter one, unless it is less than half the longer; so a task that moved
 * between both kinds is exact, and one that never visited one of them is too, whatever came in
 * between the readings of both (where it began on the kind that is read last and ended on the
 * first: up to 10 µs, and at most a hundredth). Unsupported on one PMU alone leaves the other's
 * count, as scaled. */
struct counts counts_merge(struct counts a, struct counts b);

/* numerator / denominator of two estimates, e.g. IPC; false when either is missing or the
 * denominator is zero. */
bool counts_ratio(struct counts numerator, struct counts denominator, double *ratio);

/* "exact", "scaled", "not counted", "unsupported"; "hardware", "software", "simulated". */
const char *counts_state_name(enum counts_state state);
const char *counts_source_name(enum counts_source source);

#endif
