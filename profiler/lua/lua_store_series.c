/* store:series(run, events, elsewhere) of payoff.native.store: a run's samples as columns, with what
 * little else of a million samples reports show; see lua_store.c.
 *
 *   { [cell] = { series =, phased = {sample, …}, more = "the last sample's", start_ns = {…},
 *                load_ns = {…}, steal_ns =, switches =, any = {reading, …}, worst = {…} }, … }
 *
 * `any`, `worst`: by event, the first sample's reading and the first that is not exact, but for
 * those whose reason is `elsewhere`. */
#include "base/json_scan.h"
#include "lua/lua_series.h"
#include "lua/lua_store.h"
#include "lua/luahost.h"
#include "store/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAITED "waited for a CPU" /* how lua/payoff/run/noise.lua begins that mark */

enum { EVENTS_MAX = LUA_STORE_SERIES_EVENTS, RESULT = 5 /* place on the stack */ };

struct cell {
    int64_t id;
    struct series *series; /* of the result's table */
    double steal_ns, switches;
    bool steal_known, switches_known;
    bool any[EVENTS_MAX], worst[EVENTS_MAX];
    char *more;
    size_t more_room;
};

struct loader {
    lua_State *L;
    size_t events;
    const char *elsewhere;
    struct cell *cells;
    size_t count, last;
};

static void set_list(lua_State *L, const char *key)
{
    lua_newtable(L);
    lua_setfield(L, -2, key);
}

/* The cell of a sample; at its first, its table is made too. */
static struct cell *find_cell(struct loader *loader, int64_t id, struct status *st)
{
    lua_State *L = loader->L;
    for (size_t i = 0; i < loader->count; i++) {
        size_t at = (loader->last + i) % loader->count;
        if (loader->cells[at].id == id) {
            loader->last = at;
            return &loader->cells[at];
        }
    }
    struct cell *larger = realloc(loader->cells, (loader->count + 1) * sizeof *larger);
    if (larger == NULL) {
        status_fail(st, STATUS_MEMORY, "out of memory for the cells of a run");
        return NULL;
    }
    loader->cells = larger;
    loader->last = loader->count++;
    struct cell *cell = &larger[loader->last];
    *cell = (struct cell){.id = id};
    lua_newtable(L);
    cell->series = lua_series_new(L, loader->events);
    lua_setfield(L, -2, "series");
    set_list(L, "any");
    set_list(L, "worst");
    set_list(L, "start_ns");
    set_list(L, "load_ns");
    lua_rawseti(L, RESULT, id);
    return cell;
}

/* Appends the number on top of the stack to a list of the cell's table. */
static void append(struct loader *loader, const struct cell *cell, const char *list)
{
    lua_State *L = loader->L;
    lua_rawgeti(L, RESULT, cell->id);
    lua_getfield(L, -1, list);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 3);
}

static void push_number(lua_State *L, struct json_text text)
{
    int64_t integer = 0;
    double real = NAN;
    if (json_text_integer(text, &integer))
        lua_pushinteger(L, integer);
    else if (json_text_number(text, &real))
        lua_pushnumber(L, real);
    else
        lua_pushnil(L);
}

/* Number of the reason in the list that the cell's series has: from 1. */
static int32_t mark_number(struct loader *loader, const struct cell *cell, const char *text)
{
    lua_State *L = loader->L;
    lua_rawgeti(L, RESULT, cell->id);
    lua_getfield(L, -1, "series");
    lua_getiuservalue(L, -1, 1);
    if (lua_getfield(L, -1, text) == LUA_TNIL) {
        lua_Integer number = (lua_Integer)lua_rawlen(L, -2) + 1;
        lua_pushstring(L, text);
        lua_rawseti(L, -3, number);
        lua_pushinteger(L, number);
        lua_setfield(L, -3, text);
        lua_pop(L, 4);
        return (int32_t)number;
    }
    int32_t number = (int32_t)lua_tointeger(L, -1);
    lua_pop(L, 4);
    return number;
}

static bool take_more(struct loader *loader, struct cell *cell, const char *text,
                      struct series_sample *sample, struct status *st)
{
    struct json_text key, value;
    if (text == NULL) {
        free(cell->more);
        cell->more = NULL;
        cell->more_room = 0;
        return true;
    }
    size_t size = strlen(text) + 1;
    struct json_scan scan = json_scan_open((struct json_text){text, size - 1});
    while (json_scan_member(&scan, &key, &value)) {
        bool start = json_text_is(key, "start_ns");
        if (json_text_is(key, "first"))
            sample->first = json_text_is(value, "true");
        if (!start && !json_text_is(key, "load_ns"))
            continue;
        push_number(loader->L, value);
        append(loader, cell, start ? "start_ns" : "load_ns");
    }
    if (scan.damaged)
        return status_fail(st, STATUS_DATA, "the notes of a sample are no JSON");
    if (size > cell->more_room) {
        char *larger = realloc(cell->more, size * 2);
        if (larger == NULL)
            return status_fail(st, STATUS_MEMORY, "out of memory for the notes of a sample");
        cell->more = larger;
        cell->more_room = size * 2;
    }
    memcpy(cell->more, text, size);
    return true;
}

static bool take_noise(struct cell *cell, const char *text, struct series_sample *sample,
                       struct status *st)
{
    struct json_text key, value;
    double number = 0;
    int64_t integer = 0;
    if (text == NULL)
        return true;
    struct json_scan scan = json_scan_open((struct json_text){text, strlen(text)});
    while (json_scan_member(&scan, &key, &value)) {
        if (json_text_is(key, "steal_ns") && json_text_number(value, &number)) {
            cell->steal_ns += number;
            cell->steal_known = true;
        } else if (json_text_is(key, "switches") && json_text_number(value, &number)) {
            cell->switches += number;
            cell->switches_known = true;
        } else if (json_text_is(key, "waited_ns") && json_text_integer(value, &integer)) {
            sample->waited_ns = integer;
        }
    }
    return !scan.damaged || status_fail(st, STATUS_DATA, "the noise of a sample is no JSON");
}

static void keep_reading(struct loader *loader, const struct cell *cell, const char *list, size_t k,
                         const struct counts *counts)
{
    lua_State *L = loader->L;
    lua_rawgeti(L, RESULT, cell->id);
    lua_getfield(L, -1, list);
    lua_store_push_count(L, counts);
    lua_rawseti(L, -2, (lua_Integer)k + 1);
    lua_pop(L, 2);
}

static void take_readings(struct loader *loader, struct cell *cell, const struct sample_row *row,
                          double *estimates)
{
    for (size_t k = 0; k < loader->events; k++) {
        estimates[k] = NAN;
        if (k >= row->count_count)
            continue;
        const struct counts *counts = &row->counts[k];
        counts_estimate(*counts, &estimates[k]);
        if (!cell->any[k] && cell->series->count == 0) {
            cell->any[k] = true;
            keep_reading(loader, cell, "any", k, counts);
        }
        if (!cell->worst[k] && counts->state != COUNTS_EXACT &&
            (counts->reason == NULL || strcmp(counts->reason, loader->elsewhere) != 0)) {
            cell->worst[k] = true;
            keep_reading(loader, cell, "worst", k, counts);
        }
    }
}

/* The few on the way to the steady state are kept whole. */
static bool take_phased(struct loader *loader, int64_t id, const struct sample_row *row,
                        struct status *st)
{
    lua_State *L = loader->L;
    lua_getfield(L, RESULT, "phased");
    bool ok = lua_store_push_sample(L, id, row, st);
    lua_pop(L, 1);
    return ok;
}

static bool visit(void *context, int64_t id, const struct sample_row *row, struct status *st)
{
    struct loader *loader = context;
    struct series_sample sample = {.block = row->block,
                                   .order = row->block_order,
                                   .process = row->process < 0 ? 1 : row->process,
                                   .index = row->process_index,
                                   .loops = row->loops,
                                   .wall_ns = row->wall_ns,
                                   .cpu_ns = row->cpu_ns,
                                   .waited_ns = -1};
    double estimates[EVENTS_MAX];
    if (row->more != NULL && strstr(row->more, "\"phase\":") != NULL)
        return take_phased(loader, id, row, st);
    struct cell *cell = find_cell(loader, row->cell, st);
    if (cell == NULL || !take_more(loader, cell, row->more, &sample, st) ||
        !take_noise(cell, row->noise, &sample, st))
        return false;
    if (row->marked != NULL) {
        sample.marked = mark_number(loader, cell, row->marked);
        sample.crowded = strncmp(row->marked, WAITED, sizeof WAITED - 1) == 0;
    }
    take_readings(loader, cell, row, estimates);
    return series_add(cell->series, &sample, estimates) ||
           status_fail(st, STATUS_MEMORY, "out of memory for the samples of a run");
}

static void push_ends(struct loader *loader)
{
    lua_State *L = loader->L;
    for (size_t i = 0; i < loader->count; i++) {
        const struct cell *cell = &loader->cells[i];
        lua_rawgeti(L, RESULT, cell->id);
        lua_pushstring(L, cell->more); /* NULL is nil */
        lua_setfield(L, -2, "more");
        if (cell->steal_known)
            lua_pushinteger(L, (lua_Integer)cell->steal_ns), lua_setfield(L, -2, "steal_ns");
        if (cell->switches_known)
            lua_pushinteger(L, (lua_Integer)cell->switches), lua_setfield(L, -2, "switches");
        lua_pop(L, 1);
    }
}

int lua_store_series(lua_State *L)
{
    struct loader loader = {.L = L};
    struct store *store = lua_store_check(L);
    int64_t run = luaL_checkinteger(L, 2);
    loader.events = (size_t)luaL_checkinteger(L, 3);
    loader.elsewhere = luaL_checkstring(L, 4);
    luaL_argcheck(L, loader.events <= EVENTS_MAX, 3, "too many events");
    lua_settop(L, 4);
    lua_newtable(L);
    set_list(L, "phased");
    struct status st = STATUS_INIT;
    bool ok = sample_each_in_time(store, run, visit, &loader, &st);
    if (ok)
        push_ends(&loader);
    for (size_t i = 0; i < loader.count; i++)
        free(loader.cells[i].more);
    free(loader.cells);
    if (!ok)
        return luahost_fail(L, &st);
    lua_settop(L, RESULT);
    return 1;
}
