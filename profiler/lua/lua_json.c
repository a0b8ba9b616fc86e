/* payoff.native.json: JSON through jansson.
 *
 *   encode(value [, {indent = 2, sort = true}]) -> text | nil, message, code
 *   decode(text)                                -> value | nil, message, code
 *   array(t) -> t, marked: encodes as [] even when it is empty. Decoded arrays are marked.
 *   null     what null decodes to, and what encodes as null (nil cannot stand in a table)
 *
 * An unmarked table is an array when its keys are 1 … n (n ≥ 1), else an object. Integers stay
 * integers; floats print with enough digits (17) to read back to the same bits. NaN, infinities,
 * invalid UTF-8, cycles, holes and keys that are no strings are errors that name the place, as
 * "cells[3].time.low: …". Keys are sorted unless sort = false, so equal values are equal text. */
#include "base/utf8.h"
#include "lua/bindings.h"
#include "lua/luahost.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH = 200, JSON_INDENT_MAX = 16 };

static const char array_class[] = "payoff.json.array";
static const char null_class[] = "payoff.json.null";
static const char box_class[] = "payoff.json.box";

/* One step of the way down to a value: for messages, and to find a table inside itself. */
struct place {
    const struct place *up;
    const void *table;
    const char *key; /* NULL for an array element */
    lua_Integer index;
};

/* What jansson allocated: collected should Lua raise (out of memory) while it is in use. */
struct box {
    json_t *tree;
    char *text;
};

static void box_empty(struct box *box)
{
    json_decref(box->tree);
    free(box->text);
    *box = (struct box){NULL, NULL};
}

static int box_collect(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, box_class);
    box_empty(box);
    return 0;
}

static struct box *box_new(lua_State *L)
{
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct box){NULL, NULL};
    luaL_setmetatable(L, box_class);
    return box;
}

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
    luaL_getmetatable(L, array_class);
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
    if (depth > JSON_DEPTH || !lua_checkstack(L, 8))
        return encode_fail(place, st, "nested deeper than %d levels", JSON_DEPTH);
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
        if (luaL_testudata(L, index, null_class) != NULL)
            return json_null();
        return encode_fail(place, st, "a %s cannot be written", luaL_typename(L, index));
    }
}

/* encode_* ask Lua for memory only through lua_checkstack, which reports, so nothing raises while a
 * part of the tree is only in a C variable. */
static int encode(lua_State *L)
{
    luaL_checkany(L, 1);
    size_t flags = JSON_ENCODE_ANY | JSON_SORT_KEYS;
    lua_Integer indent = 0;
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        lua_getfield(L, 2, "indent");
        indent = luaL_optinteger(L, -1, 0);
        luaL_argcheck(L, indent >= 0 && indent <= JSON_INDENT_MAX, 2, "indent must be 0 … 16");
        if (lua_getfield(L, 2, "sort") == LUA_TBOOLEAN && !lua_toboolean(L, -1))
            flags &= ~(size_t)JSON_SORT_KEYS;
    }
    flags |= indent > 0 ? JSON_INDENT((size_t)indent) : (size_t)JSON_COMPACT;

    struct status st = STATUS_INIT;
    lua_settop(L, 1);
    struct box *box = box_new(L);
    box->tree = encode_value(L, 1, NULL, 0, &st);
    if (box->tree != NULL)
        box->text = json_dumps(box->tree, flags);
    if (box->text == NULL) {
        box_empty(box);
        if (st.code == STATUS_OK)
            status_fail(&st, STATUS_MEMORY, "out of memory while writing JSON");
        return luahost_fail(L, &st);
    }
    lua_pushstring(L, box->text);
    box_empty(box);
    return 1;
}

static bool push_value(lua_State *L, const json_t *value, int depth);

static bool push_array(lua_State *L, const json_t *array, int depth)
{
    size_t count = json_array_size(array);
    lua_createtable(L, count < 1 << 20 ? (int)count : 1 << 20, 0);
    luaL_setmetatable(L, array_class);
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
    if (depth > JSON_DEPTH || !lua_checkstack(L, 8))
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
        lua_getfield(L, LUA_REGISTRYINDEX, "payoff.json.null.value");
        return true;
    }
    return false;
}

static int decode(lua_State *L)
{
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    struct box *box = box_new(L);
    struct status st = STATUS_INIT;
    json_error_t error;
    box->tree =
        json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    if (box->tree == NULL) {
        status_fail(&st, STATUS_DATA, "not JSON: line %d, column %d: %s", error.line, error.column,
                    error.text);
        return luahost_fail(L, &st);
    }
    if (!push_value(L, box->tree, 0)) {
        status_fail(&st, STATUS_DATA, "JSON is nested deeper than %d levels", JSON_DEPTH);
        return luahost_fail(L, &st);
    }
    box_empty(box);
    return 1;
}

static int array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, array_class);
    return 1;
}

static int null_text(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

int luaopen_payoff_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"encode", encode}, {"decode", decode}, {"array", array}, {NULL, NULL}};
    static const luaL_Reg none[] = {{NULL, NULL}};
    luahost_class(L, box_class, none, box_collect);
    luaL_newmetatable(L, array_class);
    luaL_newmetatable(L, null_class);
    lua_pushcfunction(L, null_text);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 2);
    luaL_newlib(L, functions);
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, null_class);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, "payoff.json.null.value");
    lua_setfield(L, -2, "null");
    return 1;
}
