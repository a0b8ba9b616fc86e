/* Every allocation of Lua's fails once, in each function of the native modules that holds something of
 * the system's meanwhile: no file, no folder, no descriptor and no process is left, whatever raised
 * where. (The C library's allocations fail in tests/failpoints.) */
#include "lua/bindings.h"
#include "lua/luahost.h"

#include <dirent.h>
#include <lauxlib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 3000 };

/* Lua asks again after it has collected its garbage: two in a row, for it to give up. */
static long until_failure, failures;

static void *allocate(void *context, void *block, size_t old_size, size_t size)
{
    (void)context, (void)old_size;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (failures > 0 && --until_failure < 0 && failures-- > 0)
        return NULL;
    return realloc(block, size);
}

static lua_State *new_state(const char *folder)
{
    lua_State *L = lua_newstate(allocate, NULL);
    assert_non_null(L);
    luaL_openlibs(L);
#define REQUIRE(name)                                                                              \
    luaL_requiref(L, "payoff.native." #name, luaopen_payoff_##name, 0);                            \
    lua_setglobal(L, #name);
    PAYOFF_BINDINGS(REQUIRE)
    lua_pushstring(L, folder);
    lua_setglobal(L, "folder");
    return L;
}

/* Those that were not asked for; also removes them all. */
static int count_files(const char *folder)
{
    int count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(remove(path), 0);
        count += strncmp(entry->d_name, "asked.", sizeof "asked." - 1) != 0 ||
                 strstr(entry->d_name, ".tmp") != NULL;
    }
    closedir(open);
    return count;
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *open = opendir("/proc/self/fd");
    assert_non_null(open);
    while (readdir(open) != NULL)
        count++;
    closedir(open);
    return count;
}

/* Whether it ran to its end. */
static bool run(const char *text, const char *folder, long fails_at)
{
    failures = 0;
    lua_State *L = new_state(folder);
    assert_int_equal(luaL_loadstring(L, text), LUA_OK);
    until_failure = fails_at, failures = 2;
    int result = lua_pcall(L, 0, 0, 0);
    bool all = failures == 2; /* nothing was asked for any more */
    failures = 0;
    if (result != LUA_OK && (result != LUA_ERRMEM || all))
        fail_msg("allocation %ld: %s", fails_at, lua_tostring(L, -1));
    lua_close(L);
    return all;
}

static void each_fails(const char *text)
{
    char folder[] = "/tmp/payoff-memory-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    run(text, folder, MOST); /* what is loaded once */
    assert_int_equal(count_files(folder), 0);
    int descriptors = count_descriptors();
    long at = 0;
    bool all = false;
    for (; !all && at < MOST; at++) {
        all = run(text, folder, at);
        if (count_files(folder) != 0)
            fail_msg("allocation %ld fails: a file is left", at);
        if (count_descriptors() != descriptors)
            fail_msg("allocation %ld fails: a descriptor is left", at);
        if (waitpid(-1, NULL, WNOHANG) >= 0)
            fail_msg("allocation %ld fails: a process is left", at);
    }
    assert_true(all);
    assert_true(at > 2);
    rmdir(folder);
}

static void test_write_file_by_function(void **state)
{
    (void)state;
    each_fails("sys.write_file(folder .. '/asked.txt', function(write)\n"
               "  write 'one' write(('two'):rep(100))\n"
               "end)");
}

static void test_write_and_read(void **state)
{
    (void)state;
    each_fails("local path = folder .. '/asked.txt'\n"
               "assert(sys.write_file(path, 'text'))\n"
               "assert(sys.read_file(path) == 'text' and #sys.list(folder) == 1)\n"
               "assert(sys.stat(path) and sys.sha256(path))");
}

static void test_scratch(void **state)
{
    (void)state;
    each_fails("sys.remove(sys.scratch 'x')");
}

static void test_run(void **state)
{
    (void)state;
    each_fails("local result = sys.run { argv = { 'echo', 'x' }, env = { A = 'b' }, stdin = 'y',\n"
               "  on_wait = function() return true end }\n"
               "assert(result and result.stdout == 'x\\n')");
}

static void test_worker_that_is_none(void **state)
{
    (void)state;
    each_fails("assert(not worker.start { argv = { 'true', '{script}' }, script = 'x',\n"
               "  env = { PATH = os.getenv 'PATH' }, timeout_s = 20 })");
}

static void test_json_and_values(void **state)
{
    (void)state;
    each_fails("local data = json.decode '{\"a\": [1, 2.5, \"x\", null, {\"b\": []}]}'\n"
               "assert(json.decode(json.encode(data)).a[1] == 1)\n"
               "local value = assert(value.decode '[[\"i\", \"1\"], [\"s\", \"x\"]]')\n"
               "assert(value:text() and #value == 2)");
}

static void test_store(void **state)
{
    (void)state;
    each_fails("local db = assert(store.open(folder .. '/asked.db', { create = true }))\n"
               "local run = assert(db:insert('run', { name = 'r', started = 'now',\n"
               "  state = 'running', experiment_name = 'e' }))\n"
               "local subject = assert(db:insert('subject', { run = run, name = 's' }))\n"
               "local cell = assert(db:insert('cell', { run = run, subject = subject,\n"
               "  name = 'c', mode = 'serial', jobs = 1 }))\n"
               "assert(db:sample(cell, { block = 1, wall_ns = 5, cpu_ns = 4 }))\n"
               "assert(#db:rows 'run' == 1 and db:samples(run) and db:sample_count(run) == 1)\n"
               "db:close()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_file_by_function),
        cmocka_unit_test(test_write_and_read),
        cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_worker_that_is_none),
        cmocka_unit_test(test_json_and_values),
        cmocka_unit_test(test_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
