/* load: how busy the machine is, and what of its time went where. */
#ifndef PAYOFF_MACHINE_LOAD_H
#define PAYOFF_MACHINE_LOAD_H

#include "machine/sysfile.h"

/* Since boot, summed over all CPUs, in steps of resolution_ns; SYSFILE_UNKNOWN where the kernel
 * says nothing. Steal is time that the hypervisor gave to other machines while we wanted to run. */
struct load_times {
    int64_t user_ns, nice_ns, system_ns, idle_ns, iowait_ns, irq_ns, softirq_ns, steal_ns;
    int64_t resolution_ns;
};

/* False when /proc/stat cannot be read. Thread-safe, as all here. */
bool load_times_read(const char *root, struct load_times *times);

/* The same from what /proc/stat said, of which the first line is enough. */
bool load_times_parse(const char *text, struct load_times *times);

/* Load averages of the last 1, 5 and 15 minutes. */
bool load_averages_read(const char *root, double averages[3]);

/* Share of the last ten seconds in which some task waited for the resource ("cpu", "memory", "io");
 * negative when unknown (Linux, accounting/psi). */
double load_pressure(const char *root, const char *resource);

#endif
