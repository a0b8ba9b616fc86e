/* A Lua interpreter with payoff's native modules, for the tests of the bindings:
 *   LUA_PATH=… native_main FILE.lua */
#include "lua/luahost.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct status st = STATUS_INIT;
    struct luahost *host = NULL;
    int exit_status = 1;
    if (!luahost_new(&host, &st) ||
        !luahost_main(host, "native_run", argc, argv, &exit_status, &st))
        fprintf(stderr, "%s\n", st.message);
    luahost_free(host);
    return exit_status;
}
