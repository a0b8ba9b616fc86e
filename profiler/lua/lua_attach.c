#include "lua/lua_attach.h"

#include "counters/attach.h"
#include "lua/lua_counters.h"
#include "lua/luahost.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#define ATTACH_CLASS "payoff.counters.attach"

/* Its user value is the plan. */
struct attach_box {
    struct attach *attach;
    struct counts *counts;
    const struct group_event *event;
};

static int attach_gc(lua_State *L)
{
    struct attach_box *box = luaL_checkudata(L, 1, ATTACH_CLASS);
    attach_free(box->attach);
    free(box->counts);
    *box = (struct attach_box){0};
    return 0;
}

static struct attach_box *check_box(lua_State *L)
{
    struct attach_box *box = luaL_checkudata(L, 1, ATTACH_CLASS);
    luaL_argcheck(L, box->attach != NULL, 1, "it is closed");
    return box;
}

static size_t index_of(lua_State *L, const struct group_plan *plan, const char *asked)
{
    size_t index = 0, count = group_plan_event_count(plan);
    while (index < count && strcmp(group_plan_event(plan, index)->asked, asked) != 0)
        index++;
    luaL_argcheck(L, index < count, 2, "the plan has no such event");
    return index;
}

/* The list at `index` in a userdata that is left on the stack. */
static const pid_t *check_tasks(lua_State *L, int index, size_t *count)
{
    luaL_checktype(L, index, LUA_TTABLE);
    *count = lua_rawlen(L, index);
    pid_t *tasks = lua_newuserdatauv(L, (*count + 1) * sizeof *tasks, 0);
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        lua_Integer task = luaL_checkinteger(L, -1);
        luaL_argcheck(L, task > 0 && task <= INT32_MAX, index, "no thread has such an id");
        tasks[i] = (pid_t)task;
        lua_pop(L, 1);
    }
    return tasks;
}

int lua_attach(lua_State *L)
{
    const struct group_plan *plan = lua_counters_check_plan(L, 1);
    size_t index = index_of(L, plan, luaL_checkstring(L, 2));
    size_t count = 0;
    const pid_t *tasks = check_tasks(L, 3, &count);
    struct attach_box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct attach_box){.event = group_plan_event(plan, index)};
    luaL_setmetatable(L, ATTACH_CLASS);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    struct status st = STATUS_INIT;
    box->counts = calloc(count + 1, sizeof *box->counts);
    if (box->counts == NULL)
        status_fail(&st, STATUS_MEMORY, "out of memory for %zu workers' counters", count);
    else if (attach_open(plan, index, tasks, count, &box->attach, &st))
        return 1;
    return luahost_fail(L, &st);
}

static int begin(lua_State *L)
{
    struct attach_box *box = check_box(L);
    struct status st = STATUS_INIT;
    if (!attach_begin(box->attach, &st))
        return luahost_fail(L, &st);
    lua_pushboolean(L, true);
    return 1;
}

static int finish(lua_State *L)
{
    struct attach_box *box = check_box(L);
    struct status st = STATUS_INIT;
    if (!attach_end(box->attach, box->counts, &st))
        return luahost_fail(L, &st);
    size_t count = attach_count(box->attach);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_counters_push(L, &box->counts[i], box->event);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void lua_attach_class(lua_State *L)
{
    static const luaL_Reg methods[] = {{"begin", begin}, {"finish", finish}, {NULL, NULL}};
    luahost_class(L, ATTACH_CLASS, methods, attach_gc);
}
