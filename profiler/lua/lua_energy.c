#include "lua/lua_energy.h"

#include "counters/energy.h"
#include "lua/luahost.h"

#include <lauxlib.h>

#define ENERGY_CLASS "payoff.counters.energy"

/* Its user values are the source's owner and the root. */
struct energy_box {
    struct energy *energy;
};

static int energy_gc(lua_State *L)
{
    struct energy_box *box = luaL_checkudata(L, 1, ENERGY_CLASS);
    energy_close(box->energy);
    box->energy = NULL;
    return 0;
}

static struct energy *check_energy(lua_State *L)
{
    struct energy_box *box = luaL_checkudata(L, 1, ENERGY_CLASS);
    luaL_argcheck(L, box->energy != NULL, 1, "it is closed");
    return box->energy;
}

int lua_energy_open(lua_State *L, const struct source *source, int owner)
{
    const char *root = luaL_optstring(L, 1, "");
    struct energy_box *box = lua_newuserdatauv(L, sizeof *box, 2);
    box->energy = NULL;
    luaL_setmetatable(L, ENERGY_CLASS);
    lua_pushvalue(L, owner);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 2);
    struct status st = STATUS_INIT;
    return energy_open(source, root, &box->energy, &st) ? 1 : luahost_fail(L, &st);
}

static int begin(lua_State *L)
{
    struct status st = STATUS_INIT;
    if (!energy_begin(check_energy(L), &st))
        return luahost_fail(L, &st);
    lua_pushboolean(L, true);
    return 1;
}

static int finish(lua_State *L)
{
    uint64_t microjoules = 0;
    struct status st = STATUS_INIT;
    if (!energy_end(check_energy(L), &microjoules, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, microjoules < LUA_MAXINTEGER ? (lua_Integer)microjoules : LUA_MAXINTEGER);
    return 1;
}

static int how(lua_State *L)
{
    const struct energy *energy = check_energy(L);
    lua_pushstring(L, energy_how(energy));
    lua_pushinteger(L, (lua_Integer)energy_packages(energy));
    return 2;
}

void lua_energy_class(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"begin", begin}, {"finish", finish}, {"how", how}, {NULL, NULL}};
    luahost_class(L, ENERGY_CLASS, methods, energy_gc);
}
