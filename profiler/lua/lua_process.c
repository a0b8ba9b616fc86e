#include "lua/lua_process.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

int lua_process_field_error(lua_State *L, const char *who, const char *field, const char *wanted)
{
    return luaL_error(L, "%s: %s must be %s, not %s", who, field, wanted, luaL_typename(L, -1));
}

const char *lua_process_text(lua_State *L, const char *who, const char *field)
{
    size_t length = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (text == NULL)
        lua_process_field_error(L, who, field, "text");
    else if (strlen(text) != length)
        luaL_error(L, "%s: a NUL byte in %s", who, field);
    return text;
}

/* The strings of the list at `index` as pointers, in a userdata that is left on the stack. */
static const char **pointers(lua_State *L, int index, const char *who, const char *field)
{
    size_t count = lua_rawlen(L, index);
    const char **list = lua_newuserdatauv(L, (count + 1) * sizeof *list, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        list[i] = lua_process_text(L, who, field);
        lua_pop(L, 1);
    }
    list[count] = NULL;
    return list;
}

const char *const *lua_process_argv(lua_State *L, const char *who)
{
    if (lua_getfield(L, 1, "argv") != LUA_TTABLE)
        lua_process_field_error(L, who, "argv", "a list of texts");
    luaL_argcheck(L, lua_rawlen(L, -1) > 0, 1, "argv is empty");
    return pointers(L, lua_gettop(L), who, "argv");
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *lua_process_environment(lua_State *L, const char *who)
{
    int type = lua_getfield(L, 1, "env");
    if (type == LUA_TNIL)
        return NULL;
    if (type != LUA_TTABLE)
        lua_process_field_error(L, who, "env", "a table of texts");
    int source = lua_gettop(L);
    lua_newtable(L);
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, source) != 0) {
        const char *value = lua_process_text(L, who, "env");
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: a name in env is no text", who);
        lua_pushfstring(L, "%s=%s", lua_tostring(L, -2), value);
        lua_rawseti(L, source + 1, ++count);
        lua_pop(L, 1);
    }
    const char **list = pointers(L, source + 1, who, "env");
    qsort(list, (size_t)count, sizeof *list, compare_texts);
    return list;
}
