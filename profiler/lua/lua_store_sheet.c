/* store:sheet of payoff.native.store: samples as rows of text; see lua_store.c. */
#include "lua/lua_store.h"
#include "lua/luahost.h"
#include "store/sheet.h"

#include <string.h>

/* The functions at these places of the stack; what they raise goes on after the C below is done. */
enum { WORD = 5, WRITE = 6, WORDS = 7 /* word's results, by the text */ };

struct functions {
    lua_State *L;
    bool raised; /* the error is on top of the stack */
    /* The last word and its result, which the table keeps: many rows in turn have the same. */
    char asked[256];
    size_t asked_size;
    struct json_text told;
};

static bool call(struct functions *functions, int nargs, int nresults, struct status *st)
{
    functions->raised = lua_pcall(functions->L, nargs, nresults, 0) != LUA_OK;
    return !functions->raised || status_fail(st, STATUS_INTERNAL, "the caller's function failed");
}

/* Each text is asked for once: there are few, in millions of rows. */
static bool write_word(void *context, struct json_text text, bool json, struct json_text *out,
                       struct status *st)
{
    struct functions *functions = context;
    lua_State *L = functions->L;
    if (functions->told.text != NULL && functions->asked_size == text.size &&
        memcmp(functions->asked, text.text, text.size) == 0) {
        *out = functions->told;
        return true;
    }
    lua_pushlstring(L, text.text, text.size);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, WORDS) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushvalue(L, WORD);
        lua_pushvalue(L, -2);
        lua_pushboolean(L, json);
        if (!call(functions, 2, 1, st))
            return false;
        if (lua_type(L, -1) != LUA_TSTRING) {
            lua_pop(L, 2);
            return status_fail(st, STATUS_INTERNAL, "a word that is no text");
        }
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, WORDS);
    }
    out->text = lua_tolstring(L, -1, &out->size); /* stays in the table */
    lua_pop(L, 2);
    functions->told = *out;
    functions->asked_size = text.size;
    if (text.size <= sizeof functions->asked)
        memcpy(functions->asked, text.text, text.size);
    else
        functions->told.text = NULL;
    return true;
}

static bool write_piece(void *context, const char *data, size_t size, struct status *st)
{
    struct functions *functions = context;
    lua_pushvalue(functions->L, WRITE);
    lua_pushlstring(functions->L, data, size);
    return call(functions, 1, 0, st);
}

static struct sheet_column check_column(lua_State *L, const char *name)
{
    static const struct {
        const char *name;
        enum sheet_source source;
    } own[] = {{"block", SHEET_BLOCK},   {"order", SHEET_ORDER},     {"process", SHEET_PROCESS},
               {"index", SHEET_INDEX},   {"loops", SHEET_LOOPS},     {"wall_ns", SHEET_WALL_NS},
               {"cpu_ns", SHEET_CPU_NS}, {"marked", SHEET_MARKED},   {"noise.", SHEET_NOISE},
               {"more.", SHEET_MORE},    {"workers.", SHEET_WORKERS}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        size_t size = strlen(own[i].name);
        bool nested = own[i].name[size - 1] == '.';
        if (nested ? strncmp(name, own[i].name, size) == 0 : strcmp(name, own[i].name) == 0)
            return (struct sheet_column){own[i].source, nested ? name + size : NULL};
    }
    luaL_error(L, "'%s' is no column of a sample", name);
    return (struct sheet_column){SHEET_BLOCK, NULL};
}

/* store:sheet(cell, {columns =, events =, prefix =}, word, write) -> rows */
int lua_store_sheet(lua_State *L)
{
    struct sheet_column columns[SHEET_COLUMNS_MAX];
    struct functions functions = {.L = L};
    struct sheet sheet = {
        .columns = columns, .word = write_word, .piece = write_piece, .context = &functions};
    struct store *store = lua_store_check(L);
    int64_t cell = luaL_checkinteger(L, 2), rows = 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    luaL_checktype(L, 4, LUA_TFUNCTION);
    luaL_checktype(L, 5, LUA_TFUNCTION);
    lua_settop(L, 5);
    lua_getfield(L, 3, "columns");
    lua_insert(L, 4); /* word and write are now at WORD and WRITE */
    luaL_checktype(L, 4, LUA_TTABLE);
    lua_newtable(L);
    sheet.column_count = lua_rawlen(L, 4);
    luaL_argcheck(L, sheet.column_count <= SHEET_COLUMNS_MAX, 3, "too many columns");
    for (size_t i = 0; i < sheet.column_count; i++) {
        lua_rawgeti(L, 4, (lua_Integer)i + 1);
        columns[i] = check_column(L, luaL_checkstring(L, -1)); /* the table keeps the text */
        lua_pop(L, 1);
    }
    lua_getfield(L, 3, "prefix");
    sheet.prefix = luaL_checklstring(L, -1, &sheet.prefix_size);
    lua_getfield(L, 3, "events");
    sheet.event_count = (size_t)luaL_checkinteger(L, -1);
    struct status st = STATUS_INIT;
    bool ok = sheet_write(store, cell, &sheet, &rows, &st);
    if (functions.raised)
        return lua_error(L);
    if (!ok)
        return luahost_fail(L, &st);
    lua_pushinteger(L, rows);
    return 1;
}
