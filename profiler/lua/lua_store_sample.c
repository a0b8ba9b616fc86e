/* The samples of payoff.native.store: see lua_store.c. */
#include "base/counts.h"
#include "lua/lua_store.h"
#include "lua/luahost.h"
#include "store/sample.h"

#include <string.h>

/* The integer field of the table on top of the stack; `absent` where it is nil. */
static int64_t field_integer(lua_State *L, const char *key, int64_t absent)
{
    int whole = 0;
    int64_t value = absent;
    if (lua_getfield(L, -1, key) != LUA_TNIL) {
        value = lua_tointegerx(L, -1, &whole);
        if (whole == 0 || value < 0)
            luaL_error(L, "a sample's %s is not a count of anything", key);
    }
    lua_pop(L, 1);
    return value;
}

/* Borrowed from the table. */
static const char *field_text(lua_State *L, const char *key)
{
    int type = lua_getfield(L, -1, key);
    if (type != LUA_TNIL && type != LUA_TSTRING)
        luaL_error(L, "a sample's %s is not text", key);
    const char *text = lua_tostring(L, -1);
    lua_pop(L, 1);
    return text;
}

static enum counts_state check_state(lua_State *L, const char *name)
{
    static const enum counts_state states[] = {COUNTS_EXACT, COUNTS_SCALED, COUNTS_NOT_COUNTED,
                                               COUNTS_UNSUPPORTED};
    for (size_t i = 0; name != NULL && i < sizeof states / sizeof *states; i++) {
        if (strcmp(counts_state_name(states[i]), name) == 0)
            return states[i];
    }
    luaL_error(L, "'%s' is no state of a count", name != NULL ? name : "nil");
    return COUNTS_UNSUPPORTED;
}

static enum counts_source check_source(lua_State *L, const char *name)
{
    static const enum counts_source sources[] = {COUNTS_HARDWARE, COUNTS_SOFTWARE,
                                                 COUNTS_SIMULATED};
    for (size_t i = 0; name != NULL && i < sizeof sources / sizeof *sources; i++) {
        if (strcmp(counts_source_name(sources[i]), name) == 0)
            return sources[i];
    }
    luaL_error(L, "'%s' is no source of a count", name != NULL ? name : "nil");
    return COUNTS_SOFTWARE;
}

/* The list of counts on top of the stack -> an array in a userdata, which takes its place. */
static const struct counts *check_counts(lua_State *L, size_t *count)
{
    *count = 0;
    if (lua_isnil(L, -1))
        return NULL;
    luaL_checktype(L, -1, LUA_TTABLE);
    *count = lua_rawlen(L, -1);
    struct counts *counts = lua_newuserdatauv(L, (*count + 1) * sizeof *counts, 0);
    lua_insert(L, -2);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        counts[i] = (struct counts){
            .count = (uint64_t)field_integer(L, "count", 0),
            .enabled_ns = (uint64_t)field_integer(L, "enabled_ns", 0),
            .running_ns = (uint64_t)field_integer(L, "running_ns", 0),
            .state = check_state(L, field_text(L, "state")),
            .source = check_source(L, field_text(L, "source")),
            .reason = field_text(L, "reason"),
        };
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return counts;
}

int lua_store_sample(lua_State *L)
{
    struct store *store = lua_store_check(L);
    int64_t cell = luaL_checkinteger(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 5);
    lua_pushvalue(L, 3); /* on top, where its fields are taken from */
    struct sample_row sample = {
        .cell = cell,
        .block = field_integer(L, "block", SAMPLE_UNKNOWN),
        .block_order = field_integer(L, "order", SAMPLE_UNKNOWN),
        .process = field_integer(L, "process", SAMPLE_UNKNOWN),
        .process_index = field_integer(L, "index", SAMPLE_UNKNOWN),
        .loops = field_integer(L, "loops", SAMPLE_UNKNOWN),
        .wall_ns = field_integer(L, "wall_ns", SAMPLE_UNKNOWN),
        .cpu_ns = field_integer(L, "cpu_ns", SAMPLE_UNKNOWN),
        .marked = field_text(L, "marked"),
        .noise = luaL_optstring(L, 4, NULL),
        .more = luaL_optstring(L, 5, NULL),
    };
    lua_getfield(L, 3, "counts");
    sample.counts = check_counts(L, &sample.count_count);
    struct status st = STATUS_INIT;
    int64_t id = 0;
    if (!sample_insert(store, &sample, &id, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, id);
    return 1;
}

static void set_known(lua_State *L, const char *key, int64_t value)
{
    if (value == SAMPLE_UNKNOWN)
        return;
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

static void set_text(lua_State *L, const char *key, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

void lua_store_push_count(lua_State *L, const struct counts *counts)
{
    double estimate = 0;
    lua_createtable(L, 0, 7);
    if (counts_estimate(*counts, &estimate)) {
        lua_pushnumber(L, estimate);
        lua_setfield(L, -2, "estimate");
        set_known(L, "count", (int64_t)counts->count);
    }
    set_known(L, "enabled_ns", (int64_t)counts->enabled_ns);
    set_known(L, "running_ns", (int64_t)counts->running_ns);
    set_text(L, "state", counts_state_name(counts->state));
    set_text(L, "source", counts_source_name(counts->source));
    set_text(L, "reason", counts->reason);
}

bool lua_store_push_sample(void *context, int64_t id, const struct sample_row *sample,
                           struct status *st)
{
    lua_State *L = context;
    (void)st;
    if (lua_rawgeti(L, -1, sample->cell) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, sample->cell);
    }
    lua_createtable(L, 0, 12);
    set_known(L, "id", id);
    set_known(L, "block", sample->block);
    set_known(L, "order", sample->block_order);
    set_known(L, "process", sample->process);
    set_known(L, "index", sample->process_index);
    set_known(L, "loops", sample->loops);
    set_known(L, "wall_ns", sample->wall_ns);
    set_known(L, "cpu_ns", sample->cpu_ns);
    set_text(L, "marked", sample->marked);
    set_text(L, "noise", sample->noise);
    set_text(L, "more", sample->more);
    lua_createtable(L, (int)sample->count_count, 0);
    for (size_t i = 0; i < sample->count_count; i++) {
        lua_store_push_count(L, &sample->counts[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "counts");
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
    return true;
}

int lua_store_samples(lua_State *L)
{
    struct store *store = lua_store_check(L);
    int64_t run = luaL_checkinteger(L, 2);
    static const char *const names[] = {"all", "times", "phased", NULL};
    static bool (*const each[])(struct store *, int64_t, sample_visit *, void *,
                                struct status *) = {sample_each, sample_each_time,
                                                    sample_each_phased};
    int which = luaL_checkoption(L, 3, "all", names);
    struct status st = STATUS_INIT;
    lua_newtable(L);
    if (!each[which](store, run, lua_store_push_sample, L, &st))
        return luahost_fail(L, &st);
    return 1;
}

int lua_store_sample_count(lua_State *L)
{
    struct store *store = lua_store_check(L);
    int64_t count = 0;
    struct status st = STATUS_INIT;
    if (!sample_count(store, luaL_checkinteger(L, 2), &count, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, count);
    return 1;
}

int lua_store_mark_after(lua_State *L)
{
    struct store *store = lua_store_check(L);
    int64_t count = 0;
    struct status st = STATUS_INIT;
    if (!sample_mark_after(store, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3),
                           luaL_checkinteger(L, 4), luaL_checkstring(L, 5), &count, &st))
        return luahost_fail(L, &st);
    lua_pushinteger(L, count);
    return 1;
}
