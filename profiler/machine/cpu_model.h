/* cpu_model: what the processor and its kinds of cores are called. */
#ifndef PAYOFF_MACHINE_CPU_MODEL_H
#define PAYOFF_MACHINE_CPU_MODEL_H

#include "machine/cpu.h"

/* Fills architecture, model, vendor and types, and the threads' type. The threads must be there. */
void cpu_model_read(const char *root, struct cpu *cpu);

#endif
