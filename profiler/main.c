/* payoff: argv -> Lua. The only place that prints an error of its own and chooses to exit. */
#include "lua/luahost.h"

#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    struct status st = STATUS_INIT;
    struct luahost *host = NULL;
    int exit_status = EX_SOFTWARE;

    if (!luahost_new(&host, &st) ||
        !luahost_main(host, "payoff.cli", argc, argv, &exit_status, &st)) {
        fprintf(stderr, "payoff: internal error, please report it: %s\n", st.message);
        exit_status = EX_SOFTWARE;
    }
    luahost_free(host);
    return exit_status;
}
