#include "lua/lua_gauge.h"

#include "lua/luahost.h"
#include "machine/gauge.h"

#include <lauxlib.h>

enum { TEXT_SIZE = 16 << 10 };

static const char class[] = "payoff.machine.gauge";

int lua_gauge_new(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct gauge *gauge = lua_newuserdatauv(L, sizeof *gauge, 0);
    *gauge = (struct gauge){-1};
    luaL_setmetatable(L, class);
    struct status st = STATUS_INIT;
    return gauge_open(path, gauge, &st) ? 1 : luahost_fail(L, &st);
}

static int gauge_text(lua_State *L)
{
    const struct gauge *gauge = luaL_checkudata(L, 1, class);
    lua_Integer most = luaL_optinteger(L, 2, TEXT_SIZE - 1);
    luaL_argcheck(L, most > 0 && most < TEXT_SIZE, 2, "a number of bytes, below 16 KiB");
    luaL_argcheck(L, gauge->fd >= 0, 1, "it is closed");
    struct status st = STATUS_INIT;
    char text[TEXT_SIZE];
    size_t used = 0;
    if (!gauge_read(gauge, text, (size_t)most + 1, &used, &st))
        return luahost_fail(L, &st);
    lua_pushlstring(L, text, used);
    return 1;
}

static int gauge_end(lua_State *L)
{
    gauge_close(luaL_checkudata(L, 1, class));
    return 0;
}

void lua_gauge_class(lua_State *L)
{
    static const luaL_Reg methods[] = {{"text", gauge_text}, {"close", gauge_end}, {NULL, NULL}};
    luahost_class(L, class, methods, gauge_end);
}
