#include "lua/luahost.h"

#include "lua/assets.h"
#include "lua/bindings.h"

#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct luahost {
    lua_State *L;
};

static const char out_of_memory[] = "not enough memory"; /* Lua's own words */

/* "payoff.formats.csv" -> the asset "lua/payoff/formats/csv.lua" or ".../csv/init.lua". */
static const struct asset *module_asset(const char *module)
{
    static const char *const patterns[] = {"lua/%s.lua", "lua/%s/init.lua", "lua/vendor/%s.lua"};
    char path[256];
    if (snprintf(path, sizeof path, "%s", module) >= (int)sizeof path)
        return NULL;
    for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
        *dot = '/';
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char name[300];
        /* The patterns are the constants above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(name, sizeof name, patterns[i], path);
#pragma GCC diagnostic pop
        const struct asset *asset = assets_find(name);
        if (asset != NULL)
            return asset;
    }
    return NULL;
}

/* A package searcher: embedded modules come first, so that a copied binary needs no files. */
static int search_embedded(lua_State *L)
{
    const char *module = luaL_checkstring(L, 1);
    const struct asset *asset = module_asset(module);
    if (asset == NULL) {
        lua_pushfstring(L, "no embedded module '%s'", module);
        return 1;
    }
    const char *chunk = lua_pushfstring(L, "=%s", asset->name);
    if (luaL_loadbufferx(L, asset->data, (size_t)(asset->end - asset->data), chunk, "t") != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, asset->name);
    return 2;
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushfstring(L, "payoff.native.%s", name);
    lua_pushcfunction(L, open);
    lua_settable(L, -3);
    lua_pop(L, 1);
}

/* Runs inside the protected call of luahost_new: opening libraries can run out of memory. */
static int open_libraries(lua_State *L)
{
    luaL_openlibs(L);
#define PAYOFF_BINDING_PRELOAD(name) preload(L, #name, luaopen_payoff_##name);
    PAYOFF_BINDINGS(PAYOFF_BINDING_PRELOAD)

    /* Second place: after package.preload, before anything on the disk. */
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, search_embedded);
    lua_rawseti(L, -2, 2);
    return 0;
}

static int message_with_traceback(lua_State *L)
{
    const char *message = luaL_tolstring(L, 1, NULL);
    luaL_traceback(L, L, message, 1);
    return 1;
}

/* Handlers on the way may have added a traceback. */
static bool is_memory(int result, const char *message)
{
    return result == LUA_ERRMEM ||
           (message != NULL && strncmp(message, out_of_memory, sizeof out_of_memory - 1) == 0);
}

bool luahost_pcall(lua_State *L, int nargs, int nresults, struct status *st)
{
    int base = lua_gettop(L) - nargs;
    lua_pushcfunction(L, message_with_traceback);
    lua_insert(L, base);
    int result = lua_pcall(L, nargs, nresults, base);
    lua_remove(L, base);
    if (result == LUA_OK)
        return true;
    const char *message = lua_tostring(L, -1);
    if (is_memory(result, message))
        status_fail(st, STATUS_MEMORY, "out of memory");
    else
        status_fail(st, STATUS_INTERNAL, "%s",
                    message != NULL ? message : "error without a message");
    lua_pop(L, 1);
    return false;
}

bool luahost_new(struct luahost **out, struct status *st)
{
    struct luahost *host = calloc(1, sizeof *host);
    if (host == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory while starting Lua");
    host->L = luaL_newstate();
    if (host->L == NULL) {
        free(host);
        return status_fail(st, STATUS_MEMORY, "out of memory while starting Lua");
    }
    lua_pushcfunction(host->L, open_libraries);
    if (!luahost_pcall(host->L, 0, 0, st)) {
        luahost_free(host);
        return false;
    }
    *out = host;
    return true;
}

void luahost_free(struct luahost *host)
{
    if (host == NULL)
        return;
    lua_close(host->L);
    free(host);
}

struct main_call {
    const char *module;
    int argc;
    char **argv;
};

/* require(module).main(argv[1], …) -> integer */
static int call_main(lua_State *L)
{
    const struct main_call *call = lua_touserdata(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, call->module);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "main");
    luaL_checkstack(L, call->argc, "too many arguments");
    for (int i = 1; i < call->argc; i++)
        lua_pushstring(L, call->argv[i]);
    lua_call(L, call->argc > 0 ? call->argc - 1 : 0, 1);
    lua_pushinteger(L, luaL_checkinteger(L, -1));
    return 1;
}

bool luahost_main(struct luahost *host, const char *module, int argc, char **argv, int *exit_status,
                  struct status *st)
{
    struct main_call call = {.module = module, .argc = argc, .argv = argv};
    lua_pushcfunction(host->L, call_main);
    lua_pushlightuserdata(host->L, &call);
    if (!luahost_pcall(host->L, 1, 1, st))
        return false;
    *exit_status = (int)lua_tointeger(host->L, -1);
    lua_pop(host->L, 1);
    return true;
}

int luahost_fail(lua_State *L, const struct status *st)
{
    /* As Lua's own: no caller expects it, and none could go on. ENOMEM of a system call says more. */
    if (st->code == STATUS_MEMORY && st->sys_errno == 0) {
        lua_pushstring(L, out_of_memory);
        return lua_error(L);
    }
    return luahost_values(L, st);
}

int luahost_values(lua_State *L, const struct status *st)
{
    lua_pushnil(L);
    lua_pushstring(L, st->message);
    lua_pushstring(L, status_code_name(st->code));
    return 3;
}

void luahost_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction gc)
{
    if (luaL_newmetatable(L, name)) {
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, gc);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, gc);
        lua_setfield(L, -2, "__close");
    }
    lua_pop(L, 1);
}
