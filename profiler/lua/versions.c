#include "lua/versions.h"

#include "store/store.h"

#include <gnu/libc-version.h>
#include <jansson.h>
#include <lua.h>
#include <stddef.h>

static const char *payoff_version(void)
{
    return PAYOFF_VERSION;
}

static const char *lua_version_text(void)
{
    return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE;
}

/* The library has no way to ask it (before 3.5): what it was built against. */
static const char *ffi_version(void)
{
    return PAYOFF_LIBFFI_VERSION;
}

static const char *compiler_version(void)
{
#ifdef __clang__
    return __VERSION__; /* starts with its name */
#else
    return "gcc " __VERSION__;
#endif
}

/* One line each, so that additions do not collide. */
/* clang-format off */
const struct version versions_table[] = {
    {"payoff", payoff_version},
    {"Lua", lua_version_text},
    {"jansson", jansson_version_str},
    {"libffi", ffi_version},
    {"SQLite", store_library_version},
    {"glibc", gnu_get_libc_version},
    {"C compiler", compiler_version},
    {NULL, NULL},
};
