/* payoff.native.stats, where a port pays off. Intervals are those of lua_stats.c with `estimate`.
 *
 *   split(list of lists of logarithms, at, level) -> list of intervals, whose estimates add up to
 *                                       `at`; every list has one value per block
 *   crossing({x =, y =}, {x =, y =}, {level =, seed =, replicates = 1000})
 *                                       -> {kind = "from" | "up to" | "always" | "never" | "unknown",
 *                                           at = interval (high may be infinite), port = {intercept
 *                                           =, slope =, worst =}, reference = {…}}
 *   share(k, n, level)                  -> interval
 *   whole_gain(share, speedup)          -> interval; both are {estimate =, low =, high =, level =}
 */
#include "base/stats_crossing.h"
#include "base/stats_share.h"
#include "base/stats_split.h"
#include "lua/lua_stats.h"
#include "lua/luahost.h"

#include <math.h>

enum { MOST_FACTORS = 16 };

static int lua_stats_split(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t count = lua_rawlen(L, 1), blocks = 0, n = 0;
    double at = luaL_checknumber(L, 2), level = luaL_optnumber(L, 3, 0.95);
    luaL_argcheck(L, count > 0 && count <= MOST_FACTORS, 1, "1 to 16 factors");
    luaL_argcheck(L, level > 0 && level < 1, 3, "a level lies between 0 and 1");
    double *logs = NULL;
    for (size_t k = 0; k < count; k++) {
        lua_rawgeti(L, 1, (lua_Integer)k + 1);
        const double *row = lua_stats_check_list(L, lua_gettop(L), &n);
        if (logs == NULL) {
            blocks = n;
            luaL_argcheck(L, n > 0, 1, "one block at least");
            logs = lua_stats_room(L, count * n + n);
        }
        luaL_argcheck(L, n == blocks && stats_all_finite(row, n), 1,
                      "every factor needs one finite value per block");
        for (size_t i = 0; i < n; i++)
            logs[k * n + i] = row[i];
    }
    struct stats_interval out[MOST_FACTORS];
    /* There is a factor, and so there are logs. */
    /* cppcheck-suppress nullPointerArithmetic */
    stats_split(logs, count, blocks, at, level, out, logs + count * blocks);
    lua_createtable(L, (int)count, 0);
    for (size_t k = 0; k < count; k++) {
        lua_stats_push_interval(L, &out[k], "estimate");
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    return 1;
}

/* The points of {x =, y =} at `index`, in room that is left on the stack. */
static struct stats_point *check_points(lua_State *L, int index, size_t *n)
{
    size_t m = 0;
    luaL_checktype(L, index, LUA_TTABLE);
    lua_getfield(L, index, "x");
    const double *x = lua_stats_check_list(L, lua_gettop(L), n);
    lua_getfield(L, index, "y");
    const double *y = lua_stats_check_list(L, lua_gettop(L), &m);
    luaL_argcheck(L, *n == m, index, "points need lists of one length");
    struct stats_point *points = lua_newuserdatauv(L, (m > 0 ? m : 1) * sizeof *points, 0);
    for (size_t i = 0; i < m; i++)
        points[i] = (struct stats_point){x[i], y[i]};
    return points;
}

static void set_line(lua_State *L, const char *name, double intercept, double slope, double worst)
{
    lua_createtable(L, 0, 3);
    lua_stats_set_number(L, "intercept", intercept);
    lua_stats_set_number(L, "slope", slope);
    lua_stats_set_number(L, "worst", worst);
    lua_setfield(L, -2, name);
}

static int lua_stats_crossing(lua_State *L)
{
    size_t n = 0, m = 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_getfield(L, 3, "level");
    double level = luaL_optnumber(L, -1, 0.95);
    luaL_argcheck(L, level > 0 && level < 1, 3, "level lies between 0 and 1");
    lua_getfield(L, 3, "seed");
    luaL_argcheck(L, lua_isinteger(L, -1), 3, "seed must be an integer");
    uint64_t seed = (uint64_t)lua_tointeger(L, -1);
    lua_getfield(L, 3, "replicates");
    lua_Integer replicates = luaL_optinteger(L, -1, 1000);
    luaL_argcheck(L, replicates >= 100 && replicates <= 1000000, 3, "100 … 1000000 replicates");
    struct stats_point *port = check_points(L, 1, &n), *reference = check_points(L, 2, &m);
    double *room = lua_stats_room(L, (size_t)replicates + 4 * (n > m ? n : m));
    struct stats_crossing found =
        stats_crossing(port, n, reference, m, level, seed, (size_t)replicates, room);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, stats_crossing_name(found.kind));
    lua_setfield(L, -2, "kind");
    lua_stats_push_interval(L, &found.at, "estimate");
    lua_setfield(L, -2, "at");
    set_line(L, "port", found.port_intercept, found.port_slope, found.port_worst);
    set_line(L, "reference", found.reference_intercept, found.reference_slope,
             found.reference_worst);
    return 1;
}

static int lua_stats_share(lua_State *L)
{
    lua_Integer k = luaL_checkinteger(L, 1), n = luaL_checkinteger(L, 2);
    double level = luaL_optnumber(L, 3, 0.95);
    luaL_argcheck(L, level > 0 && level < 1, 3, "a level lies between 0 and 1");
    luaL_argcheck(L, n >= 0 && n < 1LL << 50, 2, "a number of samples");
    luaL_argcheck(L, k >= 0 && k <= n, 1, "no more hits than samples");
    struct stats_interval result = stats_share(k, n, level);
    return lua_stats_push_interval(L, &result, "estimate");
}

static double field(lua_State *L, int index, const char *name, double fallback)
{
    lua_getfield(L, index, name);
    double value = luaL_optnumber(L, -1, fallback);
    lua_pop(L, 1);
    return value;
}

static struct stats_interval check_interval(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    return (struct stats_interval){
        .estimate = field(L, index, "estimate", NAN),
        .low = field(L, index, "low", NAN),
        .high = field(L, index, "high", NAN),
        .level = field(L, index, "level", 0),
        .n = (size_t)fmax(0, field(L, index, "n", 0)),
    };
}

static int lua_stats_whole_gain(lua_State *L)
{
    struct stats_interval result = stats_whole_gain(check_interval(L, 1), check_interval(L, 2));
    return lua_stats_push_interval(L, &result, "estimate");
}

void lua_stats_add_gains(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"split", lua_stats_split},
        {"crossing", lua_stats_crossing},
        {"share", lua_stats_share},
        {"whole_gain", lua_stats_whole_gain},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
