/* cgroup: what a container or a service manager lets this process have, versions 1 and 2. */
#ifndef PAYOFF_MACHINE_CGROUP_H
#define PAYOFF_MACHINE_CGROUP_H

#include "machine/sysfile.h"

struct cgroup {
    double
        cpus; /* CPU time per wall time: quota / period, the tightest on the way up; 0: no limit */
    int64_t memory_bytes; /* likewise; 0: no limit */
    bool known;           /* false when there was nothing to read, so that "no limit" is no claim */
};

/* Reads /proc/self/cgroup and the limits of each group from ours up to the root of what is mounted
 * on /sys/fs/cgroup. Where the group's own folder is not to be seen (a container with its host's
 * names), the mounted root stands for it. Thread-safe. */
void cgroup_read(const char *root, struct cgroup *cgroup);

#endif
