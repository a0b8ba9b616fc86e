/* lua_json: Lua values <-> JSON trees, for the bindings that speak JSON themselves. */
#ifndef PAYOFF_LUA_LUA_JSON_H
#define PAYOFF_LUA_LUA_JSON_H

#include "base/status.h"

#include <jansson.h>
#include <lua.h>

/* Metatables of marked arrays and of null, and where in the registry the one null is; made when
 * payoff.native.json is opened. */
#define LUA_JSON_ARRAY_CLASS "payoff.json.array"
#define LUA_JSON_NULL_CLASS  "payoff.json.null"
#define LUA_JSON_NULL_VALUE  "payoff.json.null.value"

/* Levels of nesting, both ways: what Lua's C stack bears. */
enum { LUA_JSON_DEPTH = 200 };

/* The value at `index` as a tree, by the rules of payoff.native.json; the caller releases it with
 * json_decref. NULL with a status that names the place (STATUS_DATA). Raises no Lua error. */
json_t *lua_json_from(lua_State *L, int index, struct status *st);

/* Pushes the tree as Lua values: arrays are marked, null is payoff.native.json.null. False, and
 * nothing pushed, when it is nested too deeply. Raises a Lua error when out of memory, so the tree
 * must have an owner that Lua collects. */
bool lua_json_push(lua_State *L, const json_t *value, struct status *st);

#endif
