#include "base/counts.h"

#include <math.h>

enum { MERGE_HAIR_NS = 10000 }; /* some readings of a counter group */

static const char reason_never[] = "the counter was not enabled during the measurement";
static const char reason_starved[] = "the counter was busy with other events all the time";
static const char reason_shared[] =
    "the counter was shared with other events; extrapolated from part of the time (multiplexing)";
static const char reason_times[] = "the counter claims to have run longer than it was enabled";
static const char reason_backwards[] = "the counter ran backwards";
static const char reason_one_core_type[] = "one kind of core cannot count it";

static bool has_value(struct counts value)
{
    return value.state == COUNTS_EXACT || value.state == COUNTS_SCALED;
}

/* There is no reading at all: unsupported, or made by counts_missing and not by counts_reading. */
static bool is_absent(struct counts value)
{
    return value.state == COUNTS_UNSUPPORTED ||
           (value.state == COUNTS_NOT_COUNTED && value.enabled_ns == 0 && value.running_ns == 0 &&
            value.reason != reason_never);
}

/* The times are kept, for people to look at. */
static struct counts not_counted(struct counts value, const char *reason)
{
    value.count = 0;
    value.state = COUNTS_NOT_COUNTED;
    value.reason = reason;
    return value;
}

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* To the nearest whole number of events; what does not fit saturates. */
static uint64_t to_events(double count)
{
    double whole = nearbyint(count);
    if (!(whole > 0))
        return 0;
    return whole >= 0x1p64 ? UINT64_MAX : (uint64_t)whole;
}

struct counts counts_missing(enum counts_state state, enum counts_source source, const char *reason)
{
    return (struct counts){.state = state, .source = source, .reason = reason};
}

struct counts counts_reading(uint64_t count, uint64_t enabled_ns, uint64_t running_ns,
                             enum counts_source source)
{
    struct counts value = {
        .count = count,
        .enabled_ns = enabled_ns,
        .running_ns = running_ns,
        .state = COUNTS_EXACT,
        .source = source,
    };
    if (running_ns > enabled_ns)
        return not_counted(value, reason_times);
    if (enabled_ns == 0)
        return not_counted(value, reason_never);
    if (running_ns == 0)
        return not_counted(value, reason_starved);
    if (running_ns < enabled_ns) {
        value.state = COUNTS_SCALED;
        value.reason = reason_shared;
    }
    return value;
}

struct counts counts_delta(struct counts before, struct counts after)
{
    if (is_absent(before))
        return before;
    if (is_absent(after))
        return after;
    if (after.count < before.count || after.enabled_ns < before.enabled_ns ||
        after.running_ns < before.running_ns)
        return counts_missing(COUNTS_NOT_COUNTED, after.source, reason_backwards);
    return counts_reading(after.count - before.count, after.enabled_ns - before.enabled_ns,
                          after.running_ns - before.running_ns, after.source);
}

bool counts_estimate(struct counts value, double *estimate)
{
    if (!has_value(value))
        return false;
    double count = (double)value.count;
    if (value.state == COUNTS_SCALED)
        count = count * (double)value.enabled_ns / (double)value.running_ns;
    *estimate = count;
    return true;
}

double counts_share(struct counts value)
{
    if (value.state == COUNTS_EXACT)
        return 1;
    if (value.state == COUNTS_SCALED)
        return (double)value.running_ns / (double)value.enabled_ns;
    return 0;
}

struct counts counts_subtract(struct counts value, struct counts overhead)
{
    if (!has_value(value) || !has_value(overhead))
        return value;
    uint64_t off = overhead.count;
    if (value.state == COUNTS_SCALED || overhead.state == COUNTS_SCALED) {
        double estimate = 0;
        counts_estimate(overhead, &estimate);
        off = to_events(estimate * counts_share(value));
    }
    value.count = off < value.count ? value.count - off : 0;
    return value;
}

struct counts counts_add(struct counts a, struct counts b)
{
    struct counts sum = b.state > a.state || (b.state == a.state && b.source > a.source) ? b : a;
    if (b.state == a.state && a.reason != NULL)
        sum.reason = a.reason;
    sum.enabled_ns = add_saturating(a.enabled_ns, b.enabled_ns);
    sum.running_ns = add_saturating(a.running_ns, b.running_ns);
    switch (sum.state) {
    case COUNTS_EXACT:
        sum.count = add_saturating(a.count, b.count);
        break;
    case COUNTS_SCALED: {
        double estimate_a = 0, estimate_b = 0;
        counts_estimate(a, &estimate_a);
        counts_estimate(b, &estimate_b);
        sum.count = to_events((estimate_a + estimate_b) * counts_share(sum));
        break;
    }
    case COUNTS_NOT_COUNTED:
    case COUNTS_UNSUPPORTED:
        sum.count = 0;
        break;
    }
    return sum;
}

/* The two are read one after the other, and an interrupt or a hypervisor that comes in between makes
 * one span the longer, at either end. A task that begins and ends on one kind of core was counted for
 * as long as that kind's span, which may be the shorter; one that begins on the kind that is read
 * first and ends on the other, for longer than either. What differs more is no such accident. */
static uint64_t merged_span(uint64_t a_ns, uint64_t b_ns)
{
    uint64_t shorter_ns = a_ns < b_ns ? a_ns : b_ns;
    uint64_t longer_ns = a_ns < b_ns ? b_ns : a_ns;
    return shorter_ns >= longer_ns / 2 ? shorter_ns : longer_ns;
}

struct counts counts_merge(struct counts a, struct counts b)
{
    bool lost = (a.state == COUNTS_UNSUPPORTED) != (b.state == COUNTS_UNSUPPORTED);
    if (a.state == COUNTS_UNSUPPORTED && b.state == COUNTS_UNSUPPORTED)
        return a;
    uint64_t enabled_ns = merged_span(a.enabled_ns, b.enabled_ns);
    uint64_t running_ns = add_saturating(a.running_ns, b.running_ns);
    /* Where the task moved against the order of reading, a hair is missing even so. */
    uint64_t hair_ns = enabled_ns / 100 < MERGE_HAIR_NS ? enabled_ns / 100 : MERGE_HAIR_NS;
    if (running_ns > 0 && running_ns + hair_ns >= enabled_ns)
        running_ns = enabled_ns;
    struct counts both = counts_reading(add_saturating(a.count, b.count), enabled_ns, running_ns,
                                        a.state == COUNTS_UNSUPPORTED ? b.source : a.source);
    if (both.state == COUNTS_SCALED && lost)
        both.reason = reason_one_core_type;
    if (both.state == COUNTS_NOT_COUNTED && enabled_ns == 0)
        both.reason = a.reason != NULL ? a.reason : b.reason;
    return both;
}

bool counts_ratio(struct counts numerator, struct counts denominator, double *ratio)
{
    double above = 0, below = 0;
    if (!counts_estimate(numerator, &above) || !counts_estimate(denominator, &below) || below == 0)
        return false;
    *ratio = above / below;
    return true;
}

const char *counts_state_name(enum counts_state state)
{
    switch (state) {
    case COUNTS_EXACT:
        return "exact";
    case COUNTS_SCALED:
        return "scaled";
    case COUNTS_NOT_COUNTED:
        return "not counted";
    case COUNTS_UNSUPPORTED:
        return "unsupported";
    }
    return "unsupported";
}

const char *counts_source_name(enum counts_source source)
{
    switch (source) {
    case COUNTS_HARDWARE:
        return "hardware";
    case COUNTS_SOFTWARE:
        return "software";
    case COUNTS_SIMULATED:
        return "simulated";
    }
    return "hardware";
}
