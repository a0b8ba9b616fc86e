#include "lua/lua_worker_spec.h"

#include "lua/lua_counters.h"
#include "lua/lua_process.h"

#include <lauxlib.h>
#include <limits.h>

static const char who[] = "worker.start";

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
    type = lua_getfield(L, 1, "image");
    if (type == LUA_TSTRING)
        spec->image = lua_tolstring(L, -1, &spec->image_size);
    else if (type != LUA_TNIL)
        lua_process_field_error(L, who, "image", "the bytes of an executable");
    if (lua_getfield(L, 1, "plan") != LUA_TNIL)
        spec->plan = lua_counters_check_plan(L, -1);
    lua_getfield(L, 1, "brief");
    spec->brief = lua_toboolean(L, -1);
    check_cpus(L, spec);
    if (lua_getfield(L, 1, "memory_bytes") != LUA_TNIL) {
        lua_Integer bytes = lua_tointeger(L, -1);
        if (bytes <= 0)
            lua_process_field_error(L, who, "memory_bytes", "a whole number of bytes");
        spec->memory_bytes = (uint64_t)bytes;
    }
}
