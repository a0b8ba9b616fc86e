/* payoff.native.sys: the system, as far as policy needs it. What fails returns nil, message, code.
 *
 *   monotonic_s() -> number              now_iso() -> "2026-11-23T12:00:00Z"
 *   sleep_s(s) -> true | false           false: interrupted
 *   isatty(fd) -> boolean                columns() -> integer | nil, of the terminal, if there is one
 *   environ() -> {NAME = value}          pid() -> integer
 *   random_seed() -> integer             1 … 2^53 − 1, from the kernel
 *   run_on({0, 2}) -> true               CPUs for payoff itself and what it starts from now on
 *   write(fd, text) -> true              all of it; a reader that is gone is code "ended"
 *   versions() -> { {name =, version =}, … }
 *   interrupt.install() -> true          SIGINT, SIGTERM, SIGHUP set a flag; see machine/interrupt.h
 *   interrupt.interrupted() -> "SIGINT" | … | false
 *   interrupt.clear()
 *
 * Files are in lua_sys_files.c, run() in lua_sys_command.c. */
#include "lua/lua_sys.h"

#include "lua/bindings.h"
#include "lua/luahost.h"
#include "lua/versions.h"
#include "machine/clock.h"
#include "machine/files.h"
#include "machine/interrupt.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

static const char holder_class[] = "payoff.sys.holder";

const char *lua_sys_check_name(lua_State *L, int index)
{
    size_t length = 0;
    const char *name = luaL_checklstring(L, index, &length);
    luaL_argcheck(L, strlen(name) == length, index, "a NUL byte in a name");
    return name;
}

static int holder_collect(lua_State *L)
{
    struct lua_sys_holder *holder = luaL_checkudata(L, 1, holder_class);
    if (holder->release != NULL)
        holder->release(holder->data, holder->count);
    *holder = (struct lua_sys_holder){NULL, 0, NULL};
    return 0;
}

struct lua_sys_holder *lua_sys_hold(lua_State *L)
{
    struct lua_sys_holder *holder = lua_newuserdatauv(L, sizeof *holder, 0);
    *holder = (struct lua_sys_holder){NULL, 0, NULL};
    luaL_setmetatable(L, holder_class);
    return holder;
}

static int sys_monotonic_s(lua_State *L)
{
    lua_pushnumber(L, (double)clock_monotonic_ns() * 1e-9);
    return 1;
}

static int sys_sleep_s(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0 && seconds < 1e9, 1, "seconds must be 0 or more");
    lua_pushboolean(L, clock_sleep_ns((uint64_t)(seconds * 1e9)));
    return 1;
}

static int sys_now_iso(lua_State *L)
{
    char text[32];
    clock_iso_now(text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static int sys_isatty(lua_State *L)
{
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* Of the terminal that messages go to, else of the one that output goes to. */
static int sys_columns(lua_State *L)
{
    static const int fds[] = {STDERR_FILENO, STDOUT_FILENO};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        struct winsize size;
        if (ioctl(fds[i], TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            lua_pushinteger(L, size.ws_col);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

static int sys_environ(lua_State *L)
{
    lua_newtable(L);
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        if (equals == NULL)
            continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_settable(L, -3);
    }
    return 1;
}

static int sys_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static int sys_random_seed(lua_State *L)
{
    uint64_t bits = 0;
    while (bits == 0) {
        ssize_t got = getrandom(&bits, sizeof bits, 0);
        if (got < 0 && errno != EINTR) {
            struct status st = STATUS_INIT;
            status_fail_errno(&st, errno, "cannot get random bits");
            return luahost_fail(L, &st);
        }
        bits = got == (ssize_t)sizeof bits ? bits >> 11 : 0;
    }
    lua_pushinteger(L, (lua_Integer)bits);
    return 1;
}

static int sys_run_on(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Unsigned count = lua_rawlen(L, 1);
    luaL_argcheck(L, count > 0, 1, "a list of CPU numbers");
    int highest = 0;
    for (lua_Unsigned i = 1; i <= count; i++) {
        int is_integer = 0;
        lua_rawgeti(L, 1, (lua_Integer)i);
        lua_Integer cpu = lua_tointegerx(L, -1, &is_integer);
        luaL_argcheck(L, is_integer && cpu >= 0 && cpu < 1 << 20, 1, "a list of CPU numbers");
        highest = (int)cpu > highest ? (int)cpu : highest;
        lua_pop(L, 1);
    }
    size_t size = CPU_ALLOC_SIZE((size_t)highest + 1);
    cpu_set_t *set = lua_newuserdatauv(L, size, 0); /* what CPU_ALLOC would take from the heap */
    CPU_ZERO_S(size, set);
    for (lua_Unsigned i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i);
        CPU_SET_S((size_t)lua_tointeger(L, -1), size, set);
        lua_pop(L, 1);
    }
    struct status st = STATUS_INIT;
    if (sched_setaffinity(0, size, set) != 0) {
        status_fail_errno(&st, errno, "cannot run on these CPUs");
        return luahost_fail(L, &st);
    }
    lua_pushboolean(L, true);
    return 1;
}

static int sys_write(lua_State *L)
{
    size_t length = 0;
    int fd = (int)luaL_checkinteger(L, 1);
    const char *text = luaL_checklstring(L, 2, &length);
    struct status st = STATUS_INIT;
    if (!files_write_all(fd, text, length, &st))
        return luahost_fail(L, &st);
    lua_pushboolean(L, true);
    return 1;
}

static int sys_versions(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (const struct version *version = versions_table; version->name != NULL; version++) {
        const char *text = version->text();
        if (text == NULL || text[0] == '\0')
            continue;
        lua_createtable(L, 0, 2);
        lua_pushstring(L, version->name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, text);
        lua_setfield(L, -2, "version");
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static int sys_interrupt_install(lua_State *L)
{
    struct status st = STATUS_INIT;
    if (!interrupt_install(&st))
        return luahost_fail(L, &st);
    lua_pushboolean(L, true);
    return 1;
}

static int sys_interrupt_interrupted(lua_State *L)
{
    switch (interrupt_signal()) {
    case 0:
        lua_pushboolean(L, false);
        break;
    case SIGINT:
        lua_pushliteral(L, "SIGINT");
        break;
    case SIGTERM:
        lua_pushliteral(L, "SIGTERM");
        break;
    default:
        lua_pushliteral(L, "SIGHUP");
        break;
    }
    return 1;
}

static int sys_interrupt_clear(lua_State *L)
{
    (void)L;
    interrupt_clear();
    return 0;
}

int luaopen_payoff_sys(lua_State *L)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"monotonic_s", sys_monotonic_s},
        {"sleep_s", sys_sleep_s},
        {"now_iso", sys_now_iso},
        {"isatty", sys_isatty},
        {"columns", sys_columns},
        {"environ", sys_environ},
        {"pid", sys_pid},
        {"random_seed", sys_random_seed},
        {"run_on", sys_run_on},
        {"write", sys_write},
        {"versions", sys_versions},
        {NULL, NULL},
    };
    static const luaL_Reg interrupts[] = {
        {"install", sys_interrupt_install},
        {"interrupted", sys_interrupt_interrupted},
        {"clear", sys_interrupt_clear},
        {NULL, NULL},
    };
    luahost_class(L, holder_class, none, holder_collect);
    luaL_newlib(L, functions);
    luaL_newlib(L, interrupts);
    lua_setfield(L, -2, "interrupt");
    lua_sys_add_files(L);
    lua_sys_add_command(L);
    return 1;
}
