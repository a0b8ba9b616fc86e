/* The native worker as a program of its own, which payoff carries and starts from memory: without the
 * libraries that payoff needs besides, a process starts in less than half the time, and the subject
 * shares its address space with less. `payoff worker native` is the same where that cannot be. */
#include "workers/native/native_worker.h"

#include <sys/prctl.h>

int main(int argc, char **argv)
{
    prctl(PR_SET_NAME, "payoff-native"); /* for ps, which would show a descriptor's number */
    int own = argc < 3 ? argc : 2;       /* payoff's name and "worker" */
    return native_worker_main(argc - own, argv + own);
}
