/* The samples of one cell as columns (base/series.h), for payoff.store.series, which has the names
 * of what they return. Blocks come as two lists, ascending: numbers of blocks, and values. */
#include "lua/lua_series.h"

#include "lua/luahost.h"

#include <math.h>
#include <string.h>

#define LUA_SERIES_CLASS "payoff.series"

struct series *lua_series_new(lua_State *L, size_t events)
{
    struct series *series = lua_newuserdatauv(L, sizeof *series, 1);
    *series = (struct series){.events = events};
    luaL_setmetatable(L, LUA_SERIES_CLASS);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    return series;
}

static struct series *check(lua_State *L)
{
    return luaL_checkudata(L, 1, LUA_SERIES_CLASS);
}

static int series_gc(lua_State *L)
{
    series_free(check(L));
    return 0;
}

static int memory(lua_State *L)
{
    return luaL_error(L, "out of memory for the samples of a cell");
}

static int series_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check(L)->count);
    return 1;
}

static void set_known(lua_State *L, const char *key, int64_t value)
{
    if (value < 0)
        return;
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

/* series:sample(i): without its counts and notes. */
static int series_lua_sample(lua_State *L)
{
    const struct series *series = check(L);
    lua_Integer i = luaL_checkinteger(L, 2);
    if (i < 1 || (lua_Unsigned)i > series->count)
        return 0;
    const struct series_sample *sample = &series->samples[i - 1];
    lua_createtable(L, 0, 8);
    set_known(L, "block", sample->block);
    set_known(L, "order", sample->order);
    set_known(L, "process", sample->process);
    set_known(L, "index", sample->index);
    set_known(L, "loops", sample->loops);
    set_known(L, "wall_ns", sample->wall_ns);
    set_known(L, "cpu_ns", sample->cpu_ns);
    if (sample->marked != 0) {
        lua_getiuservalue(L, 1, 1);
        lua_rawgeti(L, -1, sample->marked);
        lua_setfield(L, -3, "marked");
        lua_pop(L, 1);
    }
    return 1;
}

static enum series_kind check_kind(lua_State *L, int index)
{
    static const char *const names[] = {"wall", "cpu", "own", NULL};
    static const enum series_kind kinds[] = {SERIES_WALL, SERIES_CPU, SERIES_OWN};
    return kinds[luaL_checkoption(L, index, "wall", names)];
}

/* An error of Lua while it is pushed loses the lists: out of memory, the end of the command. */
static int push_values(lua_State *L, struct series_values *values)
{
    lua_createtable(L, (int)values->count, 0);
    lua_createtable(L, (int)values->count, 0);
    for (size_t i = 0; i < values->count; i++) {
        lua_pushinteger(L, values->blocks[i]);
        lua_rawseti(L, -3, (lua_Integer)i + 1);
        lua_pushnumber(L, values->values[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushboolean(L, values->left_out);
    series_values_free(values);
    return 3;
}

/* series:times(kind, needed) -> blocks, values, left_out */
static int series_lua_times(lua_State *L)
{
    struct series *series = check(L);
    struct series_values values;
    size_t needed = (size_t)luaL_checkinteger(L, 3);
    if (!series_times(series, check_kind(L, 2), needed, &values))
        return memory(L);
    return push_values(L, &values);
}

/* series:means(kind, left_out) -> blocks, values */
static int series_lua_means(lua_State *L)
{
    struct series *series = check(L);
    struct series_values values;
    if (!series_means(series, check_kind(L, 2), lua_toboolean(L, 3), &values))
        return memory(L);
    return push_values(L, &values);
}

/* series:marked(kind) */
static int series_lua_marked(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)series_marked(check(L), check_kind(L, 2)));
    return 1;
}

/* series:tells(kind) */
static int series_lua_tells(lua_State *L)
{
    lua_pushboolean(L, series_tells(check(L), check_kind(L, 2)));
    return 1;
}

static int push_first(lua_State *L, const struct series *series)
{
    struct series *out = lua_series_new(L, 0);
    lua_getiuservalue(L, 1, 1);
    lua_setiuservalue(L, -2, 1);
    for (size_t i = 0; i < series->count; i++) {
        if (series->samples[i].first && !series_add(out, &series->samples[i], NULL))
            return memory(L);
    }
    return 1;
}

/* series:first() -> a series of the first calls of processes */
static int series_lua_first(lua_State *L)
{
    return push_first(L, check(L));
}

/* What the samples of one block add up to. A sum that one sample lacks is NaN where `whole`. */
struct sums {
    double wall, cpu, events[64];
    int64_t loops;
    bool counted[64];
};

static void add_up(const struct series *series, size_t from, size_t to, bool clean,
                   enum series_kind kind, const double *overhead, bool whole, struct sums *out)
{
    *out = (struct sums){.wall = 0};
    for (size_t i = from; i < to; i++) {
        uint32_t place = series->sorted[i];
        const struct series_sample *sample = &series->samples[place];
        if (clean && !series_is_clean(sample, kind))
            continue;
        out->wall += (double)series_elapsed_ns(sample, kind);
        out->cpu += sample->cpu_ns >= 0 ? (double)sample->cpu_ns : NAN;
        out->loops += sample->loops;
        for (size_t k = 0; k < series->events; k++) {
            double x = series_estimate(series, k, place);
            if (whole) {
                x -= overhead[k];
                out->events[k] += x > 0 ? x : NAN;
                out->counted[k] = true;
            } else if (!isnan(x)) {
                out->events[k] += x;
                out->counted[k] = true;
            }
        }
    }
}

static void set_number(lua_State *L, const char *key, double value)
{
    if (isnan(value))
        return;
    lua_pushnumber(L, value);
    lua_setfield(L, -2, key);
}

/* series:sums(names, clean, overhead, kind) -> { {block =, wall_ns =, cpu_ns =, loops =, [name] =}, … },
 * by block. `overhead` (a list by event): taken off each count, and a sum that one sample lacks is
 * nil; without it lacking ones are passed over. */
static int series_lua_sums(lua_State *L)
{
    struct series *series = check(L);
    double overhead[64] = {0};
    bool clean = lua_toboolean(L, 3), whole = lua_istable(L, 4);
    enum series_kind kind = check_kind(L, 5);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_argcheck(L, series->events <= 64 && lua_rawlen(L, 2) >= series->events, 2, "other events");
    for (size_t k = 0; whole && k < series->events; k++) {
        lua_rawgeti(L, 4, (lua_Integer)k + 1);
        overhead[k] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    if (!series_sort(series))
        return memory(L);
    lua_settop(L, 4);
    lua_newtable(L);
    struct sums sums;
    size_t at = 0, from = 0, to = 0;
    for (lua_Integer n = 1; series_block(series, &at, &from, &to);) {
        add_up(series, from, to, clean, kind, overhead, whole, &sums);
        if (sums.loops == 0)
            continue;
        lua_createtable(L, 0, 8);
        set_known(L, "block", series->samples[series->sorted[from]].block);
        set_number(L, "wall_ns", sums.wall);
        set_number(L, "cpu_ns", sums.cpu);
        set_known(L, "loops", sums.loops);
        for (size_t k = 0; k < series->events; k++) {
            if (!sums.counted[k] || isnan(sums.events[k]))
                continue;
            lua_rawgeti(L, 2, (lua_Integer)k + 1);
            lua_pushnumber(L, sums.events[k]);
            lua_rawset(L, -3);
        }
        lua_rawseti(L, 5, n++);
    }
    return 1;
}

/* series:per_task(event, overhead, tasks) -> blocks, values: counts per task, none below 0. */
static int series_lua_per_task(lua_State *L)
{
    struct series *series = check(L);
    size_t event = (size_t)luaL_checkinteger(L, 2) - 1;
    double overhead = luaL_checknumber(L, 3);
    int64_t tasks = luaL_checkinteger(L, 4);
    if (!series_sort(series))
        return memory(L);
    lua_newtable(L);
    lua_newtable(L);
    if (event >= series->events || series->estimates == NULL || series->estimates[event] == NULL)
        return 2; /* counted nowhere */
    size_t at = 0, from = 0, to = 0;
    for (lua_Integer n = 1; series_block(series, &at, &from, &to);) {
        double sum = 0;
        int64_t done = 0;
        for (size_t i = from; i < to; i++) {
            uint32_t place = series->sorted[i];
            double x = series_estimate(series, event, place);
            if (isnan(x))
                continue;
            sum += x > overhead ? x - overhead : 0;
            done += series->samples[place].loops * tasks;
        }
        if (done == 0)
            continue;
        lua_pushinteger(L, series->samples[series->sorted[from]].block);
        lua_rawseti(L, -3, n);
        lua_pushnumber(L, sum / (double)done);
        lua_rawseti(L, -2, n++);
    }
    return 2;
}

/* series:spread(median) -> count, sum, low, high */
static int series_lua_spread(lua_State *L)
{
    struct series_spread spread = series_spread(check(L), luaL_checknumber(L, 2));
    lua_pushinteger(L, (lua_Integer)spread.count);
    lua_pushnumber(L, spread.sum);
    lua_pushnumber(L, spread.low);
    lua_pushnumber(L, spread.high);
    return 4;
}

/* series:slots(list): raises list[block * 1000000 + order] to the most samples of a process there. */
static int series_lua_slots(lua_State *L)
{
    const struct series *series = check(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    for (size_t i = 0; i < series->count;) {
        const struct series_sample *first = &series->samples[i], *sample = first;
        int64_t most = 1;
        for (; i < series->count && sample->block == first->block && sample->order == first->order;
             sample = &series->samples[++i])
            most = sample->index > most ? sample->index : most;
        lua_Integer key =
            (first->block > 0 ? first->block : 0) * 1000000 + (first->order > 0 ? first->order : 0);
        if (lua_rawgeti(L, 2, key) != LUA_TNIL && lua_tointeger(L, -1) > most)
            most = lua_tointeger(L, -1);
        lua_pushinteger(L, most);
        lua_rawseti(L, 2, key);
        lua_pop(L, 1);
    }
    return 0;
}

/* series:thin(at, stride, room) -> places, marked: every stride'th of all samples, of which `at`
 * came before these, and the first `room` marked ones; how many of those there were. */
static int series_lua_thin(lua_State *L)
{
    const struct series *series = check(L);
    lua_Integer at = luaL_checkinteger(L, 2), stride = luaL_checkinteger(L, 3);
    lua_Integer room = luaL_checkinteger(L, 4), marked = 0, count = 0;
    luaL_argcheck(L, stride > 0, 3, "must be above 0");
    lua_newtable(L);
    for (size_t i = 0; i < series->count; i++) {
        bool extra = series->samples[i].marked != 0 && marked < room;
        if (++at % stride != 0 && !extra)
            continue;
        marked += extra;
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, -2, ++count);
    }
    lua_pushinteger(L, marked);
    return 2;
}

void lua_series_class(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"count", series_len},
        {"sample", series_lua_sample},
        {"times", series_lua_times},
        {"means", series_lua_means},
        {"marked", series_lua_marked},
        {"tells", series_lua_tells},
        {"first", series_lua_first},
        {"sums", series_lua_sums},
        {"spread", series_lua_spread},
        {"per_task", series_lua_per_task},
        {"slots", series_lua_slots},
        {"thin", series_lua_thin},
        {NULL, NULL},
    };
    luahost_class(L, LUA_SERIES_CLASS, methods, series_gc);
}
