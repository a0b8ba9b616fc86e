/* bindings: the list of native modules that Lua can require. One line per module; each lives in
 * lua_<name>.c, is called payoff.native.<name> in Lua, and its opener is luaopen_payoff_<name>. */
#ifndef PAYOFF_LUA_BINDINGS_H
#define PAYOFF_LUA_BINDINGS_H

#include <lua.h>

/* One line per module, so that additions do not collide. */
/* clang-format off */
#define PAYOFF_BINDINGS(X) \
    X(assets) \
    X(counters) \
    X(json) \
    X(machine) \
    X(stats) \
    X(store) \
    X(sys) \
    X(value) \
    X(worker) \
    /* the end of the list */
/* clang-format on */

#define PAYOFF_BINDING_DECLARE(name) int luaopen_payoff_##name(lua_State *L);
PAYOFF_BINDINGS(PAYOFF_BINDING_DECLARE)

#endif
