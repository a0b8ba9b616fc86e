/* guest_loop N: a program of 2 N + c instructions in user mode. As a worker, with
 * PAYOFF_COUNTER_FDS, it reads the counters around its loop and writes the readings to its output.
 */
#include "worker_side.h"

#include <stdlib.h>

static size_t parse_fds(const char *list, int *fds)
{
    size_t groups = 0;
    while (list != NULL && *list != '\0' && groups < READINGS_MAX) {
        char *end = NULL;
        fds[groups++] = (int)strtol(list, &end, 10);
        list = *end == ',' ? end + 1 : end;
    }
    return groups;
}

int main(int argc, char **argv)
{
    static struct reading before[READINGS_MAX];
    static struct reading after[READINGS_MAX];
    int fds[READINGS_MAX];
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    size_t groups = parse_fds(getenv("PAYOFF_COUNTER_FDS"), fds);
    worker_read(fds, groups, after); /* whatever a first read costs, it costs here */
    worker_read(fds, groups, before);
    worker_loop(n);
    worker_read(fds, groups, after);
    return worker_send(STDOUT_FILENO, groups, before, after) ? 0 : 1;
}
