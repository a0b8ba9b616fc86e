/* virtual: is this a virtual machine, a container, and whose? */
#ifndef PAYOFF_MACHINE_VIRTUAL_H
#define PAYOFF_MACHINE_VIRTUAL_H

#include "machine/sysfile.h"

struct virtual_machine {
    char hypervisor[32]; /* "kvm", "xen", "vmware", "hyper-v", …; "unknown" is one without a name we
                            know; "none" on bare metal; empty when it cannot be told */
    char container[32]; /* "docker", "podman", "kubernetes", "lxc", "systemd-nspawn", "wsl" …;
                           empty: no sign of one, which is no proof */
    char product[128];  /* what the firmware calls the machine */
};

/* From the CPU's flags, the firmware's tables and traces of container engines below `root`; for the
 * real root on x86 also from CPUID. Thread-safe. */
void virtual_read(const char *root, struct virtual_machine *machine);

#endif
