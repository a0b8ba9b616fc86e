/* core_probe: whether a CPU's core is all ours at this moment.
 *
 * What another hardware thread of the core does (a neighbour's virtual machine, as a rule) shows in
 * no counter of the guest: it is no steal time, and a loop of dependent steps runs as fast as ever.
 * But it takes half of the issue slots. So the probe is a loop of eight independent chains, which
 * fills them. On a 2-CPU virtual machine (AMD EPYC, Zen 4) it takes 11.2 us or, at other moments,
 * up to 19.7 us, while a chain of multiplications took 21.7 us always, and a switch as in an
 * interpreter between 217 and 440 us along with the probe. A lower clock frequency shows as well. */
#ifndef PAYOFF_MACHINE_CORE_PROBE_H
#define PAYOFF_MACHINE_CORE_PROBE_H

#include "base/status.h"

#include <stdint.h>

/* Runs the probe on that CPU, where the calling thread goes for it and comes back from: some 50 us,
 * of which *ns is the faster of two turns. False where the system refuses; the thread is then
 * where it was, unless it was the way back that was refused. Thread-safe. */
bool core_probe(int cpu, int64_t *ns, struct status *st);

#endif
