/* permissions: what this machine and this user allow perf_event to do, as facts.
 *
 * Read from /proc and /sys below a root that tests can replace. The facts decide nothing: opening a
 * counter does. They are there to explain a refusal in words that a person can act on. */
#ifndef PAYOFF_MACHINE_PERMISSIONS_H
#define PAYOFF_MACHINE_PERMISSIONS_H

#include <stdbool.h>

/* A fact that could not be read. */
#define PERMISSIONS_UNKNOWN (-100)

struct permissions {
    int paranoid;           /* kernel.perf_event_paranoid, or PERMISSIONS_UNKNOWN */
    bool has_perfmon;       /* CAP_PERFMON or CAP_SYS_ADMIN is effective */
    bool in_user_namespace; /* capabilities of a user namespace do not reach perf_event */
    bool is_vm;             /* the CPU or the firmware says that a hypervisor is below us */
    bool has_pmu;           /* the kernel has registered a core PMU */
    bool seccomp;           /* a seccomp filter is on this process: usual in a container */
    int nmi_watchdog; /* 1: it holds a hardware counter on every CPU; or PERMISSIONS_UNKNOWN */
};

/* Fills `permissions` from the files below `root` ("" for the real ones). A file that is missing is
 * an unknown fact or a plain "no", never a failure. Thread-safe. */
void permissions_read(const char *root, struct permissions *permissions);

#endif
