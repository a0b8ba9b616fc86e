/* A kernel whose instructions are known: 2 n, and a few for the call. For guest_experiment.lua. */
#include "worker_side.h"

__attribute__((visibility("default"))) int64_t spin(int64_t n);

int64_t spin(int64_t n)
{
    worker_loop((uint64_t)n);
    return n;
}
