/* payoff.native.stats, the gate (base/stats_gate.h). Effects are logarithms of ratios.
 *
 *   gate_screen(differences, {limit =, margin =, effect =, alpha =, power =, most =,
 *                             screen_most = most})
 *       -> {step = "more" | "pass" | "fires" | "short", pairs = how many there should be,
 *           least =, fires =, enough =, scale = | nil, sees = | nil}
 *   gate_plan(scale, done, question) -> {screen =, screen_least =, confirm =, confirm_least =,
 *                                        fires =, power =, enough =}
 *   gate_p(differences, limit) -> p of the one-sided sign test */
#include "base/stats_gate.h"
#include "lua/lua_stats.h"
#include "lua/luahost.h"

#include <math.h>

static double check_field(lua_State *L, int index, const char *name, double low, double high)
{
    lua_getfield(L, index, name);
    double value = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || !(value >= low) || !(value <= high))
        luaL_error(L, "bad argument #%d: %s must be a number from %f to %f", index, name, low,
                   high);
    lua_pop(L, 1);
    return value;
}

static struct stats_gate_question check_question(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    struct stats_gate_question question = {
        .limit = check_field(L, index, "limit", -8, 8),
        .margin = check_field(L, index, "margin", -8, 8),
        .effect = check_field(L, index, "effect", -8, 8),
        .alpha = check_field(L, index, "alpha", 1e-12, 0.5),
        .power = check_field(L, index, "power", 0.01, 0.999999),
        .most = (size_t)check_field(L, index, "most", 0, 1e5),
    };
    question.screen_most = question.most;
    if (lua_getfield(L, index, "screen_most") != LUA_TNIL)
        question.screen_most = (size_t)check_field(L, index, "screen_most", 0, 1e5);
    lua_pop(L, 1);
    luaL_argcheck(L, question.margin >= question.limit && question.effect > question.margin, index,
                  "limit <= margin < effect is wanted");
    return question;
}

static int gate_screen(lua_State *L)
{
    size_t n = 0;
    const double *differences = lua_stats_check_list(L, 1, &n);
    struct stats_gate_question question = check_question(L, 2);
    struct stats_gate_plan plan;
    double scale, *room = lua_stats_room(L, n);
    enum stats_gate_step step = stats_gate_screen(differences, n, &question, room, &scale, &plan);
    lua_createtable(L, 0, 6);
    lua_pushstring(L, stats_gate_step_name(step));
    lua_setfield(L, -2, "step");
    lua_pushinteger(L, (lua_Integer)plan.screen);
    lua_setfield(L, -2, "pairs");
    lua_pushinteger(L, (lua_Integer)plan.screen_least);
    lua_setfield(L, -2, "least");
    lua_pushboolean(L, plan.enough);
    lua_setfield(L, -2, "enough");
    lua_stats_set_number(L, "fires", plan.fires);
    lua_stats_set_number(L, "scale", scale);
    if (step != STATS_GATE_MORE && !isnan(scale)) {
        double sees = stats_gate_sees(scale, &plan, &question);
        lua_stats_set_number(L, "sees", isfinite(sees) ? sees : NAN);
    }
    return 1;
}

static int gate_plan(lua_State *L)
{
    double scale = luaL_checknumber(L, 1);
    lua_Integer done = luaL_checkinteger(L, 2);
    luaL_argcheck(L, scale > 0, 1, "a scale is above 0");
    luaL_argcheck(L, done >= 0 && done <= 100000, 2, "a number of pairs");
    struct stats_gate_question question = check_question(L, 3);
    struct stats_gate_plan plan = stats_gate_plan(scale, (size_t)done, &question);
    lua_createtable(L, 0, 7);
    lua_pushinteger(L, (lua_Integer)plan.screen);
    lua_setfield(L, -2, "screen");
    lua_pushinteger(L, (lua_Integer)plan.screen_least);
    lua_setfield(L, -2, "screen_least");
    lua_pushinteger(L, (lua_Integer)plan.confirm);
    lua_setfield(L, -2, "confirm");
    lua_pushinteger(L, (lua_Integer)plan.confirm_least);
    lua_setfield(L, -2, "confirm_least");
    lua_stats_set_number(L, "fires", plan.fires);
    lua_stats_set_number(L, "power", plan.power);
    lua_pushboolean(L, plan.enough);
    lua_setfield(L, -2, "enough");
    return 1;
}

static int gate_p(lua_State *L)
{
    size_t n = 0;
    const double *differences = lua_stats_check_list(L, 1, &n);
    lua_pushnumber(L, stats_gate_p(differences, n, luaL_checknumber(L, 2)));
    return 1;
}

void lua_stats_add_gate(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"gate_screen", gate_screen}, {"gate_plan", gate_plan}, {"gate_p", gate_p}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
