/* lua_series: base/series.h as Lua sees it: what payoff.native.store's series(run) returns. */
#ifndef PAYOFF_LUA_LUA_SERIES_H
#define PAYOFF_LUA_LUA_SERIES_H

#include "base/series.h"

#include <lua.h>

/* Makes the metatable. */
void lua_series_class(lua_State *L);

/* Pushes an empty one; its user value is the list of the reasons why samples are marked. */
struct series *lua_series_new(lua_State *L, size_t events);

#endif
