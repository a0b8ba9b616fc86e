/* payoff.native.value: results of subjects: the list that `worker:results()` returns.
 *
 *   decode(json_text)  -> value | nil, message, code    (a JSON list of encoded results)
 *   encode(value)      -> json_text
 *   #value             -> number of results
 *   text(value [, index [, width]]) -> the result of task `index` (from 1) as Python writes it;
 *       without an index the whole list; cut with … at `width` characters (60)
 *   compare(expected, got [, {ulp = 0, relative = 0, absolute = 0}]) -> {
 *       outcome = "identical" | "within" | "different", tasks = n, different = n, within = n,
 *       ulp = largest distance, relative = largest relative error,
 *                                                    -- nil where no float was compared
 *       -- where the worst outcome was first met; nil when all is identical:
 *       task = zero-based, path = "[3]['x']", expected = "1.0", got = "1.5",
 *       reason = "differs by …" }
 *
 * The outcomes are explained in workers/value_compare.h. */
#include "lua/lua_value.h"

#include "lua/bindings.h"
#include "lua/luahost.h"
#include "workers/value_compare.h"
#include "workers/value_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char value_class[] = "payoff.value";

struct value_box {
    json_t *list;
};

enum { DEFAULT_WIDTH = 60, MOST_WIDTH = 1 << 20 };

static int value_collect(lua_State *L)
{
    struct value_box *box = luaL_checkudata(L, 1, value_class);
    json_decref(box->list);
    box->list = NULL;
    return 0;
}

json_t **lua_value_new(lua_State *L)
{
    struct value_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->list = NULL;
    luaL_setmetatable(L, value_class);
    return &box->list;
}

static const json_t *check_value(lua_State *L, int index)
{
    const struct value_box *box = luaL_checkudata(L, index, value_class);
    luaL_argcheck(L, box->list != NULL, index, "the value is closed");
    return box->list;
}

static int value_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    struct status st = STATUS_INIT;
    json_error_t error;
    json_t **list = lua_value_new(L);
    errno = 0;
    *list = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (*list == NULL) {
        status_fail(&st, errno == ENOMEM ? STATUS_MEMORY : STATUS_DATA, "not JSON: %s", error.text);
        return luahost_fail(L, &st);
    }
    if (!value_check_list(*list, &st))
        return luahost_fail(L, &st);
    return 1;
}

static int write_chunk(const char *text, size_t length, void *context)
{
    luaL_addlstring(context, text, length);
    return 0;
}

static int value_encode(lua_State *L)
{
    const json_t *list = check_value(L, 1);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    /* Cannot fail: a checked tree is valid UTF-8, and a lack of memory is Lua's error. */
    json_dump_callback(list, write_chunk, &buffer, JSON_COMPACT);
    luaL_pushresult(&buffer);
    return 1;
}

static int value_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)json_array_size(check_value(L, 1)));
    return 1;
}

/* The whole list is shown as a Python list. */
static json_t *as_list(const json_t *list)
{
    json_t *value = json_pack("[s]", "l");
    if (value != NULL && json_array_extend(value, (json_t *)list) != 0) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

static int value_show(lua_State *L)
{
    const json_t *list = check_value(L, 1), *value = NULL;
    lua_Integer index = luaL_optinteger(L, 2, 0), width = luaL_optinteger(L, 3, DEFAULT_WIDTH);
    luaL_argcheck(L, width >= 1 && width <= MOST_WIDTH, 3, "a width of 1 … 1048576 characters");
    if (!lua_isnoneornil(L, 2)) {
        value = index >= 1 ? json_array_get(list, (size_t)index - 1) : NULL;
        luaL_argcheck(L, value != NULL, 2, "there is no such result");
    }
    luaL_Buffer buffer;
    char *text = luaL_buffinitsize(L, &buffer, VALUE_TEXT_SIZE(width));
    json_t *whole = value == NULL ? as_list(list) : NULL;
    size_t length = 0;
    if (value != NULL || whole != NULL)
        length = value_text(value != NULL ? value : whole, (size_t)width, text);
    json_decref(whole);
    luaL_pushresultsize(&buffer, length);
    return 1;
}

static double get_tolerance(lua_State *L, const char *name)
{
    double number = 0;
    if (lua_getfield(L, 3, name) != LUA_TNIL)
        number = luaL_checknumber(L, -1);
    if (!(number >= 0))
        luaL_error(L, "compare: %s must be 0 or more", name);
    lua_pop(L, 1);
    return number;
}

static struct value_tolerance check_tolerance(lua_State *L)
{
    struct value_tolerance tolerance = {0};
    if (lua_isnoneornil(L, 3))
        return tolerance;
    luaL_checktype(L, 3, LUA_TTABLE);
    double ulp = get_tolerance(L, "ulp");
    tolerance.ulp = ulp < 0x1p64 ? (uint64_t)ulp : UINT64_MAX;
    tolerance.relative = get_tolerance(L, "relative");
    tolerance.absolute = get_tolerance(L, "absolute");
    return tolerance;
}

static void set_count(lua_State *L, const char *name, uint64_t number)
{
    if (number <= LUA_MAXINTEGER)
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushnumber(L, (lua_Number)number);
    lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static int value_compare_two(lua_State *L)
{
    const json_t *expected = check_value(L, 1), *got = check_value(L, 2);
    struct value_tolerance tolerance = check_tolerance(L);
    struct value_comparison comparison;
    struct status st = STATUS_INIT;
    if (!value_compare(expected, got, tolerance, &comparison, &st))
        return luahost_fail(L, &st);
    lua_createtable(L, 0, 12);
    set_text(L, "outcome", value_outcome_name(comparison.outcome));
    set_count(L, "tasks", comparison.tasks);
    set_count(L, "different", comparison.different);
    set_count(L, "within", comparison.within);
    if (comparison.has_float) {
        set_count(L, "ulp", comparison.ulp);
        lua_pushnumber(L, comparison.relative);
        lua_setfield(L, -2, "relative");
    }
    if (comparison.outcome != VALUE_IDENTICAL) {
        set_count(L, "task", comparison.task);
        set_text(L, "path", comparison.path);
        set_text(L, "expected", comparison.expected);
        set_text(L, "got", comparison.got);
        set_text(L, "reason", comparison.reason);
    }
    return 1;
}

void lua_value_class(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"text", value_show}, {"encode", value_encode}, {NULL, NULL}};
    luahost_class(L, value_class, methods, value_collect);
    luaL_getmetatable(L, value_class);
    lua_pushcfunction(L, value_count);
    lua_setfield(L, -2, "__len");
    lua_pop(L, 1);
}

int luaopen_payoff_value(lua_State *L)
{
    static const luaL_Reg functions[] = {{"decode", value_decode},
                                         {"encode", value_encode},
                                         {"text", value_show},
                                         {"compare", value_compare_two},
                                         {NULL, NULL}};
    lua_value_class(L);
    luaL_newlib(L, functions);
    return 1;
}
