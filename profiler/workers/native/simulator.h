/* simulator: what stands around the work when a simulator runs this worker.
 *
 * Under `valgrind --tool=callgrind --collect-atstart=no` the instructions between simulator_begin
 * and simulator_end, those of this thread, are counted and written to a file of their own
 * (--callgrind-out-file, then ".1", ".2", … in the order of the brackets); nothing outside is
 * counted. Without Valgrind both do nothing. What is counted of the two themselves (some ten
 * instructions) is always the same: an empty bracket measures it. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_SIMULATOR_H
#define PAYOFF_WORKERS_NATIVE_SIMULATOR_H

#include <stdbool.h>

/* Does Valgrind run this process? */
bool simulator_here(void);

void simulator_begin(void);
void simulator_end(void);

#endif
