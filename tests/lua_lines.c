/* Which lines of payoff's own Lua a process runs: linked into the programs of tests/coverage, in
 * place of the library's luaL_newstate. Each process adds its lines to a file of its own in the
 * folder LUA_LINES_FOLDER; tests/lua_lines.py adds them up. A process that is killed tells none. */
#include <dlfcn.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef LUA_LINES_FOLDER /* tests/coverage says which */
#define LUA_LINES_FOLDER "."
#endif

enum { MODULES_MOST = 512, LINES_MOST = 1024 };

static struct module {
    char name[96];
    unsigned char reached[LINES_MOST];
} modules[MODULES_MOST];
static size_t module_count;
static struct module *last;

/* Any library's function by name: most programs of the build have no Lua. */
static void *known(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        fprintf(stderr, "lua_lines: no %s\n", name);
        abort();
    }
    return function;
}

static struct module *module_of(const char *source)
{
    if (last != NULL && strcmp(last->name, source) == 0)
        return last;
    for (size_t i = 0; i < module_count; i++)
        if (strcmp(modules[i].name, source) == 0)
            return last = &modules[i];
    if (module_count == MODULES_MOST || strlen(source) >= sizeof modules->name)
        return NULL;
    strcpy(modules[module_count].name, source);
    return last = &modules[module_count++];
}

static lua_Hook others; /* debug.sethook's: it is called as if there were no other */

static void line_reached(lua_State *L, lua_Debug *at)
{
    static int (*info)(lua_State *, const char *, lua_Debug *);
    if (info == NULL)
        *(void **)&info = known("lua_getinfo");
    if (at->event != LUA_HOOKLINE) {
        if (others != NULL)
            others(L, at);
        return;
    }
    if (info(L, "S", at) == 0 || strncmp(at->source, "=lua/payoff/", 12) != 0)
        return;
    struct module *module = module_of(at->source);
    if (module != NULL && at->currentline > 0 && at->currentline < LINES_MOST)
        module->reached[at->currentline] = 1;
}

static void lines_write(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%ld.lines", LUA_LINES_FOLDER, (long)getpid());
    FILE *file = fopen(path, "a"); /* numbers of processes come again */
    if (file == NULL)
        return;
    setvbuf(file, NULL, _IOFBF, 1 << 20); /* one write: others may have the same number now */
    for (size_t i = 0; i < module_count; i++)
        for (int line = 0; line < LINES_MOST; line++)
            if (modules[i].reached[line])
                fprintf(file, "%s:%d\n", modules[i].name + 1, line);
    fclose(file);
}

/* Only lines are looked at here, and nobody else in payoff asks for those. */
void lua_sethook(lua_State *L, lua_Hook hook, int mask, int count)
{
    void (*set)(lua_State *, lua_Hook, int, int);
    *(void **)&set = known("lua_sethook");
    others = hook;
    set(L, line_reached, mask | LUA_MASKLINE, count);
}

lua_Hook lua_gethook(lua_State *L)
{
    (void)L;
    return others;
}

lua_State *luaL_newstate(void)
{
    lua_State *(*make)(void);
    static int is_first = 1;
    *(void **)&make = known("luaL_newstate");
    lua_State *L = make();
    if (L != NULL)
        lua_sethook(L, NULL, 0, 0);
    if (is_first)
        atexit(lines_write);
    is_first = 0;
    return L;
}
