#include "base/stats_gate.h"

#include "base/stats_distribution.h"
#include "base/stats_order.h"

#include <math.h>
#include <string.h>

/* A screen that fires more often than this when nothing changed is not worth having. */
static const double screen_fires_most = 0.25;

static const double degrees = 4;

/* Fresh pairs where no plan is good enough: a gross change needs no more. */
enum { confirm_hopeless = 60 };

/* Fresh pairs at least: the moments of the screen may have been quieter than those that follow, and
 * few checks come so far. */
enum { confirm_fewest = 20 };

double stats_gate_scale(double *differences, size_t n)
{
    if (n < 3)
        return NAN;
    /* Of n normal values the deviation about their own median is too small by about 1 / n, and its
     * own scatter is about 1.2 / √n of it: half of that on top keeps plans honest. */
    double scale = 1.4826 * stats_mad(differences, n);
    scale *= 1 + 1.0 / (double)n + 0.7 / sqrt((double)n);
    return fmax(scale, 1e-6);
}

/* The chance that one pair of code slower by `effect` lies above x. */
static double chance_above(double x, double effect, double scale)
{
    /* Student's distribution with the median absolute deviation of a normal one of that scale. */
    static const double mad_normal = 0.674489750196082, mad_student = 0.740697084112688;
    return stats_student_at_most((effect - x) / (scale * mad_normal / mad_student), degrees);
}

size_t stats_gate_least(size_t n, double alpha)
{
    size_t low = 0, high = n + 1; /* P(X ≥ high) ≤ alpha, and P(X ≥ low) > alpha */
    if (alpha >= 1)
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (stats_binomial_at_least((int64_t)middle, (int64_t)n, 0.5) <= alpha)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Pairs are taken until the scatter seen so far allows to stop, which favours moments in which it
 * seems smaller than it is. Plans aim a little higher to make up for that; tests/test_stats_gate.c
 * shows by simulation that it is enough. */
static double aim(const struct stats_gate_question *question)
{
    return question->power + 0.6 * (1 - question->power);
}

/* What one plan is judged by: the chances of a pair under the effect. */
struct chances {
    double limit, margin;
};

static struct chances chances_of(double effect, double scale,
                                 const struct stats_gate_question *question)
{
    return (struct chances){.limit = chance_above(question->limit, effect, scale),
                            .margin = chance_above(question->margin, effect, scale)};
}

/* At least (Bonferroni): enough signs, and a median above the margin. */
static double confirm_power(size_t n, size_t least, const struct chances *chances)
{
    if (least > n)
        return 0;
    double signs = stats_binomial_at_least((int64_t)least, (int64_t)n, chances->limit);
    double miss = stats_binomial_at_most((int64_t)(n / 2), (int64_t)n, chances->margin);
    return fmax(0, signs - miss);
}

static double screen_power(size_t n, size_t least, const struct chances *chances)
{
    return stats_binomial_at_least((int64_t)least, (int64_t)n, chances->limit);
}

/* The fewest fresh pairs with that power, at most `most`; 0 when there are none. More pairs are
 * nearly always more power, but for the steps of the sign test: the search goes upwards. */
static size_t confirm_pairs(double power, const struct chances *chances,
                            const struct stats_gate_question *question, size_t from)
{
    size_t fewest = question->most < confirm_fewest ? question->most : confirm_fewest;
    for (size_t n = from > fewest ? from : fewest; n <= question->most; n++)
        if (confirm_power(n, stats_gate_least(n, question->alpha), chances) >= power)
            return n;
    return 0;
}

static void plan_confirm(struct stats_gate_plan *plan, size_t confirm,
                         const struct chances *chances, const struct stats_gate_question *question)
{
    plan->confirm = confirm;
    plan->confirm_least = stats_gate_least(confirm, question->alpha);
    plan->power = screen_power(plan->screen, plan->screen_least, chances) *
                  confirm_power(confirm, plan->confirm_least, chances);
}

/* The best threshold for a screen of n pairs: the cheapest that is good enough. */
static bool plan_for(size_t n, const struct chances *chances,
                     const struct stats_gate_question *question, size_t from, double *cost,
                     struct stats_gate_plan *best)
{
    bool better = false;
    for (size_t least = stats_gate_least(n, screen_fires_most); least <= n; least++) {
        double power = screen_power(n, least, chances);
        if (power < aim(question))
            break;
        double fires = stats_binomial_at_least((int64_t)least, (int64_t)n, 0.5);
        if ((double)n + fires * (double)from >= *cost)
            continue;
        size_t confirm = confirm_pairs(aim(question) / power, chances, question, from);
        if (confirm == 0 || (double)n + fires * (double)confirm >= *cost)
            continue;
        *cost = (double)n + fires * (double)confirm;
        *best = (struct stats_gate_plan){
            .screen = n, .screen_least = least, .fires = fires, .enough = true};
        plan_confirm(best, confirm, chances, question);
        better = true;
    }
    return better;
}

struct stats_gate_plan stats_gate_plan(double scale, size_t done,
                                       const struct stats_gate_question *question)
{
    struct chances chances = chances_of(question->effect, scale, question);
    struct stats_gate_plan best = {0};
    double cost = INFINITY;
    size_t n = done > 3 ? done : 3;
    /* No confirmation can do with fewer than are needed when the screen never misses. */
    size_t from = confirm_pairs(aim(question), &chances, question, 1);
    for (; from > 0 && n <= question->screen_most && (double)n < cost; n++)
        plan_for(n, &chances, question, from, &cost, &best);
    if (best.enough)
        return best;
    n = done > question->screen_most ? done : question->screen_most;
    best.screen = n;
    best.screen_least = stats_gate_least(n, 0.1);
    best.fires = stats_binomial_at_least((int64_t)best.screen_least, (int64_t)n, 0.5);
    plan_confirm(&best, question->most < confirm_hopeless ? question->most : confirm_hopeless,
                 &chances, question);
    return best;
}

double stats_gate_sees(double scale, const struct stats_gate_plan *plan,
                       const struct stats_gate_question *question)
{
    size_t confirm = question->most, least = stats_gate_least(confirm, question->alpha);
    double low = question->margin, high = 8; /* e⁸ times as slow */
    if (plan->screen_least > plan->screen || least > confirm)
        return INFINITY;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        struct chances chances = chances_of(middle, scale, question);
        double power = screen_power(plan->screen, plan->screen_least, &chances) *
                       confirm_power(confirm, least, &chances);
        if (power >= question->power)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static size_t count_above(const double *differences, size_t n, double limit)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += differences[i] > limit;
    return above;
}

enum stats_gate_step stats_gate_screen(const double *differences, size_t n,
                                       const struct stats_gate_question *question, double *room,
                                       double *scale, struct stats_gate_plan *plan)
{
    *plan = (struct stats_gate_plan){.screen = STATS_GATE_PILOT};
    *scale = NAN;
    if (n < STATS_GATE_PILOT && n < question->screen_most)
        return STATS_GATE_MORE;
    if (n >= 3) {
        memcpy(room, differences, n * sizeof *room);
        *scale = stats_gate_scale(room, n);
        *plan = stats_gate_plan(*scale, n, question);
    }
    if (!plan->enough) {
        /* More pairs would not settle it: only a gross change is still looked for. */
        size_t last = question->screen_most < STATS_GATE_HOPELESS ? question->screen_most
                                                                  : STATS_GATE_HOPELESS;
        plan->screen = n > last ? n : last;
        plan->screen_least = stats_gate_least(plan->screen, 0.1);
    }
    if (plan->screen > n)
        return STATS_GATE_MORE;
    if (n > 0 && count_above(differences, n, question->limit) >= plan->screen_least)
        return STATS_GATE_FIRES;
    return plan->enough ? STATS_GATE_PASS : STATS_GATE_SHORT;
}

const char *stats_gate_step_name(enum stats_gate_step step)
{
    static const char *const names[] = {"more", "pass", "fires", "short"};
    return names[step];
}

double stats_gate_p(const double *differences, size_t n, double limit)
{
    if (n == 0)
        return 1;
    return stats_binomial_at_least((int64_t)count_above(differences, n, limit), (int64_t)n, 0.5);
}
