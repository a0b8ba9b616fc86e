#include "lua/lua_worker_spec.h"

#include "lua/lua_counters.h"
#include "lua/lua_process.h"

#include <lauxlib.h>
#include <limits.h>

static const char who[] = "worker.start";
#include <stdlib.h>
#include <string.h>

static void field_error(lua_State *L, const char *field, const char *wanted)
{
    luaL_error(L, "worker.start: %s must be %s, not %s", field, wanted, luaL_typename(L, -1));
}

/* The string on top, which whatever holds it keeps alive. */
static const char *check_text(lua_State *L, const char *field)
{
    size_t length = 0;
    /* No numbers: converting one would make a string that nobody holds. */
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (text == NULL)
        field_error(L, field, "text");
    else if (strlen(text) != length)
        luaL_error(L, "worker.start: a NUL byte in %s", field);
    return text;
}

static const char *const *check_argv(lua_State *L)
{
    if (lua_getfield(L, 1, "argv") != LUA_TTABLE)
        field_error(L, "argv", "a list of texts");
    size_t count = lua_rawlen(L, -1);
    luaL_argcheck(L, count > 0, 1, "argv is empty");
    const char **list = lua_newuserdatauv(L, (count + 1) * sizeof *list, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -2, (lua_Integer)i + 1);
        list[i] = check_text(L, "argv");
        lua_pop(L, 1);
    }
    list[count] = NULL;
    return list;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* { NAME = value } -> "NAME=value" texts, which a table on the stack holds. Sorted: the order of a
 * Lua table differs from one run of payoff to the next, and a worker could see it. */
static const char *const *check_environment(lua_State *L)
{
    int type = lua_getfield(L, 1, "env");
    if (type == LUA_TNIL)
        return NULL;
    if (type != LUA_TTABLE)
        field_error(L, "env", "a table of texts");
    int source = lua_gettop(L);
    lua_newtable(L);
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, source) != 0) {
        const char *value = check_text(L, "env");
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "worker.start: a name in env is no text");
        lua_pushfstring(L, "%s=%s", lua_tostring(L, -2), value);
        lua_rawseti(L, source + 1, ++count);
        lua_pop(L, 1);
    }
    const char **list = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *list, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, source + 1, i + 1);
        list[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    list[count] = NULL;
    qsort(list, (size_t)count, sizeof *list, compare_texts);
    return list;
}

static void check_cpus(lua_State *L, struct spawn_spec *spec)
{
    int type = lua_getfield(L, 1, "cpus");
    if (type == LUA_TNIL)
        return;
    if (type != LUA_TTABLE)
        lua_process_field_error(L, who, "cpus", "a list of CPU numbers");
    size_t count = lua_rawlen(L, -1);
    int *cpus = lua_newuserdatauv(L, (count + 1) * sizeof *cpus, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -2, (lua_Integer)i + 1);
        int is_integer;
        lua_Integer cpu = lua_tointegerx(L, -1, &is_integer);
        if (!is_integer || cpu < 0 || cpu > INT_MAX)
            lua_process_field_error(L, who, "cpus", "a list of CPU numbers");
        cpus[i] = (int)cpu;
        lua_pop(L, 1);
    }
    spec->cpus = cpus;
    spec->cpu_count = count;
}

void lua_worker_spec_check(lua_State *L, struct spawn_spec *spec)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkstack(L, 24, who);
    *spec = (struct spawn_spec){.argv = lua_process_argv(L, who),
                                .environment = lua_process_environment(L, who)};
    if (lua_getfield(L, 1, "cwd") != LUA_TNIL)
        spec->cwd = lua_process_text(L, who, "cwd");
    int type = lua_getfield(L, 1, "script");
    if (type == LUA_TSTRING)
        spec->script = lua_tolstring(L, -1, &spec->script_size);
    else if (type != LUA_TNIL)
        lua_process_field_error(L, who, "script", "text");
    if (lua_getfield(L, 1, "plan") != LUA_TNIL)
        spec->plan = lua_counters_check_plan(L, -1);
    check_cpus(L, spec);
    if (lua_getfield(L, 1, "memory_bytes") != LUA_TNIL) {
        lua_Integer bytes = lua_tointeger(L, -1);
        if (bytes <= 0)
            lua_process_field_error(L, who, "memory_bytes", "a whole number of bytes");
        spec->memory_bytes = (uint64_t)bytes;
    }
}
