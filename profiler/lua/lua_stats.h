/* lua_stats: the parts of payoff.native.stats, which is one module in several files. */
#ifndef PAYOFF_LUA_LUA_STATS_H
#define PAYOFF_LUA_LUA_STATS_H

#include "base/stats.h"

#include <lua.h>

/* Each adds its functions to the table on top of the stack. */
void lua_stats_add_models(lua_State *L);
void lua_stats_add_gate(lua_State *L);
void lua_stats_add_gains(lua_State *L);

/* Room for n doubles, left on the stack; Lua owns it. */
double *lua_stats_room(lua_State *L, size_t n);

/* Copies a list of numbers into room that is left on the stack; raises what is no such list. */
double *lua_stats_check_list(lua_State *L, int index, size_t *n);

/* table[name] = value for the table on top; NaN, which stands for unknown, stays nil. */
void lua_stats_set_number(lua_State *L, const char *name, double value);

/* Pushes the table of an interval, its estimate under `name`. Returns 1. */
int lua_stats_push_interval(lua_State *L, const struct stats_interval *interval, const char *name);

#endif
