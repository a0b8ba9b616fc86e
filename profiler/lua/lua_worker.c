/* payoff.native.worker: worker processes (workers/worker.h, workers/PROTOCOL.md).
 *
 *   start {
 *     argv = { "python3", "{script}" },  -- argv[1] is searched for in the PATH of env
 *     env = { PATH = …, … },             -- the whole environment; nil: payoff's own
 *     cwd = "/tmp",                      -- nil: payoff's own folder
 *     script = "text",                   -- what {script} in argv lets the worker read
 *     image = "\x7fELF…",                -- an executable to be run in place of argv[1], which stays
 *                                           its name; argv[1] itself where a system runs no file
 *                                           in memory. Not together with a script
 *     plan = counters.plan { … },        -- nil: nothing is counted
 *     cpus = { 0, 1 },                   -- to be pinned to; nil: payoff's own
 *     memory_bytes = 1 << 30,            -- limit of its address space; nil: none
 *     brief = true,                      -- runtime() and modes() are known from another process:
 *                                           asks for the runtime's name and version alone
 *     timeout_s = 60,                    -- for starting and answering hello
 *   } -> worker | nil, message, code
 *
 *   worker:runtime()   -> { name = "cpython", version = "3.11.7", … }
 *   worker:modes()     -> { "serial", … }
 *   worker:uncounted() -> nil | why the plan's counters are not open on it
 *   worker:pid(), worker:alive()
 *   worker:call({ cmd = "load", … }, timeout_s) -> reply | nil, message, code, error
 *   worker:run { mode = "serial", jobs = 1, start = "warm", loops = 1, timeout_s = 60 } ->
 *       { wall_ns =, cpu_ns = | nil, loops =, counts = { one per event of the plan, in its order },
 *         workers = { { id =, wall_ns =, cpu_ns =, tasks =, switches =, tid = }, … } | nil }
 *       | nil, message, code, error
 *   worker:most_samples() -> how many samples it takes on one command, 1 or more
 *   worker:run_list { as run, samples = 5 } -> { sample, … } one right after the other; serial only
 *   worker:results(timeout_s) -> value (payoff.native.value) | nil, message, code, error
 *   worker:stop(grace_s) -> { exit = 0 | nil, signal = nil | 11, signal_name = nil | "SIGSEGV",
 *       killed = by payoff, stdout =, stderr =, maxrss_bytes =, user_ns =, system_ns =,
 *       strays = 0 }
 *   worker:stdout(), worker:stderr() -> text so far
 *
 * `error` is the error object of an orderly error reply; the worker lives on then. Without it the
 * worker is dead, and stop() tells how; but a code of "usage" or "data" may also be about something
 * that the worker never saw or survived: worker:alive() knows. Time-outs are seconds, 60 when left
 * out (stop: 5). A worker that is closed or collected is killed, with all it started. */
#include "lua/bindings.h"
#include "lua/lua_counters.h"
#include "lua/lua_json.h"
#include "lua/lua_value.h"
#include "lua/lua_worker_spec.h"
#include "lua/luahost.h"
#include "workers/sample.h"
#include "workers/value.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char worker_class[] = "payoff.worker";

/* What C allocated belongs to the userdata, so that a Lua error (out of memory) loses none of it.
 */
struct worker_box {
    struct worker *worker;
    json_t *reply;
    struct sample sample;
    struct sample_list list;
    char *text;
};

static void drop_leftovers(struct worker_box *box)
{
    json_decref(box->reply);
    box->reply = NULL;
    sample_free(&box->sample);
    sample_list_free(&box->list);
    free(box->text);
    box->text = NULL;
}

static int worker_collect(lua_State *L)
{
    struct worker_box *box = luaL_checkudata(L, 1, worker_class);
    drop_leftovers(box);
    worker_free(box->worker);
    box->worker = NULL;
    return 0;
}

static struct worker_box *check_worker(lua_State *L)
{
    struct worker_box *box = luaL_checkudata(L, 1, worker_class);
    luaL_argcheck(L, box->worker != NULL, 1, "the worker is closed");
    drop_leftovers(box);
    return box;
}

static int start(lua_State *L)
{
    struct spawn_spec spec;
    struct status st = STATUS_INIT;
    lua_settop(L, 1);
    lua_worker_spec_check(L, &spec);
    lua_getfield(L, 1, "timeout_s");
    double timeout_s = luaL_optnumber(L, -1, 60);
    struct worker_box *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = (struct worker_box){0};
    luaL_setmetatable(L, worker_class);
    lua_getfield(L, 1, "plan"); /* lives as long as the worker */
    lua_setiuservalue(L, -2, 1);
    if (!worker_start(&spec, timeout_s, &box->worker, &st))
        return luahost_values(L, &st);
    return 1;
}

/* nil, message, code, and the error object of an orderly error reply. */
static int fail_with_error(lua_State *L, const struct worker_box *box, const struct status *st)
{
    luahost_values(L, st);
    struct status ignored = STATUS_INIT;
    const json_t *error = json_object_get(box->reply, "error");
    if (error == NULL || !lua_json_push(L, error, &ignored))
        lua_pushnil(L);
    return 4;
}

static int push_reply(lua_State *L, struct worker_box *box)
{
    struct status st = STATUS_INIT;
    if (!lua_json_push(L, box->reply, &st))
        return luahost_values(L, &st);
    drop_leftovers(box);
    return 1;
}

static int call(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    double timeout_s = luaL_optnumber(L, 3, 60);
    struct status st = STATUS_INIT;
    json_t *command = lua_json_from(L, 2, &st);
    bool success =
        command != NULL && worker_call(box->worker, command, timeout_s, &box->reply, &st);
    json_decref(command);
    return success ? push_reply(L, box) : fail_with_error(L, box, &st);
}

static const char *get_text(lua_State *L, const char *name, const char *missing)
{
    lua_getfield(L, 2, name); /* stays on the stack, which keeps the text */
    return luaL_optstring(L, -1, missing);
}

static lua_Integer get_count(lua_State *L, const char *name)
{
    lua_getfield(L, 2, name);
    lua_Integer count = luaL_optinteger(L, -1, 1);
    lua_pop(L, 1);
    return count;
}

static void set_known(lua_State *L, const char *name, int64_t number)
{
    if (number < 0)
        return;
    lua_pushinteger(L, number);
    lua_setfield(L, -2, name);
}

static void push_shares(lua_State *L, const struct sample *sample)
{
    lua_createtable(L, (int)sample->share_count, 0);
    for (size_t i = 0; i < sample->share_count; i++) {
        const struct sample_share *share = &sample->shares[i];
        lua_createtable(L, 0, 6);
        set_known(L, "id", share->id);
        set_known(L, "wall_ns", share->wall_ns);
        set_known(L, "cpu_ns", share->cpu_ns);
        set_known(L, "tasks", share->tasks);
        set_known(L, "switches", share->switches);
        set_known(L, "tid", share->tid);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_sample(lua_State *L, const struct sample *sample, const struct group_plan *plan)
{
    lua_createtable(L, 0, 5);
    set_known(L, "wall_ns", sample->wall_ns);
    set_known(L, "cpu_ns", sample->cpu_ns);
    lua_createtable(L, (int)sample->count_count, 0);
    for (size_t i = 0; i < sample->count_count; i++) {
        lua_counters_push(L, &sample->counts[i], group_plan_event(plan, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "counts");
    if (sample->shares != NULL) {
        push_shares(L, sample);
        lua_setfield(L, -2, "workers");
    }
}

/* The table at 2; the texts stay on the stack. */
static struct sample_request check_request(lua_State *L, double *timeout_s)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer jobs = get_count(L, "jobs"), loops = get_count(L, "loops");
    luaL_argcheck(L, jobs >= 1 && jobs <= INT_MAX, 2, "jobs must be 1 or more");
    luaL_argcheck(L, loops >= 1, 2, "loops must be 1 or more");
    lua_getfield(L, 2, "timeout_s");
    *timeout_s = luaL_optnumber(L, -1, 60);
    return (struct sample_request){.mode = get_text(L, "mode", "serial"),
                                   .jobs = (int)jobs,
                                   .start = get_text(L, "start", "warm"),
                                   .loops = loops};
}

static int run(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    double timeout_s;
    struct sample_request request = check_request(L, &timeout_s);
    struct status st = STATUS_INIT;
    if (!sample_take(box->worker, &request, timeout_s, &box->sample, &box->reply, &st))
        return fail_with_error(L, box, &st);
    push_sample(L, &box->sample, worker_plan(box->worker));
    set_known(L, "loops", request.loops);
    drop_leftovers(box);
    return 1;
}

static int most_samples(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)sample_most(check_worker(L)->worker));
    return 1;
}

static int run_list(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    double timeout_s;
    struct sample_request request = check_request(L, &timeout_s);
    lua_Integer count = get_count(L, "samples");
    luaL_argcheck(L, count >= 1 && count <= (lua_Integer)sample_most(box->worker), 2,
                  "samples must be from 1 to most_samples()");
    struct status st = STATUS_INIT;
    if (!sample_take_list(box->worker, &request, (size_t)count, timeout_s, &box->list, &box->reply,
                          &st))
        return fail_with_error(L, box, &st);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < box->list.count; i++) {
        push_sample(L, &box->list.samples[i], worker_plan(box->worker));
        set_known(L, "loops", request.loops);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    drop_leftovers(box);
    return 1;
}

static int results(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    double timeout_s = luaL_optnumber(L, 2, 60);
    struct status st = STATUS_INIT;
    json_t **list = lua_value_new(L);
    json_t *command = json_pack("{ss}", "cmd", "results");
    bool success = command != NULL ? worker_call(box->worker, command, timeout_s, &box->reply, &st)
                                   : status_fail(&st, STATUS_MEMORY, "out of memory");
    json_decref(command);
    if (!success)
        return fail_with_error(L, box, &st);
    json_t *got = json_object_get(box->reply, "results");
    if (!value_check_list(got, &st))
        return fail_with_error(L, box, &st);
    *list = json_incref(got);
    drop_leftovers(box);
    return 1;
}

static int push_capture(lua_State *L, struct worker_box *box, const struct capture *capture)
{
    size_t length = 0;
    box->text = capture_text(capture, &length);
    if (box->text == NULL)
        return luahost_fail(L,
                            &(struct status){.code = STATUS_MEMORY}); /* raises Lua's own words */
    lua_pushlstring(L, box->text, length);
    drop_leftovers(box);
    return 1;
}

static int output(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    return push_capture(L, box, worker_output(box->worker));
}

static int errors(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    return push_capture(L, box, worker_errors(box->worker));
}

static int stop(lua_State *L)
{
    struct worker_box *box = check_worker(L);
    const struct worker_end *end = worker_stop(box->worker, luaL_optnumber(L, 2, 5));
    lua_createtable(L, 0, 10);
    if (end->signal == 0) {
        set_known(L, "exit", end->exit_status);
    } else {
        const char *name = sigabbrev_np(end->signal);
        set_known(L, "signal", end->signal);
        lua_pushfstring(L, "SIG%s", name != NULL ? name : "?");
        lua_setfield(L, -2, "signal_name");
    }
    lua_pushboolean(L, end->killed);
    lua_setfield(L, -2, "killed");
    set_known(L, "maxrss_bytes", end->maxrss_bytes);
    set_known(L, "user_ns", (int64_t)end->user_ns);
    set_known(L, "system_ns", (int64_t)end->system_ns);
    set_known(L, "strays", (int64_t)end->strays);
    push_capture(L, box, worker_output(box->worker));
    lua_setfield(L, -2, "stdout");
    push_capture(L, box, worker_errors(box->worker));
    lua_setfield(L, -2, "stderr");
    return 1;
}

static int push_hello(lua_State *L, const char *name)
{
    struct worker_box *box = check_worker(L);
    struct status st = STATUS_INIT;
    return lua_json_push(L, json_object_get(worker_hello(box->worker), name), &st)
               ? 1
               : luahost_values(L, &st);
}

static int runtime(lua_State *L)
{
    return push_hello(L, "runtime");
}

static int modes(lua_State *L)
{
    return push_hello(L, "modes");
}

static int uncounted(lua_State *L)
{
    lua_pushstring(L, worker_uncounted(check_worker(L)->worker)); /* NULL becomes nil */
    return 1;
}

static int pid(lua_State *L)
{
    lua_pushinteger(L, worker_pid(check_worker(L)->worker));
    return 1;
}

static int alive(lua_State *L)
{
    lua_pushboolean(L, worker_alive(check_worker(L)->worker));
    return 1;
}

int luaopen_payoff_worker(lua_State *L)
{
    static const luaL_Reg methods[] = {{"runtime", runtime},
                                       {"modes", modes},
                                       {"uncounted", uncounted},
                                       {"pid", pid},
                                       {"alive", alive},
                                       {"call", call},
                                       {"run", run},
                                       {"results", results},
                                       {"stop", stop},
                                       {"run_list", run_list},
                                       {"most_samples", most_samples},
                                       {"stdout", output},
                                       {"stderr", errors},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"start", start}, {NULL, NULL}};
    luahost_class(L, worker_class, methods, worker_collect);
    lua_value_class(L);
    luaL_requiref(L, "payoff.native.json", luaopen_payoff_json, 0); /* arrays and null are its */
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
