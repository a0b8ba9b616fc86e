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

enum counts_state {
    COUNTS_EXACT,       /* counted all the time */
    COUNTS_SCALED,      /* counted part of the time (multiplexed), extrapolated */
    COUNTS_NOT_COUNTED, /* exists here, but did not run this time */
    COUNTS_UNSUPPORTED, /* cannot be counted here */
};

enum counts_source { COUNTS_HARDWARE, COUNTS_SOFTWARE, COUNTS_SIMULATED };

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

/* after − before of two readings of the same event: count and both times. State follows from the
 * difference of the times: running = 0 with enabled > 0 is "not counted", running < enabled is
 * "scaled". A reading that runs backwards (a counter vanished and came back) is "not counted". */
struct counts counts_delta(struct counts before, struct counts after);

/* The best estimate of the true count: count × enabled / running, in double (Linux,
 * perf_event_open(2), "multiplexing"). False, and *estimate untouched, when there is no value. */
bool counts_estimate(struct counts value, double *estimate);

/* Share of the time that the event really ran: 1 for exact, 0 < share < 1 for scaled, 0 otherwise.
 */
double counts_share(struct counts value);

/* value − overhead, saturating at 0: what an empty bracket cost is taken off. A missing overhead
 * takes off nothing and leaves the value as it is. */
struct counts counts_subtract(struct counts value, struct counts overhead);

/* Sum over workers or core PMUs. The worst state wins, with its reason; times add up. */
struct counts counts_add(struct counts a, struct counts b);

/* numerator / denominator of two estimates, e.g. IPC; false when either is missing or the
 * denominator is zero. */
bool counts_ratio(struct counts numerator, struct counts denominator, double *ratio);

/* "exact", "scaled", "not counted", "unsupported"; "hardware", "software", "simulated". */
const char *counts_state_name(enum counts_state state);
const char *counts_source_name(enum counts_source source);

#endif
