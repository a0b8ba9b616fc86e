/* luahost: the one lua_State, the modules embedded in the binary, and the single protected call.
 *
 * Nothing outside profiler/lua includes lua.h. A binding is check -> call -> push: it checks its
 * arguments with luaL_check*, calls one function of the C wings and pushes the result, or returns
 * luahost_fail (nil, message, code). A Lua error raised by luaL_check* is a bug in our own Lua and
 * comes with a traceback. Not thread-safe: one state, one thread. */
#ifndef PAYOFF_LUA_LUAHOST_H
#define PAYOFF_LUA_LUAHOST_H

#include "base/status.h"

#include <lauxlib.h>
#include <lua.h>

struct luahost;

/* Makes the state with the standard libraries, the bindings (payoff.native.*) and a searcher that
 * finds the embedded modules. The caller frees it. */
bool luahost_new(struct luahost **host, struct status *st);
void luahost_free(struct luahost *host);

/* require(module).main(argv[1], …) through the single protected call; its integer result becomes
 * *exit_status. An error that escapes is STATUS_INTERNAL with a traceback in the message, or
 * STATUS_MEMORY. */
bool luahost_main(struct luahost *host, const char *module, int argc, char **argv, int *exit_status,
                  struct status *st);

/* The single protected call: nargs arguments and the function are on the stack. On failure the
 * status has the message and the traceback, and the stack is as before the function was pushed. */
bool luahost_pcall(lua_State *L, int nargs, int nresults, struct status *st);

/* For bindings: pushes nil, message, code name and returns 3; raises Lua's "not enough memory" where
 * that is what failed. What the caller owns must be freed before. */
int luahost_fail(lua_State *L, const struct status *st);

/* The same without the exception: of a worker, whose end is not payoff's. */
int luahost_values(lua_State *L, const struct status *st);

/* For bindings: makes a metatable `name` with `methods` in __index and `gc` as __gc and __close. */
void luahost_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction gc);

#endif
