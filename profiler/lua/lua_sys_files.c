/* payoff.native.sys, files. What fails returns nil, message, code ("not found" for a missing file).
 *
 *   read_file(path [, most bytes]) -> text; more of them is code "data"
 *   write_file(path, text) -> true                                          whole or not at all
 *   write_file(path, function(write) … write(text) … end) -> true           piece by piece
 *   stat(path) -> {type = "file" | "directory" | "link" | "fifo" | "socket" | "device",
 *                  size_bytes =, mtime_ns =, mode =,
 *                  is_trusted = this user's or root's, and not everybody may write to it}
 *   list(path) -> {name, …}, sorted      mkdirs(path) -> true
 *   scratch(what) -> path of a new folder that is ours alone, payoff-WHAT-… in $TMPDIR or /tmp
 *   remove(path) -> true                 a file, a link or an empty folder
 *   getcwd() -> path                     realpath(path) -> path
 *   which(name) -> absolute path of the program that a shell would run
 *   sha256(path) -> 64 hexadecimal digits, of the file's bytes
 *   compilers(path) -> {text, …}: what an ELF file says it was made by; often empty */
#include "lua/lua_sys.h"
#include "lua/luahost.h"
#include "machine/binary.h"
#include "machine/files.h"
#include "machine/program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int report(lua_State *L, bool ok, const struct status *st)
{
    if (!ok)
        return luahost_fail(L, st);
    lua_pushboolean(L, true);
    return 1;
}

static void release_memory(void *data, size_t count)
{
    (void)count;
    free(data);
}

static void release_names(void *data, size_t count)
{
    files_list_free(data, count);
}

static int sys_read_file(lua_State *L)
{
    const char *path = lua_sys_check_name(L, 1);
    lua_Integer most = luaL_optinteger(L, 2, 0);
    luaL_argcheck(L, most >= 0, 2, "a number of bytes is wanted");
    struct status st = STATUS_INIT;
    struct lua_sys_holder *holder = lua_sys_hold(L);
    char *data = NULL;
    size_t size = 0;
    if (!files_read(path, (size_t)most, &data, &size, &st))
        return luahost_fail(L, &st);
    *holder = (struct lua_sys_holder){data, size, release_memory};
    lua_pushlstring(L, data, size);
    free(data);
    holder->release = NULL;
    return 1;
}

/* write(text), for the function that sys_write_file was given: upvalue 1 is the descriptor, -1 once
 * the file is closed. What fails is raised, so that the function ends. */
static int write_piece(lua_State *L)
{
    size_t size = 0;
    const char *text = luaL_checklstring(L, 1, &size);
    int fd = (int)lua_tointeger(L, lua_upvalueindex(1));
    struct status st = STATUS_INIT;
    if (fd < 0)
        return luaL_error(L, "the file is closed already");
    if (files_write_all(fd, text, size, &st))
        return 0;
    struct status *kept = lua_touserdata(L, lua_upvalueindex(2));
    *kept = st;
    return luaL_error(L, "%s", st.message);
}

struct filling {
    lua_State *L;
    bool raised; /* the error is on top of the stack */
};

enum { FILLER = 2, WRITE = 3 /* where the function stands, and what it is given */ };

/* Nothing here may raise, or the half-written file would stay; so write is there already. */
static bool fill_by_function(void *context, int fd, struct status *st)
{
    struct filling *filling = context;
    lua_State *L = filling->L;
    lua_pushinteger(L, fd);
    lua_setupvalue(L, WRITE, 1);
    lua_pushvalue(L, FILLER);
    lua_pushvalue(L, WRITE);
    int result = lua_pcall(L, 1, 0, 0);
    lua_pushinteger(L, -1);
    lua_setupvalue(L, WRITE, 1);
    if (result == LUA_OK)
        return true;
    filling->raised = st->code == STATUS_OK;
    return filling->raised ? status_fail(st, STATUS_INTERNAL, "what writes it failed") : false;
}

static int sys_write_file(lua_State *L)
{
    size_t length = 0;
    const char *path = lua_sys_check_name(L, 1);
    struct status st = STATUS_INIT;
    if (!lua_isfunction(L, FILLER)) {
        const char *text = luaL_checklstring(L, 2, &length);
        return report(L, files_write(path, text, length, &st), &st);
    }
    struct filling filling = {.L = L};
    lua_settop(L, FILLER);
    lua_pushinteger(L, -1);
    lua_pushlightuserdata(L, &st);
    lua_pushcclosure(L, write_piece, 2);
    bool ok = files_write_by(path, fill_by_function, &filling, &st);
    if (filling.raised)
        return lua_error(L);
    return report(L, ok, &st);
}

static int sys_stat(lua_State *L)
{
    struct files_stat found;
    struct status st = STATUS_INIT;
    if (!files_stat(lua_sys_check_name(L, 1), &found, &st))
        return luahost_fail(L, &st);
    lua_createtable(L, 0, 5);
    lua_pushstring(L, found.type);
    lua_setfield(L, -2, "type");
    lua_pushinteger(L, (lua_Integer)found.size_bytes);
    lua_setfield(L, -2, "size_bytes");
    lua_pushinteger(L, found.mtime_ns);
    lua_setfield(L, -2, "mtime_ns");
    lua_pushinteger(L, (lua_Integer)found.mode);
    lua_setfield(L, -2, "mode");
    lua_pushboolean(L, found.is_trusted);
    lua_setfield(L, -2, "is_trusted");
    return 1;
}

static int sys_list(lua_State *L)
{
    const char *path = lua_sys_check_name(L, 1);
    struct status st = STATUS_INIT;
    struct lua_sys_holder *holder = lua_sys_hold(L);
    char **names = NULL;
    size_t count = 0;
    if (!files_list(path, &names, &count, &st))
        return luahost_fail(L, &st);
    *holder = (struct lua_sys_holder){names, count, release_names};
    lua_newtable(L);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, names[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    holder->release = NULL; /* now rather than by a finalizer, which takes memory to be called */
    files_list_free(names, count);
    return 1;
}

static int sys_mkdirs(lua_State *L)
{
    struct status st = STATUS_INIT;
    return report(L, files_make_dirs(lua_sys_check_name(L, 1), &st), &st);
}

static int sys_remove(lua_State *L)
{
    struct status st = STATUS_INIT;
    return report(L, files_remove(lua_sys_check_name(L, 1), &st), &st);
}

/* `path` is ours to free. */
static int push_path(lua_State *L, struct lua_sys_holder *holder, bool ok, char *path,
                     const struct status *st)
{
    if (!ok)
        return luahost_fail(L, st);
    *holder = (struct lua_sys_holder){path, 1, release_memory};
    lua_pushstring(L, path);
    holder->release = NULL;
    free(path);
    return 1;
}

/* Nobody has learnt the name of the folder. */
static void release_folder(void *data, size_t count)
{
    (void)count;
    (void)rmdir(data);
    free(data);
}

static int sys_realpath(lua_State *L)
{
    const char *name = lua_sys_check_name(L, 1);
    struct lua_sys_holder *holder = lua_sys_hold(L);
    struct status st = STATUS_INIT;
    char *path = NULL;
    bool ok = files_real_path(name, &path, &st);
    return push_path(L, holder, ok, path, &st);
}

static int sys_scratch(lua_State *L)
{
    const char *what = lua_sys_check_name(L, 1);
    struct lua_sys_holder *holder = lua_sys_hold(L);
    struct status st = STATUS_INIT;
    char *path = NULL;
    if (!files_scratch(what, &path, &st))
        return luahost_fail(L, &st);
    *holder = (struct lua_sys_holder){path, 1, release_folder};
    lua_pushstring(L, path);
    holder->release = NULL;
    free(path);
    return 1;
}

static int sys_getcwd(lua_State *L)
{
    struct lua_sys_holder *holder = lua_sys_hold(L);
    struct status st = STATUS_INIT;
    char *path = NULL;
    bool ok = files_real_path(".", &path, &st);
    return push_path(L, holder, ok, path, &st);
}

static int sys_which(lua_State *L)
{
    const char *name = lua_sys_check_name(L, 1);
    struct lua_sys_holder *holder = lua_sys_hold(L);
    struct status st = STATUS_INIT;
    char *path = NULL;
    bool ok = program_find(name, NULL, &path, &st);
    return push_path(L, holder, ok, path, &st);
}

static int sys_sha256(lua_State *L)
{
    char hex[SHA256_HEX];
    struct status st = STATUS_INIT;
    if (!binary_hash(lua_sys_check_name(L, 1), hex, &st))
        return luahost_fail(L, &st);
    lua_pushstring(L, hex);
    return 1;
}

/* One growing line per text, so that nothing of Lua can fail while the file is open. */
struct compilers {
    char text[4096];
    size_t used;
};

static void add_compiler(void *context, const char *text)
{
    struct compilers *found = context;
    size_t size = strlen(text) + 1;
    if (size <= sizeof found->text - found->used) {
        memcpy(found->text + found->used, text, size);
        found->used += size;
    }
}

static int sys_compilers(lua_State *L)
{
    struct compilers found = {.used = 0};
    struct status st = STATUS_INIT;
    lua_Integer count = 0;
    if (!binary_compilers(lua_sys_check_name(L, 1), add_compiler, &found, &st))
        return luahost_fail(L, &st);
    lua_newtable(L);
    for (size_t at = 0; at < found.used; at += strlen(found.text + at) + 1) {
        lua_pushstring(L, found.text + at);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

void lua_sys_add_files(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"read_file", sys_read_file},
        {"write_file", sys_write_file},
        {"stat", sys_stat},
        {"list", sys_list},
        {"mkdirs", sys_mkdirs},
        {"remove", sys_remove},
        {"getcwd", sys_getcwd},
        {"realpath", sys_realpath},
        {"which", sys_which},
        {"sha256", sys_sha256},
        {"compilers", sys_compilers},
        {"scratch", sys_scratch},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
