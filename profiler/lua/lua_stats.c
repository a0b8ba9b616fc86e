/* payoff.native.stats: the statistics of base/stats_*.h, which name their sources, for plain lists.
 *
 * An interval is {median = | estimate =, low =, high =, level =, n =}; with too few values low,
 * high and level are nil and `reason` says why, `needed` how many it takes. The median (or
 * estimate) is nil when there is not even that. `level` is 0.95 unless given.
 *
 *   median(list) quantile(list, q) -> number | nil, message, code
 *   median_interval(list, level)        -> interval {median =}
 *   paired_ratio(a, b, level)           -> interval {median =} of a[i]/b[i], pairs of one block
 *   ratio(a, b, level)                  -> interval {median =} of median(a)/median(b), not paired
 *   signed_rank(differences) rank_sum(a, b) student(differences) -> p, two-sided
 *   student_at_most(t, degrees) -> p   student_quantile(p, degrees) -> t
 *   binomial(k, n, p, side)             -> P(X ≤ k) for "less", P(X ≥ k) for "greater"
 *   relation(interval, neutral, margin_low, margin_high) -> "equivalent" | "larger" | "smaller"
 *                                          | "unresolved"; margins default to the neutral value
 *   holm(list of p)                     -> list of adjusted p
 *   needed(level)                       -> fewest values whose median has an interval
 *
 * Models and the bootstrap are in lua_stats_models.c, the gate in lua_stats_gate.c, what a port
 * gains in lua_stats_gains.c. */
#include "lua/lua_stats.h"

#include "base/stats_distribution.h"
#include "base/stats_order.h"
#include "base/stats_rank.h"
#include "base/stats_test.h"
#include "lua/bindings.h"
#include "lua/luahost.h"

#include <math.h>

double *lua_stats_room(lua_State *L, size_t n)
{
    return lua_newuserdatauv(L, (n > 0 ? n : 1) * sizeof(double), 0);
}

double *lua_stats_check_list(lua_State *L, int index, size_t *n)
{
    luaL_checktype(L, index, LUA_TTABLE);
    *n = lua_rawlen(L, index);
    double *values = lua_stats_room(L, *n);
    for (size_t i = 0; i < *n; i++) {
        if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TNUMBER)
            luaL_error(L, "bad argument #%d: value %d is a %s, not a number", index, (int)i + 1,
                       luaL_typename(L, -1));
        values[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    return values;
}

static double check_level(lua_State *L, int index)
{
    double level = luaL_optnumber(L, index, 0.95);
    luaL_argcheck(L, level > 0 && level < 1, index, "a level lies between 0 and 1");
    return level;
}

static int fail(lua_State *L, const char *message)
{
    struct status st = STATUS_INIT;
    status_fail(&st, STATUS_DATA, "%s", message);
    return luahost_fail(L, &st);
}

void lua_stats_set_number(lua_State *L, const char *name, double value)
{
    if (isnan(value))
        return;
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

int lua_stats_push_interval(lua_State *L, const struct stats_interval *interval, const char *name)
{
    lua_createtable(L, 0, 6);
    lua_stats_set_number(L, name, interval->estimate);
    lua_stats_set_number(L, "low", interval->low);
    lua_stats_set_number(L, "high", interval->high);
    lua_pushinteger(L, (lua_Integer)interval->n);
    lua_setfield(L, -2, "n");
    if (interval->reason == NULL) {
        lua_stats_set_number(L, "level", interval->level);
        return 1;
    }
    if (interval->needed > 0) {
        lua_pushfstring(L, "%s: %d, and it takes %d", interval->reason, (int)interval->n,
                        (int)interval->needed);
        lua_pushinteger(L, (lua_Integer)interval->needed);
        lua_setfield(L, -3, "needed");
    } else {
        lua_pushstring(L, interval->reason);
    }
    lua_setfield(L, -2, "reason");
    return 1;
}

/* A list that the functions on sorted values can take, or nil, message, code. */
static double *check_sorted(lua_State *L, size_t *n)
{
    double *values = lua_stats_check_list(L, 1, n);
    if (*n == 0 || !stats_all_finite(values, *n))
        return NULL;
    stats_sort(values, *n);
    return values;
}

static const char no_values[] = "there are no values, or one is no finite number";

static int lua_stats_median(lua_State *L)
{
    size_t n = 0;
    const double *values = check_sorted(L, &n);
    if (values == NULL)
        return fail(L, no_values);
    lua_pushnumber(L, stats_median_sorted(values, n));
    return 1;
}

static int lua_stats_quantile(lua_State *L)
{
    size_t n = 0;
    double q = luaL_checknumber(L, 2);
    luaL_argcheck(L, q >= 0 && q <= 1, 2, "a quantile lies between 0 and 1");
    const double *values = check_sorted(L, &n);
    if (values == NULL)
        return fail(L, no_values);
    lua_pushnumber(L, stats_quantile_sorted(values, n, q));
    return 1;
}

static int lua_stats_median_interval(lua_State *L)
{
    size_t n = 0;
    double level = check_level(L, 2);
    double *values = lua_stats_check_list(L, 1, &n);
    struct stats_interval result = stats_median(values, n, level);
    return lua_stats_push_interval(L, &result, "median");
}

static int lua_stats_paired_ratio(lua_State *L)
{
    size_t n = 0, m = 0;
    double level = check_level(L, 3);
    double *a = lua_stats_check_list(L, 1, &n), *b = lua_stats_check_list(L, 2, &m);
    luaL_argcheck(L, n == m, 2, "pairs need lists of one length");
    struct stats_interval result = stats_paired_ratio(a, b, n, level);
    return lua_stats_push_interval(L, &result, "median");
}

static int lua_stats_ratio(lua_State *L)
{
    size_t n = 0, m = 0;
    double level = check_level(L, 3);
    double *a = lua_stats_check_list(L, 1, &n), *b = lua_stats_check_list(L, 2, &m);
    struct stats_interval result = stats_unpaired_ratio(a, n, b, m, level);
    return lua_stats_push_interval(L, &result, "median");
}

static double *check_finite(lua_State *L, int index, size_t *n)
{
    double *values = lua_stats_check_list(L, index, n);
    luaL_argcheck(L, stats_all_finite(values, *n), index, "a value is no finite number");
    return values;
}

static int lua_stats_signed_rank(lua_State *L)
{
    size_t n = 0;
    double *values = check_finite(L, 1, &n);
    lua_pushnumber(L, stats_signed_rank(values, n));
    return 1;
}

static int lua_stats_rank_sum(lua_State *L)
{
    size_t n = 0, m = 0;
    double *a = check_finite(L, 1, &n), *b = check_finite(L, 2, &m);
    lua_pushnumber(L, stats_rank_sum(a, n, b, m));
    return 1;
}

static int lua_stats_student(lua_State *L)
{
    size_t n = 0;
    const double *values = check_finite(L, 1, &n);
    lua_pushnumber(L, stats_student_test(values, n));
    return 1;
}

static int lua_stats_student_at_most(lua_State *L)
{
    double degrees = luaL_checknumber(L, 2);
    luaL_argcheck(L, degrees > 0, 2, "degrees of freedom are above 0");
    lua_pushnumber(L, stats_student_at_most(luaL_checknumber(L, 1), degrees));
    return 1;
}

static int lua_stats_student_quantile(lua_State *L)
{
    double p = luaL_checknumber(L, 1), degrees = luaL_checknumber(L, 2);
    luaL_argcheck(L, p > 0 && p < 1, 1, "a probability lies between 0 and 1");
    luaL_argcheck(L, degrees > 0, 2, "degrees of freedom are above 0");
    lua_pushnumber(L, stats_student_quantile(p, degrees));
    return 1;
}

static int lua_stats_binomial(lua_State *L)
{
    static const char *const names[] = {"less", "greater", NULL};
    lua_Integer k = luaL_checkinteger(L, 1), n = luaL_checkinteger(L, 2);
    double p = luaL_checknumber(L, 3);
    luaL_argcheck(L, n >= 0, 2, "a number of trials");
    luaL_argcheck(L, p >= 0 && p <= 1, 3, "a probability lies between 0 and 1");
    lua_pushnumber(L, luaL_checkoption(L, 4, NULL, names) == 0 ? stats_binomial_at_most(k, n, p)
                                                               : stats_binomial_at_least(k, n, p));
    return 1;
}

static int lua_stats_relation(lua_State *L)
{
    double neutral = luaL_checknumber(L, 2);
    double margin_low = luaL_optnumber(L, 3, neutral);
    double margin_high = luaL_optnumber(L, 4, neutral);
    luaL_argcheck(L, margin_low <= neutral && neutral <= margin_high, 3,
                  "the margins must enclose the neutral value");
    luaL_checktype(L, 1, LUA_TTABLE);
    struct stats_interval interval = stats_no_interval(NAN, 0, 0, no_values);
    if (lua_getfield(L, 1, "low") == LUA_TNUMBER && lua_getfield(L, 1, "high") == LUA_TNUMBER) {
        interval.low = lua_tonumber(L, -2);
        interval.high = lua_tonumber(L, -1);
        interval.reason = NULL;
    }
    lua_pushstring(
        L, stats_relation_name(stats_relation(&interval, neutral, margin_low, margin_high)));
    return 1;
}

static int lua_stats_holm(lua_State *L)
{
    size_t n = 0;
    double *p = lua_stats_check_list(L, 1, &n);
    for (size_t i = 0; i < n; i++)
        luaL_argcheck(L, p[i] >= 0 && p[i] <= 1, 1, "a p-value lies between 0 and 1");
    size_t *order = lua_newuserdatauv(L, (n > 0 ? n : 1) * sizeof *order, 0);
    stats_holm(p, order, n);
    lua_newtable(L);
    for (size_t i = 0; i < n; i++) {
        lua_pushnumber(L, p[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int lua_stats_needed(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)stats_median_needed(check_level(L, 1)));
    return 1;
}

int luaopen_payoff_stats(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"median", lua_stats_median},
        {"quantile", lua_stats_quantile},
        {"median_interval", lua_stats_median_interval},
        {"paired_ratio", lua_stats_paired_ratio},
        {"ratio", lua_stats_ratio},
        {"signed_rank", lua_stats_signed_rank},
        {"rank_sum", lua_stats_rank_sum},
        {"student", lua_stats_student},
        {"student_at_most", lua_stats_student_at_most},
        {"student_quantile", lua_stats_student_quantile},
        {"binomial", lua_stats_binomial},
        {"relation", lua_stats_relation},
        {"holm", lua_stats_holm},
        {"needed", lua_stats_needed},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    lua_stats_add_models(L);
    lua_stats_add_gate(L);
    lua_stats_add_gains(L);
    return 1;
}
