/* payoff.native.sys.run: a program, without a shell, to its end (machine/command.h).
 *
 *   run {
 *     argv = { "cargo", "build" },   -- argv[1] is searched for in PATH
 *     cwd = "kernel/x",              -- nil: payoff's own folder
 *     env = { PATH = …, … },         -- the whole environment; nil: payoff's own (see environ())
 *     timeout_s = 60,                -- nil: none
 *     stdin = "text",                -- nil: /dev/null
 *     output_max = 1 << 20,          -- bytes kept of each stream; nil: 4 MiB
 *     on_wait = function(elapsed_s)  -- about ten times a second; returning false ends it
 *     end,
 *   } -> { exit = 0 | nil, signal = nil | 9, timed_out =, cancelled =, wall_s =,
 *          stdout = "…", stderr = "…", stdout_dropped = nil | bytes, stderr_dropped = … }
 *     or nil, message, code: it could not be started ("not found": no such program)
 *
 * A dropped field says how many bytes came after the text that was kept. */
#include "lua/lua_process.h"
#include "lua/lua_sys.h"
#include "lua/luahost.h"
#include "machine/command.h"

#include <math.h>

static const char result_class[] = "payoff.sys.result";
static const char who[] = "run";

struct waiting {
    lua_State *L;
    int function;
    bool failed;
    struct status st;
};

static int result_collect(lua_State *L)
{
    command_result_free(luaL_checkudata(L, 1, result_class));
    return 0;
}

static bool on_wait(void *context, double elapsed_s)
{
    struct waiting *waiting = context;
    lua_State *L = waiting->L;
    lua_pushvalue(L, waiting->function);
    lua_pushnumber(L, elapsed_s);
    /* An error must not jump over the child: it is kept, the child ended, and then raised. */
    if (!luahost_pcall(L, 1, 1, &waiting->st)) {
        waiting->failed = true;
        return false;
    }
    bool stop = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    return !stop;
}

static void check_command(lua_State *L, struct command *command)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    command->argv = lua_process_argv(L, who);
    command->environment = lua_process_environment(L, who);
    if (lua_getfield(L, 1, "cwd") != LUA_TNIL)
        command->cwd = lua_process_text(L, who, "cwd");
    int type = lua_getfield(L, 1, "stdin");
    if (type == LUA_TSTRING)
        command->input = lua_tolstring(L, -1, &command->input_size);
    else if (type != LUA_TNIL)
        lua_process_field_error(L, who, "stdin", "text");
    if (lua_getfield(L, 1, "timeout_s") != LUA_TNIL) {
        command->timeout_s = lua_tonumber(L, -1);
        if (lua_type(L, -1) != LUA_TNUMBER || !(command->timeout_s > 0))
            luaL_error(L, "run: timeout_s must be more than 0");
    }
    if (lua_getfield(L, 1, "output_max") != LUA_TNIL) {
        lua_Integer most = lua_tointeger(L, -1);
        if (most <= 0)
            luaL_error(L, "run: output_max must be a whole number of bytes");
        command->output_max = (size_t)most;
    }
}

static void push_output(lua_State *L, const struct command_output *output, const char *name,
                        const char *dropped)
{
    lua_pushlstring(L, output->text, output->size);
    lua_setfield(L, -2, name);
    if (output->dropped > 0) {
        lua_pushinteger(L, (lua_Integer)output->dropped);
        lua_setfield(L, -2, dropped);
    }
}

static int push_result(lua_State *L, const struct command_result *result)
{
    lua_createtable(L, 0, 9);
    if (result->signal == 0) {
        lua_pushinteger(L, result->exit);
        lua_setfield(L, -2, "exit");
    } else {
        lua_pushinteger(L, result->signal);
        lua_setfield(L, -2, "signal");
    }
    lua_pushboolean(L, result->timed_out);
    lua_setfield(L, -2, "timed_out");
    lua_pushboolean(L, result->cancelled);
    lua_setfield(L, -2, "cancelled");
    lua_pushnumber(L, (double)result->wall_ns * 1e-9);
    lua_setfield(L, -2, "wall_s");
    push_output(L, &result->out, "stdout", "stdout_dropped");
    push_output(L, &result->err, "stderr", "stderr_dropped");
    return 1;
}

static int sys_run(lua_State *L)
{
    struct command command = {0};
    struct waiting waiting = {.L = L, .st = STATUS_INIT};
    struct status st = STATUS_INIT;
    check_command(L, &command);
    int type = lua_getfield(L, 1, "on_wait");
    if (type == LUA_TFUNCTION) {
        waiting.function = lua_gettop(L);
        command.on_wait = on_wait;
        command.context = &waiting;
    } else if (type != LUA_TNIL) {
        lua_process_field_error(L, who, "on_wait", "a function");
    }
    luaL_checkstack(L, 16, "run");
    struct command_result *result = lua_newuserdatauv(L, sizeof *result, 0);
    *result = (struct command_result){.exit = -1};
    luaL_setmetatable(L, result_class);
    bool ok = command_run(&command, result, &st);
    if (waiting.failed)
        return luaL_error(L, "%s", waiting.st.message);
    if (!ok)
        return luahost_fail(L, &st);
    push_result(L, result);
    command_result_free(result);
    return 1;
}

void lua_sys_add_command(lua_State *L)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    luahost_class(L, result_class, none, result_collect);
    lua_pushcfunction(L, sys_run);
    lua_setfield(L, -2, "run");
}
