/* stats_gate: is new code slower than old code? The two-stage design of `payoff check`.
 *
 * One pair is a fresh process of each side, in random order, and its value d = log(new / old). The
 * screen takes as few pairs as it can and passes nearly everything that did not change; what makes
 * it fire is judged by fresh pairs alone, so that a chance find is not its own proof. Both stages
 * use the sign test: with the order within a pair drawn at random it is a randomisation test
 * (W. J. Dixon and A. M. Mood, JASA 41, 1946), valid whatever drifts and however times are
 * distributed. The confirmation asks besides that the median is larger than what matters.
 *
 * How many pairs that takes is planned from how the pairs scatter: exact binomial tails, with the
 * chance that one pair of slower code is above the limit from Student's distribution with four
 * degrees of freedom, whose tails are heavier than the normal one's, as times' are. Only the scatter
 * about the median is looked at when pairs are added, never its sign; and no error of the screen
 * can make a false alarm without the confirmation's.
 *
 * All effects are logarithms of ratios. Pure and thread-safe. */
#ifndef PAYOFF_BASE_STATS_GATE_H
#define PAYOFF_BASE_STATS_GATE_H

#include "base/stats.h"

struct stats_gate_question {
    double limit;       /* so much slower is allowed: 0, or log 1.05 */
    double margin;      /* confirmed only when the median is above this; ≥ limit */
    double effect;      /* slower code that must be found; > margin */
    double alpha;       /* error of the confirmation: of one cell, after sharing it among cells */
    double power;       /* with which `effect` must be found */
    size_t most;        /* pairs of one stage at most */
    size_t screen_most; /* of the screen at most: `most`, or fewer where time is over */
};

struct stats_gate_plan {
    size_t screen, screen_least;   /* it fires when so many of its pairs are above the limit */
    size_t confirm, confirm_least; /* it confirms when so many are */
    double fires;                  /* how often the screen fires when nothing changed */
    double power;                  /* of both stages together, at the effect; a lower bound */
    bool enough;                   /* power is what was asked for */
};

/* A robust standard deviation of the differences of n pairs about their median: 1.4826 times their
 * median absolute deviation, made larger by what so few pairs may understate. Sorts, then overwrites.
 * At least 1e-6; NaN for fewer than 3. */
double stats_gate_scale(double *differences, size_t n);

/* The fewest pairs above the limit, of n, that chance brings at most with probability alpha;
 * n + 1 when none are few enough. */
size_t stats_gate_least(size_t n, double alpha);

/* The cheapest plan with at least `done` pairs in its screen, counting a confirmation as often as
 * the screen fires when nothing changed. Where none is good enough (enough is false) it is the one
 * with the most pairs in its screen. */
struct stats_gate_plan stats_gate_plan(double scale, size_t done,
                                       const struct stats_gate_question *question);

/* The smallest effect that a screen of `plan` and a confirmation of up to question->most pairs find
 * with question->power: what could have been seen. Infinity when nothing could. */
double stats_gate_sees(double scale, const struct stats_gate_plan *plan,
                       const struct stats_gate_question *question);

enum stats_gate_step {
    STATS_GATE_MORE,  /* take pairs until there are plan.screen */
    STATS_GATE_PASS,  /* not slower, and slower code would have been seen */
    STATS_GATE_FIRES, /* suspicious: plan.confirm fresh pairs decide */
    STATS_GATE_SHORT, /* nothing suspicious, but too noisy to say more */
};

/* The pairs with which the scatter is first looked at, and, where it is too large for any plan that
 * is allowed, those with which a gross change is still looked for. */
enum { STATS_GATE_PILOT = 12, STATS_GATE_HOPELESS = 30 };

/* What comes next after the n differences of a screen. `room` is for n values; *scale and *plan are
 * what the step rests on. */
enum stats_gate_step stats_gate_screen(const double *differences, size_t n,
                                       const struct stats_gate_question *question, double *room,
                                       double *scale, struct stats_gate_plan *plan);
const char *stats_gate_step_name(enum stats_gate_step step); /* "more", "pass", "fires", "short" */

/* The one-sided sign test of a confirmation: how likely are so many of n above the limit? Ties
 * count as not above. */
double stats_gate_p(const double *differences, size_t n, double limit);

#endif
