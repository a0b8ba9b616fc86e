/* JSON trees -> Lua values: the decoder of payoff.native.json. */
#include "lua/lua_json.h"

#include <lauxlib.h>

static bool push_value(lua_State *L, const json_t *value, int depth);

static bool push_array(lua_State *L, const json_t *array, int depth)
{
    size_t count = json_array_size(array);
    lua_createtable(L, count < 1 << 20 ? (int)count : 1 << 20, 0);
    luaL_setmetatable(L, LUA_JSON_ARRAY_CLASS);
    for (size_t i = 0; i < count; i++) {
        if (!push_value(L, json_array_get(array, i), depth + 1))
            return false;
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return true;
}

static bool push_object(lua_State *L, json_t *object, int depth)
{
    const char *key = NULL;
    json_t *value = NULL;
    lua_createtable(L, 0, (int)json_object_size(object));
    json_object_foreach(object, key, value)
    {
        lua_pushstring(L, key);
        if (!push_value(L, value, depth + 1))
            return false;
        lua_rawset(L, -3);
    }
    return true;
}

/* False when it is nested too deeply; what is on Lua's stack is then the caller's to drop. */
static bool push_value(lua_State *L, const json_t *value, int depth)
{
    if (depth > LUA_JSON_DEPTH || !lua_checkstack(L, 8))
        return false;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return push_object(L, (json_t *)value, depth);
    case JSON_ARRAY:
        return push_array(L, value, depth);
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        return true;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        return true;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        return true;
    case JSON_NULL:
        lua_getfield(L, LUA_REGISTRYINDEX, LUA_JSON_NULL_VALUE);
        return true;
    }
    return false;
}

bool lua_json_push(lua_State *L, const json_t *value, struct status *st)
{
    int top = lua_gettop(L);
    if (push_value(L, value, 0))
        return true;
    lua_settop(L, top);
    return status_fail(st, STATUS_DATA, "JSON is nested deeper than %d levels", LUA_JSON_DEPTH);
}
