/* payoff.native.json: JSON through jansson.
 *
 *   encode(value [, {indent = 2, sort = true}]) -> text | nil, message, code
 *   decode(text)                                -> value | nil, message, code
 *   array(t) -> t, marked: encodes as [] even when it is empty. Decoded arrays are marked.
 *   null     what null decodes to, and what encodes as null (nil cannot stand in a table)
 *
 * An unmarked table is an array when its keys are 1 … n (n ≥ 1), else an object. Integers stay
 * integers; floats print with as few digits as read back to the same bits. NaN, infinities,
 * invalid UTF-8, cycles, holes and keys that are no strings are errors that name the place, as
 * "cells[3].time.low: …". Keys are sorted unless sort = false, so equal values are equal text. */
#include "lua/lua_json.h"

#include "lua/bindings.h"
#include "lua/luahost.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_INDENT_MAX = 16 };

static const char box_class[] = "payoff.json.box";

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

/* Rewrites the number at `from` with as few digits as read back to the same bits, if that is shorter,
 * to `to` (which lies at or before it); returns its new length. */
static size_t shorten_number(const char *from, size_t length, char *to)
{
    char text[32];
    double number = strtod(from, NULL);
    for (int digits = 15; digits <= 16; digits++) {
        int used = snprintf(text, sizeof text, "%.*g", digits, number);
        if (used <= 0 || (size_t)used >= length || strtod(text, NULL) != number)
            continue;
        bool whole = strpbrk(text, ".e") == NULL; /* 3.0 must stay a float */
        if (whole && (size_t)used + 2 > length)
            continue;
        memcpy(to, text, (size_t)used);
        memcpy(to + used, ".0", whole ? 2 : 0);
        return (size_t)used + (whole ? 2 : 0);
    }
    memmove(to, from, length);
    return length;
}

/* jansson before 2.15 writes 17 digits of every float, and 0.95 as 0.94999999999999996. Outside of
 * strings, what holds a point or an exponent is a float. */
static size_t shorten_floats(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        size_t length = 1, digits = strspn(from, "+-.0123456789eE");
        if (*from == '"') {
            while (from[length] != '"')
                length += from[length] == '\\' ? 2 : 1;
            length++;
        } else if (digits > 0 && (*from == '-' || (*from >= '0' && *from <= '9'))) {
            length = digits;
            if (strcspn(from, ".eE") < digits) {
                to += shorten_number(from, length, to);
                from += length;
                continue;
            }
        }
        memmove(to, from, length);
        to += length;
        from += length;
    }
    *to = '\0';
    return (size_t)(to - text);
}

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
    box->tree = lua_json_from(L, 1, &st);
    if (box->tree == NULL)
        return luahost_fail(L, &st);
    box->text = json_dumps(box->tree, flags);
    if (box->text == NULL) {
        box_empty(box);
        status_fail(&st, STATUS_MEMORY, "out of memory while writing JSON");
        return luahost_fail(L, &st);
    }
    lua_pushlstring(L, box->text, shorten_floats(box->text));
    box_empty(box);
    return 1;
}

static int decode(lua_State *L)
{
    size_t length = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    struct box *box = box_new(L);
    struct status st = STATUS_INIT;
    json_error_t error;
    errno = 0;
    box->tree =
        json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    if (box->tree == NULL) {
        /* jansson calls some of these a mistake of the text. */
        if (errno == ENOMEM)
            status_fail(&st, STATUS_MEMORY, "out of memory while reading JSON");
        else
            status_fail(&st, STATUS_DATA, "not JSON: line %d, column %d: %s", error.line,
                        error.column, error.text);
        return luahost_fail(L, &st);
    }
    if (!lua_json_push(L, box->tree, &st))
        return luahost_fail(L, &st);
    box_empty(box);
    return 1;
}

static int array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, LUA_JSON_ARRAY_CLASS);
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
    luaL_newmetatable(L, LUA_JSON_ARRAY_CLASS);
    luaL_newmetatable(L, LUA_JSON_NULL_CLASS);
    lua_pushcfunction(L, null_text);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 2);
    luaL_newlib(L, functions);
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, LUA_JSON_NULL_CLASS);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_JSON_NULL_VALUE);
    lua_setfield(L, -2, "null");
    return 1;
}
