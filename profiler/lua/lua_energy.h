/* lua_energy: energy([root]) of payoff.native.counters; see lua_counters.c. */
#ifndef PAYOFF_LUA_ENERGY_H
#define PAYOFF_LUA_ENERGY_H

#include <lua.h>

struct source;

/* Of this source, which the value at `owner` on the stack keeps alive. */
int lua_energy_open(lua_State *L, const struct source *source, int owner);
void lua_energy_class(lua_State *L);

#endif
