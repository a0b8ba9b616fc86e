/* Lua values -> JSON trees: the encoder of payoff.native.json. */
#include "lua/lua_json.h"

#include "base/utf8.h"

#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One step of the way down to a value: for messages, and to find a table inside itself. */
struct place {
    const struct place *up;
    const void *table;
    const char *key; /* NULL for an array element */
    lua_Integer index;
};

static void place_write(const struct place *place, char *text, size_t size)
{
    if (place == NULL || size == 0)
        return;
    place_write(place->up, text, size);
    size_t used = strlen(text);
    if (place->key != NULL)
        snprintf(text + used, size - used, "%s%s", used > 0 ? "." : "", place->key);
    else
        snprintf(text + used, size - used, "[%lld]", (long long)place->index);
}

__attribute__((format(printf, 3, 4))) static json_t *
encode_fail(const struct place *place, struct status *st, const char *format, ...)
{
    char reason[256], path[512] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    place_write(place, path, sizeof path);
    status_fail(st, STATUS_DATA, "cannot write JSON: %s%s%s", path, path[0] != '\0' ? ": " : "",
                reason);
    return NULL;
}

static json_t *encode_value(lua_State *L, int index, const struct place *place, int depth,
                            struct status *st);

static json_t *encode_number(lua_State *L, int index, const struct place *place, struct status *st)
{
    if (lua_isinteger(L, index))
        return json_integer(lua_tointeger(L, index));
    double number = lua_tonumber(L, index);
    if (isnan(number))
        return encode_fail(place, st, "JSON has no NaN");
    if (isinf(number))
        return encode_fail(place, st, "JSON has no infinity");
    return json_real(number);
}

static json_t *encode_string(lua_State *L, int index, const struct place *place, struct status *st)
{
    size_t length = 0;
    const char *text = lua_tolstring(L, index, &length);
    size_t valid = utf8_valid_bytes(text, length);
    if (valid < length)
        return encode_fail(place, st, "byte %zu of the string (0x%02x) is not UTF-8", valid + 1,
                           (unsigned)(unsigned char)text[valid]);
    return json_stringn_nocheck(text, length);
}

/* The value on top of the stack joins `parent` and is popped. */
static bool encode_element(lua_State *L, json_t *parent, const struct place *place, int depth,
                           struct status *st)
{
    json_t *value = encode_value(L, lua_gettop(L), place, depth + 1, st);
    lua_pop(L, 1);
    if (value == NULL)
        return false;
    int failed = place->key != NULL ? json_object_set_new_nocheck(parent, place->key, value)
                                    : json_array_append_new(parent, value);
    return failed == 0 || status_fail(st, STATUS_MEMORY, "out of memory while writing JSON");
}

static json_t *encode_array(lua_State *L, int index, lua_Integer length, const struct place *up,
                            int depth, struct status *st)
{
    struct place place = {.up = up, .table = lua_topointer(L, index)};
    json_t *array = json_array();
    for (lua_Integer i = 1; array != NULL && i <= length; i++) {
        place.index = i;
        lua_rawgeti(L, index, i);
        if (!encode_element(L, array, &place, depth, st)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static bool encode_key(lua_State *L, struct place *place, struct status *st)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        return encode_fail(place->up, st,
                           lua_type(L, -2) == LUA_TNUMBER
                               ? "numbered keys must be 1, 2, 3 … without holes or names"
                               : "a key must be a string") != NULL;
    size_t length = 0;
    place->key = lua_tolstring(L, -2, &length);
    if (strlen(place->key) != length)
        return encode_fail(place, st, "a key cannot hold a NUL byte") != NULL;
    if (utf8_valid_bytes(place->key, length) < length)
        return encode_fail(place->up, st, "a key is not UTF-8") != NULL;
    return true;
}

static json_t *encode_object(lua_State *L, int index, const struct place *up, int depth,
                             struct status *st)
{
    struct place place = {.up = up, .table = lua_topointer(L, index)};
    json_t *object = json_object();
    if (object == NULL)
        return NULL;
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        if (!encode_key(L, &place, st) || !encode_element(L, object, &place, depth, st)) {
            json_decref(object);
            return NULL; /* encode() restores the stack */
        }
    }
    return object;
}

static bool is_marked_array(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, LUA_JSON_ARRAY_CLASS);
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

static json_t *encode_table(lua_State *L, int index, const struct place *place, int depth,
                            struct status *st)
{
    const void *table = lua_topointer(L, index);
    for (const struct place *up = place; up != NULL; up = up->up) {
        if (up->table == table)
            return encode_fail(place, st, "the table contains itself");
    }
    lua_Integer length = (lua_Integer)lua_rawlen(L, index), keys = 0;
    bool marked = is_marked_array(L, index);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        keys++;
    }
    /* A border of `keys` with `keys` keys is a sequence only if they are 1 … n; rawget of a hole
     * gives nil, which encode_value refuses. */
    if (marked && keys != length)
        return encode_fail(place, st, "an array has holes or named keys");
    if (marked || (length > 0 && keys == length))
        return encode_array(L, index, length, place, depth, st);
    return encode_object(L, index, place, depth, st);
}

/* NULL with st->code still OK means out of memory. */
static json_t *encode_value(lua_State *L, int index, const struct place *place, int depth,
                            struct status *st)
{
    if (depth > LUA_JSON_DEPTH || !lua_checkstack(L, 8))
        return encode_fail(place, st, "nested deeper than %d levels", LUA_JSON_DEPTH);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        return place == NULL ? json_null() : encode_fail(place, st, "a hole in an array");
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(L, index));
    case LUA_TNUMBER:
        return encode_number(L, index, place, st);
    case LUA_TSTRING:
        return encode_string(L, index, place, st);
    case LUA_TTABLE:
        return encode_table(L, index, place, depth, st);
    default:
        if (luaL_testudata(L, index, LUA_JSON_NULL_CLASS) != NULL)
            return json_null();
        return encode_fail(place, st, "a %s cannot be written", luaL_typename(L, index));
    }
}

/* encode_* ask Lua for memory only through lua_checkstack, which reports, so nothing raises while a
 * part of the tree is only in a C variable. */
json_t *lua_json_from(lua_State *L, int index, struct status *st)
{
    int top = lua_gettop(L);
    struct status failed = STATUS_INIT;
    json_t *tree = encode_value(L, lua_absindex(L, index), NULL, 0, &failed);
    lua_settop(L, top);
    if (tree == NULL && failed.code == STATUS_OK)
        status_fail(&failed, STATUS_MEMORY, "out of memory while writing JSON");
    if (tree == NULL)
        *st = failed;
    return tree;
}
