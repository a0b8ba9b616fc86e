/* payoff.native.assets: read(name) -> string | nil, message, code */
#include "lua/assets.h"
#include "lua/bindings.h"
#include "lua/luahost.h"

static int assets_read(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct asset *asset = assets_find(name);
    if (asset == NULL) {
        struct status st = STATUS_INIT;
        status_fail(&st, STATUS_NOT_FOUND, "no embedded file '%s'", name);
        return luahost_fail(L, &st);
    }
    lua_pushlstring(L, asset->data, (size_t)(asset->end - asset->data));
    return 1;
}

int luaopen_payoff_assets(lua_State *L)
{
    static const luaL_Reg functions[] = {{"read", assets_read}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
