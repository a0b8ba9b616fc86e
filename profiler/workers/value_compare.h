/* value_compare: is what a port returned what the reference returned? And if not, where, and why?
 *
 * Three outcomes per task:
 *
 *   identical  the same types and the same bits all the way down (any NaN is any NaN)
 *   within     not identical, but equal to Python's == (0.0 and -0.0; a dict in another order), or
 *              every float that differs is inside one of the tolerances
 *   different  everything else: another type (int for float, tuple for list), length, text or
 * integer
 *
 * Tolerances apply to floats, to the parts of a complex number and to the elements of float arrays.
 * Pure; thread-safe on trees of their own. */
#ifndef PAYOFF_WORKERS_VALUE_COMPARE_H
#define PAYOFF_WORKERS_VALUE_COMPARE_H

#include "workers/value.h"

enum value_outcome { VALUE_IDENTICAL, VALUE_WITHIN, VALUE_DIFFERENT };

/* A float is within when one of them allows it. All 0: bits only. */
struct value_tolerance {
    uint64_t ulp;    /* steps from one double (float array: float) to the next */
    double relative; /* |got − expected| / |expected| */
    double absolute; /* |got − expected| */
};

enum {
    VALUE_PATH_SIZE = 160,
    VALUE_REASON_SIZE = 240,
    VALUE_SHORT_WIDTH = 60, /* characters of expected and got */
    VALUE_SHORT_SIZE = VALUE_SHORT_WIDTH * 4 + 1
};

struct value_comparison {
    enum value_outcome outcome; /* the worst over all tasks */
    size_t tasks;               /* the larger number of results of the two */
    size_t different;           /* tasks that are different */
    size_t within;              /* tasks that are within */

    /* Where the worst outcome was first met; only when it is not identical. */
    size_t task;                     /* zero-based */
    char path[VALUE_PATH_SIZE];      /* within the result: [3]["x"].imag; "" for all of it */
    char expected[VALUE_SHORT_SIZE]; /* what stands there, in Python's notation */
    char got[VALUE_SHORT_SIZE];      /* "" where there is nothing */
    char reason[VALUE_REASON_SIZE];  /* in words */

    /* Over all finite floats that were compared; false when there was none. */
    bool has_float;
    uint64_t ulp;    /* largest distance in steps */
    double relative; /* largest relative error; infinite when 0 was expected and not returned */
};

/* Compares two checked lists of results (value_check_list), task by task. Never fails but for lack
 * of memory. */
bool value_compare(const json_t *expected, const json_t *got, struct value_tolerance tolerance,
                   struct value_comparison *comparison, struct status *st);

/* "identical", "within", "different" */
const char *value_outcome_name(enum value_outcome outcome);

/* How many doubles (floats) lie between two: 0 for equal ones and for 0.0 and -0.0. Not for NaN. */
uint64_t value_ulp_distance(double a, double b);
uint64_t value_ulp_distance_float(float a, float b);

#endif
