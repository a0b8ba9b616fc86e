/* lua_store: what the two files of the binding payoff.native.store share. */
#ifndef PAYOFF_LUA_LUA_STORE_H
#define PAYOFF_LUA_LUA_STORE_H

#include "store/sample.h"
#include "store/store.h"

#include <lua.h>

/* Columns of a run's samples hold so many events at most; payoff.native.store says it to Lua. */
enum { LUA_STORE_SERIES_EVENTS = 64 };

#define LUA_STORE_CLASS "payoff.store"

/* The open store that is the first argument, or a Lua error. */
struct store *lua_store_check(lua_State *L);

/* Methods, in lua_store_sample.c. */
int lua_store_sample(lua_State *L);
int lua_store_samples(lua_State *L);
int lua_store_sample_count(lua_State *L);
int lua_store_mark_after(lua_State *L);

/* Appends the sample to the list of its cell, in the table on top of the stack: a sample_visit whose
 * context is the Lua state. */
bool lua_store_push_sample(void *context, int64_t id, const struct sample_row *sample,
                           struct status *st);
/* Pushes one reading as reports/MODEL.md has it. */
void lua_store_push_count(lua_State *L, const struct counts *counts);

/* In lua_store_sheet.c. */
int lua_store_sheet(lua_State *L);

/* In lua_store_series.c, and the methods of what it returns in lua_series.c. */
int lua_store_series(lua_State *L);

#endif
