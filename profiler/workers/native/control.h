/* control: the negative control, a function that does the same work in every run of every
 * experiment: when its time moves, it was the machine. The library name "payoff:control" finds it;
 * its signature is int64(int64). */
#ifndef PAYOFF_WORKERS_NATIVE_CONTROL_H
#define PAYOFF_WORKERS_NATIVE_CONTROL_H

#include <stdint.h>

#define CONTROL_LIBRARY "payoff:control"

/* n steps of a linear congruential generator (Knuth's MMIX), each of which needs the one before: a
 * few cycles of latency per step, no memory, no branch that could be mispredicted. Thread-safe. */
int64_t control_spin(int64_t n);

#endif
