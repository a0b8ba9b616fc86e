/* lua_counters: counter plans and values, as other bindings meet them. */
#ifndef PAYOFF_LUA_LUA_COUNTERS_H
#define PAYOFF_LUA_LUA_COUNTERS_H

#include "base/counts.h"
#include "counters/group.h"

#include <lua.h>

/* The plan at `index`, or a Lua error. It belongs to its userdata: keep that alive (a user value, a
 * registry reference) for as long as the plan is used. */
struct group_plan *lua_counters_check_plan(lua_State *L, int index);

/* Pushes {event=, count=, enabled_ns=, running_ns=, state=, source=, reason=, estimate=, share=}.
 * `event` is the name as counted, not as asked. Where there is no value count and estimate are nil,
 * never 0. `reason` says why the value is not exact; why the event is less than was asked
 * (user mode only) stands in plan:events(), once. */
void lua_counters_push(lua_State *L, const struct counts *counts, const struct group_event *event);

#endif
