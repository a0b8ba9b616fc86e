/* simulator: what stands around the work when a simulator runs this worker.
 *
 * Under `valgrind --tool=callgrind --instr-atstart=no` simulator_begin switches counting on and sets
 * all counts to 0, and simulator_end writes what this process has executed since then, all its
 * threads together, to a file of its own (--callgrind-out-file, then ".1", ".2", … in the order of
 * the brackets). Without Valgrind they do nothing and take a few instructions. What is counted of
 * the two themselves is always the same: an empty bracket measures it. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_SIMULATOR_H
#define PAYOFF_WORKERS_NATIVE_SIMULATOR_H

void simulator_begin(void);
void simulator_end(void);

/* First thing in a forked child: it would else begin with all that its parent has counted. When it
 * ends, Valgrind writes its counts by itself. */
void simulator_child(void);

#endif
