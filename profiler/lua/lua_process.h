/* lua_process: what every binding that starts a program takes from its table of arguments: argv and
 * the environment. The table is at index 1; `who` names the binding in errors ("worker.start").
 * What is returned lives as long as the stack holds what these functions leave on it. */
#ifndef PAYOFF_LUA_LUA_PROCESS_H
#define PAYOFF_LUA_LUA_PROCESS_H

#include <lua.h>

/* Raises "who: field must be wanted, not a …" about the value on top. */
int lua_process_field_error(lua_State *L, const char *who, const char *field, const char *wanted);

/* The string on top, without NUL bytes; whatever holds it keeps alive. No numbers: converting one
 * would make a string that nobody holds. */
const char *lua_process_text(lua_State *L, const char *who, const char *field);

/* argv, NULL-terminated; it must not be empty. Leaves two values on the stack. */
const char *const *lua_process_argv(lua_State *L, const char *who);

/* env = { NAME = value } as "NAME=value" texts, NULL-terminated; NULL when it is nil. Sorted: the
 * order of a Lua table differs from one run of payoff to the next, and a program could see it.
 * Leaves up to three values on the stack. */
const char *const *lua_process_environment(lua_State *L, const char *who);

#endif
