/* payoff.native.store: the SQLite file, as rows. `payoff.store` makes the run model of it.
 *
 *   open(path [, {create, read_only, busy_ms}]) -> db | nil, message, code
 *   db:insert(noun, row) -> id                     db:update(noun, id, row) -> true
 *   db:find(noun, parent, parent id, field, text) -> id; parent or field may be nil
 *   db:rows(noun [, parent, parent id]) -> { {id = 1, …}, … }
 *   db:remove(noun, id) -> true                   and all that belongs to it
 *   db:mark_after(run id, block, order, text) -> number of samples, those taken after that process
 *   db:sample(cell id, sample, noise, more) -> id  as reports/MODEL.md; noise, and what has no column
 *                                                  of its own, are JSON text or nil
 *   db:samples(run id [, false: without counts]) -> { [cell id] = { sample, … } }
 *   db:sample_count(run id) -> number
 *   db:merge(path) -> {runs =, samples =, known =}  copies another store's runs
 *   db:begin() db:commit() db:check() -> true      db:rollback() db:close()
 *   db:path() -> as it was opened
 *
 * A noun is run, warning, event, subject, cell, verdict, finding or block; a row has its fields
 * (store/noun.c).
 * Absent is unknown; false and true are 0 and 1 in the file. */
#include "lua/lua_store.h"
#include "lua/bindings.h"
#include "lua/lua_series.h"
#include "lua/luahost.h"
#include "store/merge.h"
#include "store/noun.h"
#include "store/store.h"

#include <string.h>

struct store_box {
    struct store *store;
};

static const char *const noun_names[NOUN_COUNT + 1] = {
    "run", "warning", "event", "subject", "cell", "verdict", "finding", "block", NULL};

struct store *lua_store_check(lua_State *L)
{
    struct store_box *box = luaL_checkudata(L, 1, LUA_STORE_CLASS);
    luaL_argcheck(L, box->store != NULL, 1, "the store is closed");
    return box->store;
}

static enum noun_name check_noun(lua_State *L)
{
    return (enum noun_name)luaL_checkoption(L, 2, NULL, noun_names);
}

static bool option(lua_State *L, const char *key)
{
    lua_getfield(L, 2, key);
    bool value = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return value;
}

static int store_lua_open(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct store_options options = {.create = false};
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        options.create = option(L, "create");
        options.read_only = option(L, "read_only");
        lua_getfield(L, 2, "busy_ms");
        options.busy_ms = (int)luaL_optinteger(L, -1, 0);
    }
    struct store_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->store = NULL;
    luaL_setmetatable(L, LUA_STORE_CLASS);
    struct status st = STATUS_INIT;
    if (!store_open(path, options, &box->store, &st))
        return luahost_fail(L, &st);
    return 1;
}

static int store_gc(lua_State *L)
{
    struct store_box *box = luaL_checkudata(L, 1, LUA_STORE_CLASS);
    store_close(box->store);
    box->store = NULL;
    return 0;
}

/* The value on top of the stack; text stays in the table that it came from. */
static struct noun_value check_value(lua_State *L, const struct noun_field *field)
{
    struct noun_value value = {.kind = NOUN_ABSENT};
    int type = lua_type(L, -1);
    if (type == LUA_TNIL)
        return value;
    if (type == LUA_TBOOLEAN && field->type == NOUN_INTEGER) {
        value.kind = NOUN_IS_INTEGER;
        value.integer = lua_toboolean(L, -1);
    } else if (type == LUA_TNUMBER && field->type != NOUN_TEXT) {
        int whole = 0;
        value.integer = lua_tointegerx(L, -1, &whole);
        value.real = lua_tonumber(L, -1);
        bool real =
            field->type == NOUN_REAL || (field->type == NOUN_NUMBER && !lua_isinteger(L, -1));
        if (field->type == NOUN_INTEGER && whole == 0)
            luaL_error(L, "%s is no integer", field->name);
        value.kind = real ? NOUN_IS_REAL : NOUN_IS_INTEGER;
    } else if (type == LUA_TSTRING && (field->type == NOUN_TEXT || field->type == NOUN_NUMBER)) {
        value.kind = NOUN_IS_TEXT;
        value.text = lua_tolstring(L, -1, &value.size);
    } else {
        luaL_error(L, "%s cannot be a %s", field->name, lua_typename(L, type));
    }
    return value;
}

static void check_row(lua_State *L, int index, enum noun_name name, struct noun_value *values)
{
    const struct noun *noun = noun_get(name);
    luaL_checktype(L, index, LUA_TTABLE);
    for (size_t i = 0; i < noun->field_count; i++) {
        lua_getfield(L, index, noun->fields[i].name);
        values[i] = check_value(L, &noun->fields[i]);
        lua_pop(L, 1);
    }
}

static int store_insert(lua_State *L)
{
    struct store *store = lua_store_check(L);
    enum noun_name name = check_noun(L);
    struct noun_value values[NOUN_FIELDS_MAX];
    check_row(L, 3, name, values);
    struct status st = STATUS_INIT;
    int64_t id = 0;
    if (!noun_insert(store, name, values, &id, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, id);
    return 1;
}

static int result(lua_State *L, bool ok, const struct status *st)
{
    if (!ok)
        return luahost_fail(L, st);
    lua_pushboolean(L, 1);
    return 1;
}

static int store_update(lua_State *L)
{
    struct store *store = lua_store_check(L);
    enum noun_name name = check_noun(L);
    int64_t id = luaL_checkinteger(L, 3);
    struct noun_value values[NOUN_FIELDS_MAX];
    check_row(L, 4, name, values);
    struct status st = STATUS_INIT;
    return result(L, noun_update(store, name, id, values, &st), &st);
}

static int store_find(lua_State *L)
{
    struct store *store = lua_store_check(L);
    enum noun_name name = check_noun(L);
    const char *parent = luaL_optstring(L, 3, NULL);
    int64_t parent_id = luaL_optinteger(L, 4, 0);
    const char *field = luaL_optstring(L, 5, NULL);
    const char *text = luaL_optstring(L, 6, NULL);
    struct status st = STATUS_INIT;
    int64_t id = 0;
    if (!noun_find(store, name, parent, parent_id, field, text, &id, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, id);
    return 1;
}

struct row_reader {
    lua_State *L;
    const struct noun *noun;
    lua_Integer count;
};

/* The list is on top of the stack. Should Lua run out of memory here, the statement stays open
 * until the store is closed, which finalizes it. */
static bool push_row(void *context, int64_t id, const struct noun_value *values, struct status *st)
{
    struct row_reader *reader = context;
    lua_State *L = reader->L;
    (void)st;
    lua_createtable(L, 0, (int)reader->noun->field_count + 1);
    lua_pushinteger(L, id);
    lua_setfield(L, -2, "id");
    for (size_t i = 0; i < reader->noun->field_count; i++) {
        if (values[i].kind == NOUN_IS_INTEGER)
            lua_pushinteger(L, values[i].integer);
        else if (values[i].kind == NOUN_IS_REAL)
            lua_pushnumber(L, values[i].real);
        else if (values[i].kind == NOUN_IS_TEXT)
            lua_pushlstring(L, values[i].text, values[i].size);
        else
            continue;
        lua_setfield(L, -2, reader->noun->fields[i].name);
    }
    lua_rawseti(L, -2, ++reader->count);
    return true;
}

static int store_rows(lua_State *L)
{
    struct store *store = lua_store_check(L);
    enum noun_name name = check_noun(L);
    const char *parent = luaL_optstring(L, 3, NULL);
    int64_t parent_id = luaL_optinteger(L, 4, 0);
    struct row_reader reader = {.L = L, .noun = noun_get(name)};
    struct status st = STATUS_INIT;
    lua_newtable(L);
    if (!noun_each(store, name, parent, parent_id, push_row, &reader, &st))
        return luahost_fail(L, &st);
    return 1;
}

static int store_remove(lua_State *L)
{
    struct store *store = lua_store_check(L);
    enum noun_name name = check_noun(L);
    struct status st = STATUS_INIT;
    return result(L, noun_remove(store, name, luaL_checkinteger(L, 3), &st), &st);
}

static int store_merge(lua_State *L)
{
    struct store *store = lua_store_check(L);
    struct merge_counts counts;
    struct status st = STATUS_INIT;
    if (!merge_store(store, luaL_checkstring(L, 2), &counts, &st))
        return luahost_fail(L, &st);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, counts.completed);
    lua_setfield(L, -2, "completed");
    lua_pushinteger(L, counts.runs);
    lua_setfield(L, -2, "runs");
    lua_pushinteger(L, counts.samples);
    lua_setfield(L, -2, "samples");
    lua_pushinteger(L, counts.known);
    lua_setfield(L, -2, "known");
    return 1;
}

static int store_lua_begin(lua_State *L)
{
    struct status st = STATUS_INIT;
    return result(L, store_begin(lua_store_check(L), &st), &st);
}

static int store_lua_commit(lua_State *L)
{
    struct status st = STATUS_INIT;
    return result(L, store_commit(lua_store_check(L), &st), &st);
}

static int store_lua_rollback(lua_State *L)
{
    store_rollback(lua_store_check(L));
    return 0;
}

static int store_lua_check(lua_State *L)
{
    struct status st = STATUS_INIT;
    return result(L, store_check(lua_store_check(L), &st), &st);
}

static int store_lua_path(lua_State *L)
{
    lua_pushstring(L, store_path(lua_store_check(L)));
    return 1;
}

int luaopen_payoff_store(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"insert", store_insert},
        {"update", store_update},
        {"find", store_find},
        {"rows", store_rows},
        {"remove", store_remove},
        {"sample", lua_store_sample},
        {"samples", lua_store_samples},
        {"sample_count", lua_store_sample_count},
        {"mark_after", lua_store_mark_after},
        {"sheet", lua_store_sheet},
        {"series", lua_store_series},
        {"merge", store_merge},
        {"begin", store_lua_begin},
        {"commit", store_lua_commit},
        {"rollback", store_lua_rollback},
        {"check", store_lua_check},
        {"path", store_lua_path},
        {"close", store_gc},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"open", store_lua_open}, {NULL, NULL}};
    luahost_class(L, LUA_STORE_CLASS, methods, store_gc);
    lua_series_class(L);
    luaL_newlib(L, functions);
    lua_pushinteger(L, LUA_STORE_SERIES_EVENTS);
    lua_setfield(L, -2, "series_events");
    return 1;
}
