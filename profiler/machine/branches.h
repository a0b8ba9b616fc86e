/* branches: a CPU forgets what it has learned of the branches of others.
 *
 * A processor predicts branches from tables that everything on the core shares, and what it finds
 * there when a loop begins decides how well it learns that loop, for long: on one (AMD EPYC, Zen
 * 4) a Python function of a thousand turns took anything between 41 and 53 us, as it happened in
 * each process, and stayed with that for 0.1 to 1 s, until something had run in between; all ended
 * at 41. Twenty processes, each with the fastest of five samples of 2 ms, had medians known to 3 %.
 * With some thousand branches of no pattern before each sample they lay between 41.0 and 42.9 us,
 * and the median was known to 0.2 %. Sleeping for 10 ms before each sample, or starting another
 * program on that CPU, did the same. That it is the prediction of branches is concluded from this;
 * no counters could be read there. */
#ifndef PAYOFF_MACHINE_BRANCHES_H
#define PAYOFF_MACHINE_BRANCHES_H

#include "base/status.h"

/* Runs such branches on that CPU, where the calling thread goes for it and comes back from: some
 * 0.1 ms. It also throws 140 kB of other code out of the caches near the core. False where the
 * system refuses, as core_visit.h says. Not while another thread does the same. */
bool branches_scatter(int cpu, struct status *st);

#endif
