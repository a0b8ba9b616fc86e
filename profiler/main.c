/* payoff: argv -> Lua. The only place that prints an error of its own and chooses to exit.
 *
 * `payoff worker native` is another program in the same file, without Lua: the worker of native
 * libraries, where the smaller one that payoff carries cannot be run (workers/native/main.c). */
#include "lua/luahost.h"
#include "machine/streams.h"
#include "workers/native/native_worker.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "worker") == 0 && strcmp(argv[2], "native") == 0)
        return native_worker_main(argc - 2, argv + 2);

    struct status st = STATUS_INIT;
    struct luahost *host = NULL;
    int exit_status = EX_SOFTWARE;

    if (!streams_guard(&st) || !luahost_new(&host, &st) ||
        !luahost_main(host, "payoff.cli", argc, argv, &exit_status, &st)) {
        bool memory = st.code == STATUS_MEMORY;
        fprintf(stderr, "payoff: %s%s\n",
                memory ? "" : "internal error, please report it: ", st.message);
        exit_status = memory ? EX_OSERR : EX_SOFTWARE;
    }
    luahost_free(host);
    return exit_status;
}
