/* lua_sys: the parts of payoff.native.sys, which is one module in several files. */
#ifndef PAYOFF_LUA_LUA_SYS_H
#define PAYOFF_LUA_LUA_SYS_H

#include <lua.h>
#include <stddef.h>

/* Each adds its functions to the table on top of the stack. */
void lua_sys_add_files(lua_State *L);
void lua_sys_add_command(lua_State *L);

/* A string argument without NUL bytes, as the system wants its names. */
const char *lua_sys_check_name(lua_State *L, int index);

/* Memory of C that is freed when it falls out of use, also should Lua raise an error meanwhile. */
struct lua_sys_holder {
    void *data;
    size_t count;
    void (*release)(void *data, size_t count);
};

/* Pushes an empty one. */
struct lua_sys_holder *lua_sys_hold(lua_State *L);

#endif
