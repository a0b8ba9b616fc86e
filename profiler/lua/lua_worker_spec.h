/* lua_worker_spec: the table that starts a worker -> the C structure. */
#ifndef PAYOFF_LUA_LUA_WORKER_SPEC_H
#define PAYOFF_LUA_LUA_WORKER_SPEC_H

#include "workers/spawn.h"

#include <lua.h>

/* Reads the table at index 1 (payoff.native.worker, start) or raises a Lua error. Everything the
 * spec points to lives on the stack, or in the table, until the caller returns. */
void lua_worker_spec_check(lua_State *L, struct spawn_spec *spec);

#endif
