/* Targets in Lua: targets/FUZZ_TARGET.lua returns a function that is called with each input, and
 * raises when it has found something. Lines of Lua count as covered code for libFuzzer. */
#include "fuzz.h"

#include "lua/bindings.h"
#include "lua/luahost.h"

#include <lualib.h>
#include <string.h>

int fuzz_edit(lua_State *L); /* fuzz_edit.c */

enum { LINES = 1 << 14 };
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t lines[LINES];
static lua_State *L;

/* Which line followed which. */
static void line_hook(lua_State *state, lua_Debug *at)
{
    static uint32_t last;
    lua_getinfo(state, "S", at);
    uint32_t hash = 2166136261U;
    for (const char *c = at->short_src; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    hash = (hash ^ (uint32_t)at->currentline) * 16777619U;
    uint8_t *counter = &lines[(hash ^ last >> 1) % LINES];
    *counter = (uint8_t)(*counter + (*counter < 255));
    last = hash;
}

static void preload(const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushfstring(L, "payoff.native.%s", name);
    lua_pushcfunction(L, open);
    lua_settable(L, -3);
    lua_pop(L, 1);
}

static void close_state(void)
{
    lua_close(L);
}

static void must_run(int nargs, int nresults)
{
    struct status st = STATUS_INIT;
    if (!luahost_pcall(L, nargs, nresults, &st)) {
        fprintf(stderr, "%s\n", st.message);
        abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    L = luaL_newstate();
    MUST(L != NULL && atexit(close_state) == 0);
    luaL_openlibs(L);
#define FUZZ_PRELOAD(name) preload(#name, luaopen_payoff_##name);
    PAYOFF_BINDINGS(FUZZ_PRELOAD)
    lua_pushcfunction(L, fuzz_edit);
    lua_setglobal(L, "fuzz_edit");
    lua_getglobal(L, "package");
    lua_pushstring(L, FUZZ_LUA_PATH);
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushstring(L, "targets." FUZZ_TARGET);
    must_run(1, 1);
    MUST(lua_type(L, 1) == LUA_TFUNCTION);
    lua_sethook(L, line_hook, LUA_MASKLINE, 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    must_run(1, 0);
    static unsigned calls;
    if (++calls % 256 == 0)
        lua_gc(L, LUA_GCCOLLECT);
    return 0;
}
