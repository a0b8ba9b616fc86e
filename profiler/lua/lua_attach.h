/* lua_attach: counters on threads that run already, for payoff.native.counters. */
#ifndef PAYOFF_LUA_LUA_ATTACH_H
#define PAYOFF_LUA_LUA_ATTACH_H

#include <lua.h>

/* attach(plan, asked, tids) -> attached | nil, message, code; see lua_counters.c. */
int lua_attach(lua_State *L);

/* Makes the class of what lua_attach returns. */
void lua_attach_class(lua_State *L);

#endif
