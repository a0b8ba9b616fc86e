/* lua_store: what the two files of the binding payoff.native.store share. */
#ifndef PAYOFF_LUA_LUA_STORE_H
#define PAYOFF_LUA_LUA_STORE_H

#include "store/store.h"

#include <lua.h>

#define LUA_STORE_CLASS "payoff.store"

/* The open store that is the first argument, or a Lua error. */
struct store *lua_store_check(lua_State *L);

/* Methods, in lua_store_sample.c. */
int lua_store_sample(lua_State *L);
int lua_store_samples(lua_State *L);
int lua_store_sample_count(lua_State *L);
int lua_store_mark_after(lua_State *L);

/* In lua_store_sheet.c. */
int lua_store_sheet(lua_State *L);

#endif
