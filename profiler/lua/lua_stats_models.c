/* payoff.native.stats, models and the bootstrap. Intervals are those of lua_stats.c with
 * `estimate`.
 *
 *   means_ratio(a, b, {level =, seed =, replicates = 2000, paired = false})
 *                                       -> interval {estimate =}
 *   line(x, y, {level =, relative = false}) -> {intercept = interval, slope = interval, worst =}
 *   amdahl(jobs, times, {level =, seed =, replicates = 1000})
 *                                       -> {one =, serial = interval {estimate =}, worst =}
 *   usl(jobs, times, {…})               -> the same with crosstalk = interval, best_jobs = | nil
 *   warmup(logs, {tolerance =, least = 0.005})
 *                                       -> {state =, steady_from = | nil, steady =, other =, scale =,
 *                                           stretches = { {first =, level =}, … }}; indices from 1
 *
 * Seeds must be given where there is chance, so that a report can be made again. */
#include "base/stats_bootstrap.h"
#include "base/stats_changepoint.h"
#include "base/stats_line.h"
#include "base/stats_scaling.h"
#include "lua/lua_stats.h"
#include "lua/luahost.h"

#include <math.h>

static void set_interval(lua_State *L, const char *field, const struct stats_interval *interval)
{
    lua_stats_push_interval(L, interval, "estimate");
    lua_setfield(L, -2, field);
}

/* What may be chosen about a computation, from the table at `index`. */
struct options {
    double level;
    uint64_t seed;
    size_t replicates;
    bool flag; /* the one that is named */
};

static struct options check_options(lua_State *L, int index, bool chance, size_t replicates,
                                    const char *flag)
{
    struct options options = {.level = 0.95, .replicates = replicates};
    if (lua_isnoneornil(L, index)) {
        luaL_argcheck(L, !chance, index, "a seed is needed");
        return options;
    }
    luaL_checktype(L, index, LUA_TTABLE);
    lua_getfield(L, index, "level");
    options.level = luaL_optnumber(L, -1, options.level);
    luaL_argcheck(L, options.level > 0 && options.level < 1, index, "level lies between 0 and 1");
    lua_getfield(L, index, "seed");
    luaL_argcheck(L, !chance || lua_isinteger(L, -1), index, "seed must be an integer");
    options.seed = (uint64_t)lua_tointeger(L, -1);
    lua_getfield(L, index, "replicates");
    lua_Integer asked = luaL_optinteger(L, -1, (lua_Integer)replicates);
    luaL_argcheck(L, asked >= 100 && asked <= 1000000, index, "replicates must be 100 … 1000000");
    options.replicates = (size_t)asked;
    if (flag != NULL) {
        lua_getfield(L, index, flag);
        options.flag = lua_toboolean(L, -1);
    }
    return options;
}

static int lua_stats_means_ratio(lua_State *L)
{
    size_t n = 0, m = 0;
    struct options options = check_options(L, 3, true, 2000, "paired");
    const double *a = lua_stats_check_list(L, 1, &n), *b = lua_stats_check_list(L, 2, &m);
    luaL_argcheck(L, !options.flag || n == m, 2, "pairs need lists of one length");
    struct stats_bootstrap bootstrap = {.seed = options.seed,
                                        .replicates = options.replicates,
                                        .room = lua_stats_room(L, options.replicates)};
    struct stats_interval result =
        options.flag ? stats_paired_means_ratio(a, b, n, options.level, &bootstrap)
                     : stats_means_ratio(a, n, b, m, options.level, &bootstrap);
    return lua_stats_push_interval(L, &result, "estimate");
}

/* Two lists of one length as points, in room that is left on the stack. */
static struct stats_point *check_points(lua_State *L, size_t *n)
{
    size_t m = 0;
    const double *x = lua_stats_check_list(L, 1, n), *y = lua_stats_check_list(L, 2, &m);
    luaL_argcheck(L, *n == m, 2, "points need lists of one length");
    struct stats_point *points = lua_newuserdatauv(L, (m > 0 ? m : 1) * sizeof *points, 0);
    for (size_t i = 0; i < m; i++)
        points[i] = (struct stats_point){x[i], y[i]};
    return points;
}

static int lua_stats_line(lua_State *L)
{
    size_t n = 0;
    struct options options = check_options(L, 3, false, 100, "relative");
    const struct stats_point *points = check_points(L, &n);
    struct stats_line line = stats_line(points, n, options.flag, options.level);
    lua_createtable(L, 0, 3);
    set_interval(L, "intercept", &line.intercept);
    set_interval(L, "slope", &line.slope);
    lua_stats_set_number(L, "worst", line.worst);
    return 1;
}

static int scaling(lua_State *L, bool with_crosstalk)
{
    size_t n = 0;
    struct options options = check_options(L, 3, true, 1000, NULL);
    struct stats_point *points = check_points(L, &n);
    double *room = lua_stats_room(L, 2 * options.replicates + 2 * n);
    struct stats_scaling fit = stats_scaling(points, n, with_crosstalk, options.level, options.seed,
                                             options.replicates, room);
    lua_createtable(L, 0, 5);
    lua_stats_set_number(L, "one", fit.one);
    lua_stats_set_number(L, "worst", fit.worst);
    set_interval(L, "serial", &fit.serial);
    if (with_crosstalk) {
        set_interval(L, "crosstalk", &fit.crosstalk);
        if (isfinite(fit.best_jobs))
            lua_stats_set_number(L, "best_jobs", fit.best_jobs);
    }
    return 1;
}

static int lua_stats_amdahl(lua_State *L)
{
    return scaling(L, false);
}

static int lua_stats_usl(lua_State *L)
{
    return scaling(L, true);
}

static double check_field(lua_State *L, int index, const char *name, double absent)
{
    lua_getfield(L, index, name);
    double value = luaL_optnumber(L, -1, absent);
    luaL_argcheck(L, value > 0 && isfinite(value), index, name);
    lua_pop(L, 1);
    return value;
}

static void set_index(lua_State *L, const char *name, size_t at)
{
    lua_pushinteger(L, (lua_Integer)at + 1);
    lua_setfield(L, -2, name);
}

static void push_stretches(lua_State *L, const struct stats_changes *changes)
{
    lua_createtable(L, (int)changes->count, 0);
    for (size_t i = 0; i < changes->count; i++) {
        lua_createtable(L, 0, 2);
        set_index(L, "first", changes->first[i]);
        lua_stats_set_number(L, "level", changes->level[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static int lua_stats_warmup(lua_State *L)
{
    size_t n = 0;
    luaL_checktype(L, 2, LUA_TTABLE);
    double tolerance = check_field(L, 2, "tolerance", NAN);
    double least = check_field(L, 2, "least", 0.005);
    const double *values = lua_stats_check_list(L, 1, &n);
    luaL_argcheck(L, n <= STATS_CHANGES_MOST, 1, "too many values");
    size_t *places = lua_newuserdatauv(L, (2 * n + 1) * sizeof *places, 0);
    double *room = lua_stats_room(L, 3 * n + 1);
    struct stats_changes changes = {.first = places, .level = room};
    stats_changes_find(&changes, values, n, least, room + n, places + n);
    struct stats_warmup warmup = stats_warmup(&changes, n, tolerance);
    lua_createtable(L, 0, 6);
    lua_pushstring(L, stats_warmup_name(warmup.state));
    lua_setfield(L, -2, "state");
    if (warmup.steady_from < n)
        set_index(L, "steady_from", warmup.steady_from);
    lua_stats_set_number(L, "steady", warmup.steady);
    lua_stats_set_number(L, "other", warmup.other);
    lua_stats_set_number(L, "scale", changes.scale);
    push_stretches(L, &changes);
    lua_setfield(L, -2, "stretches");
    return 1;
}

void lua_stats_add_models(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"means_ratio", lua_stats_means_ratio}, {"line", lua_stats_line},
        {"amdahl", lua_stats_amdahl},           {"usl", lua_stats_usl},
        {"warmup", lua_stats_warmup},           {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
