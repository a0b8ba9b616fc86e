/* payoff.native.counters: which events can be counted here, and plans that count them.
 *
 *   plan({ {"cycles", "instructions"}, {"page-faults"} } [, {source = "perf", exact = true}])
 *     -> plan; exact: never let groups take turns, but count them in passes
 *   describe(name) -> {name, pmu, unit, source, description}
 *   list([pattern]) -> { the same, … }: events whose name has `pattern` in it, case ignored
 *   probe(name) -> {asked, name, unit, source, state, reason}: opened, run and read once
 *   other_pass: the reason of an event that a pass leaves to another one
 *   version() -> version of libpfm4's interface
 *   plan:events() -> { {asked, name, unit, source, state, reason, group, slot}, … }; the last two
 *                    from 1, nil where the event is not counted. On a hybrid processor also parts: so
 *                    many of the following events are its parts, and part_of: the index of its sum
 *   plan:groups() -> number
 *   plan:passes() -> in how many passes all of it is counted; 1 unless exact was asked for
 *   plan:pass(i) -> a plan of the same events, for a worker that counts those of one pass, from 1
 *   attach(plan, asked, tids) -> attached: that event of the plan counted on each of these threads,
 *                    apart, from now on; nil, reason, "unavailable" where that cannot be
 *   attached:begin(), attached:finish() -> { counts of each thread since begin, … }
 *   energy([root]) -> energy: of all packages, whatever runs on them; nil, reason, "unavailable"
 *   energy:begin(), energy:finish() -> microjoules since begin; energy:how() -> by what, packages
 */
#include "lua/lua_counters.h"

#include "base/nearest.h"
#include "counters/event.h"
#include "counters/group_passes.h"
#include "counters/source_perf.h"
#include "lua/bindings.h"
#include "lua/lua_attach.h"
#include "lua/lua_energy.h"
#include "lua/luahost.h"

#include <string.h>

#define PLAN_CLASS "payoff.counters.plan"

/* The kernel's counters and what is known of this machine, in one userdata of the module. Every
 * plan keeps it alive as its user value. */
struct kernel {
    struct permissions permissions;
    struct pmus pmus;
    struct source source;
};

struct plan_box {
    struct group_plan *plan;
    bool exact; /* counted in passes, if it takes more than one */
};

/* The kernel's userdata is on top of the stack; a box takes its place. */
static struct plan_box *new_box_of(lua_State *L)
{
    struct plan_box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct plan_box){.plan = NULL};
    luaL_setmetatable(L, PLAN_CLASS);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    return box;
}

static struct plan_box *new_box(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    return new_box_of(L);
}

struct group_plan *lua_counters_check_plan(lua_State *L, int index)
{
    struct plan_box *box = luaL_checkudata(L, index, PLAN_CLASS);
    luaL_argcheck(L, box->plan != NULL, index, "the plan is closed");
    return box->plan;
}

static int plan_gc(lua_State *L)
{
    struct plan_box *box = luaL_checkudata(L, 1, PLAN_CLASS);
    group_plan_free(box->plan);
    box->plan = NULL;
    return 0;
}

/* The names of the list at `index` -> an array of borrowed strings in a userdata left on the stack.
 * The strings live in the list, which the caller holds. */
static struct group_request check_request(lua_State *L, int index)
{
    luaL_argexpected(L, lua_istable(L, index), 1, "list of lists of event names");
    size_t count = lua_rawlen(L, index);
    const char **names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        /* No numbers: converting one would make a string that nobody holds. */
        luaL_argexpected(L, lua_type(L, -1) == LUA_TSTRING, 1, "list of lists of event names");
        names[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return (struct group_request){.events = names, .event_count = count};
}

static const struct kernel *check_source(lua_State *L, int index, bool *exact)
{
    *exact = false;
    if (!lua_isnoneornil(L, index)) {
        luaL_checktype(L, index, LUA_TTABLE);
        lua_getfield(L, index, "source");
        const char *name = luaL_optstring(L, -1, "perf");
        luaL_argcheck(L, strcmp(name, "perf") == 0, index, "the only source is 'perf'");
        lua_getfield(L, index, "exact");
        *exact = lua_toboolean(L, -1);
        lua_pop(L, 2);
    }
    return lua_touserdata(L, lua_upvalueindex(1));
}

static int counters_plan(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    bool exact = false;
    const struct kernel *kernel = check_source(L, 2, &exact);
    lua_settop(L, 1);
    size_t count = lua_rawlen(L, 1);
    luaL_argcheck(L, count <= GROUP_EVENTS_MAX, 1, "too many lists");
    luaL_checkstack(L, (int)count * 2 + 8, "too many lists");
    struct group_request *requests = lua_newuserdatauv(L, (count + 1) * sizeof *requests, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        requests[i] = check_request(L, lua_gettop(L));
    }
    struct plan_box *box = new_box(L);
    box->exact = exact;
    struct status st = STATUS_INIT;
    if (!group_plan_make(&kernel->source, requests, count, &box->plan, &st))
        return luahost_fail(L, &st);
    return 1;
}

static void set_string(lua_State *L, const char *key, const char *value)
{
    if (value == NULL)
        return;
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

static void set_integer(lua_State *L, const char *key, uint64_t value)
{
    /* Lua's integers are signed; a counter that got past 2^63 becomes a float. */
    if (value <= LUA_MAXINTEGER)
        lua_pushinteger(L, (lua_Integer)value);
    else
        lua_pushnumber(L, (lua_Number)value);
    lua_setfield(L, -2, key);
}

static void push_plan_event(lua_State *L, const struct group_event *event)
{
    lua_createtable(L, 0, 8);
    set_string(L, "asked", event->asked);
    set_string(L, "name", event->name);
    set_string(L, "unit", event->unit);
    set_string(L, "source", counts_source_name(event->source));
    set_string(L, "state", counts_state_name(event->state));
    set_string(L, "reason", event->reason);
    if (event->group >= 0) {
        set_integer(L, "group", (uint64_t)event->group + 1);
        set_integer(L, "slot", (uint64_t)event->slot + 1);
    }
    if (event->parts > 0)
        set_integer(L, "parts", event->parts);
    if (event->part_of >= 0)
        set_integer(L, "part_of", (uint64_t)event->part_of + 1);
}

static int plan_events(lua_State *L)
{
    const struct group_plan *plan = lua_counters_check_plan(L, 1);
    size_t count = group_plan_event_count(plan);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_plan_event(L, group_plan_event(plan, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int plan_groups(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)group_plan_group_count(lua_counters_check_plan(L, 1)));
    return 1;
}

static size_t pass_count(lua_State *L, const struct group_plan *plan)
{
    const struct plan_box *box = lua_touserdata(L, 1);
    return box->exact ? group_plan_pass_count(plan) : 1;
}

static int plan_passes(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)pass_count(L, lua_counters_check_plan(L, 1)));
    return 1;
}

static int plan_pass(lua_State *L)
{
    const struct group_plan *plan = lua_counters_check_plan(L, 1);
    lua_Integer index = luaL_checkinteger(L, 2);
    size_t count = pass_count(L, plan);
    luaL_argcheck(L, index >= 1 && (lua_Unsigned)index <= count, 2, "there is no such pass");
    if (count == 1) {
        lua_settop(L, 1);
        return 1;
    }
    lua_getiuservalue(L, 1, 1);
    struct plan_box *box = new_box_of(L);
    struct status st = STATUS_INIT;
    if (!group_plan_pass(plan, (size_t)index - 1, &box->plan, &st))
        return luahost_fail(L, &st);
    return 1;
}

static int counters_probe(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct kernel *kernel = lua_touserdata(L, lua_upvalueindex(1));
    const struct group_request request = {.events = &name, .event_count = 1};
    struct status st = STATUS_INIT;
    struct plan_box *box = new_box(L);
    if (!group_plan_make(&kernel->source, &request, 1, &box->plan, &st))
        return luahost_fail(L, &st);
    push_plan_event(L, group_plan_event(box->plan, 0));
    return 1;
}

static void push_event(lua_State *L, const struct event *event)
{
    lua_createtable(L, 0, 5);
    set_string(L, "name", event->name);
    set_string(L, "pmu", event->pmu);
    set_string(L, "unit", event->unit);
    set_string(L, "source", counts_source_name(event->source));
    set_string(L, "description", event->description);
}

static int counters_describe(lua_State *L)
{
    struct event event;
    struct status st = STATUS_INIT;
    if (!event_parse(luaL_checkstring(L, 1), &event, &st))
        return luahost_fail(L, &st);
    push_event(L, &event);
    return 1;
}

struct listing {
    lua_State *L;
    const char *pattern;
    lua_Integer count;
};

static bool list_event(const struct event *event, void *context)
{
    struct listing *listing = context;
    if (!nearest_contains(event->name, listing->pattern))
        return true;
    push_event(listing->L, event);
    lua_rawseti(listing->L, -2, ++listing->count);
    return true;
}

static int counters_list(lua_State *L)
{
    struct listing listing = {.L = L, .pattern = luaL_optstring(L, 1, ""), .count = 0};
    lua_newtable(L);
    event_each(list_event, &listing);
    return 1;
}

static int counters_version(lua_State *L)
{
    char text[32];
    event_library_version(text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static int counters_energy(lua_State *L)
{
    const struct kernel *kernel = lua_touserdata(L, lua_upvalueindex(1));
    lua_settop(L, 1);
    return lua_energy_open(L, &kernel->source, lua_upvalueindex(1));
}

void lua_counters_push(lua_State *L, const struct counts *counts, const struct group_event *event)
{
    double estimate = 0;
    bool has_value = counts_estimate(*counts, &estimate);
    lua_createtable(L, 0, 9);
    set_string(L, "event", event->name);
    set_string(L, "state", counts_state_name(counts->state));
    set_string(L, "source", counts_source_name(counts->source));
    set_string(L, "reason", counts->reason);
    set_integer(L, "enabled_ns", counts->enabled_ns);
    set_integer(L, "running_ns", counts->running_ns);
    lua_pushnumber(L, counts_share(*counts));
    lua_setfield(L, -2, "share");
    if (!has_value)
        return;
    set_integer(L, "count", counts->count);
    lua_pushnumber(L, estimate);
    lua_setfield(L, -2, "estimate");
}

int luaopen_payoff_counters(lua_State *L)
{
    static const luaL_Reg methods[] = {{"events", plan_events},
                                       {"groups", plan_groups},
                                       {"passes", plan_passes},
                                       {"pass", plan_pass},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"plan", counters_plan},         {"probe", counters_probe},
        {"describe", counters_describe}, {"version", counters_version},
        {"list", counters_list},         {"attach", lua_attach},
        {"energy", counters_energy},     {NULL, NULL}};
    luahost_class(L, PLAN_CLASS, methods, plan_gc);
    lua_attach_class(L);
    lua_energy_class(L);
    luaL_newlibtable(L, functions);
    struct kernel *kernel = lua_newuserdatauv(L, sizeof *kernel, 0);
    permissions_read("", &kernel->permissions);
    pmus_read("", &kernel->pmus);
    kernel->source = source_perf_make(&kernel->permissions, &kernel->pmus);
    luaL_setfuncs(L, functions, 1);
    lua_pushstring(L, group_reason_other_pass);
    lua_setfield(L, -2, "other_pass");
    return 1;
}
