#include "counters/reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PART_SIZE = 256 };

/* Who refuses the kernel's side (or everything), and what would help. */
static void explain_refusal(const struct permissions *p, int sys_errno, int needed,
                            char text[PART_SIZE])
{
    if (p->has_perfmon && !p->in_user_namespace) {
        snprintf(
            text, PART_SIZE,
            "the kernel refused (%s) although this process has CAP_PERFMON: a security module, "
            "kernel lockdown or a container's seccomp filter forbids it",
            strerrorname_np(sys_errno));
    } else if (sys_errno == EPERM && p->seccomp) {
        snprintf(text, PART_SIZE,
                 "a seccomp filter, usual in a container, forbids perf_event_open; start the "
                 "container with a profile that allows it, or with '--cap-add PERFMON'");
    } else if (p->paranoid == PERMISSIONS_UNKNOWN) {
        snprintf(text, PART_SIZE, "this user may not (%s); CAP_PERFMON would allow it",
                 strerrorname_np(sys_errno));
    } else if (p->paranoid > needed) {
        snprintf(text, PART_SIZE,
                 "kernel.perf_event_paranoid is %d; 'sudo sysctl kernel.perf_event_paranoid=%d' or "
                 "CAP_PERFMON would allow it",
                 p->paranoid, needed);
    } else {
        snprintf(text, PART_SIZE,
                 "the kernel refused (%s) although kernel.perf_event_paranoid is %d: a security "
                 "module or a container's seccomp filter forbids it",
                 strerrorname_np(sys_errno), p->paranoid);
    }
}

static void no_pmu(const struct permissions *p, char text[REASON_SIZE])
{
    if (p->is_vm)
        snprintf(text, REASON_SIZE,
                 "no hardware counters here: this machine (a virtual machine) exposes no PMU, the "
                 "processor's counting unit; run on bare metal or in a VM with a virtual PMU");
    else
        snprintf(text, REASON_SIZE,
                 "no hardware counters here: the kernel found no PMU, the processor's counting "
                 "unit, on this machine");
}

static bool is_refusal(int sys_errno)
{
    return sys_errno == EACCES || sys_errno == EPERM;
}

enum counts_state reason_refused(const struct permissions *p, const struct event *event,
                                 int sys_errno, char text[REASON_SIZE])
{
    char part[PART_SIZE];
    bool hardware =
        event->source == COUNTS_HARDWARE && (event->traits & EVENT_ALL_MODES) == 0; /* a core's */

    /* Where there is no PMU, rights would not help: say so even if the refusal came first. */
    if (hardware && !p->has_pmu && sys_errno != EMFILE && sys_errno != ENFILE) {
        no_pmu(p, text);
        return COUNTS_UNSUPPORTED;
    }
    switch (sys_errno) {
    case EACCES:
    case EPERM:
        explain_refusal(p, sys_errno, event->code.exclude_kernel ? 2 : 1, part);
        snprintf(text, REASON_SIZE, "not permitted: %s", part);
        return COUNTS_NOT_COUNTED;
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        snprintf(text, REASON_SIZE, "%s does not count %s",
                 hardware ? "this processor's PMU" : "this kernel", event->name);
        return COUNTS_UNSUPPORTED;
    case ENOSYS:
        snprintf(text, REASON_SIZE,
                 "there is no perf_event_open here: the kernel was built without it, or a filter "
                 "hides it");
        return COUNTS_UNSUPPORTED;
    case EMFILE:
    case ENFILE:
        snprintf(text, REASON_SIZE,
                 "no file descriptor was left for it; raise the limit with 'ulimit -n' or ask for "
                 "fewer events");
        return COUNTS_NOT_COUNTED;
    case EBUSY:
        snprintf(text, REASON_SIZE, "another program has the PMU to itself");
        return COUNTS_NOT_COUNTED;
    case EINVAL:
        snprintf(
            text, REASON_SIZE,
            "the kernel does not accept %s for one process; it may count whole processors only",
            event->name);
        return COUNTS_UNSUPPORTED;
    default:
        snprintf(text, REASON_SIZE, "the kernel refused to open it: %s",
                 strerrordesc_np(sys_errno) != NULL ? strerrordesc_np(sys_errno) : "unknown error");
        return COUNTS_UNSUPPORTED;
    }
}

void reason_never_ran(const struct permissions *p, const struct event *event, unsigned waited_ms,
                      char text[REASON_SIZE])
{
    snprintf(text, REASON_SIZE,
             "%s opened, but got no counter of the PMU within %u ms: other programs hold them%s",
             event->name, waited_ms,
             p->nmi_watchdog == 1 ? ", and the NMI watchdog holds one ('sudo sysctl "
                                    "kernel.nmi_watchdog=0' frees it)"
                                  : "");
}

void reason_stayed_zero(const struct event *event, char text[REASON_SIZE])
{
    snprintf(text, REASON_SIZE,
             "%s opened and ran, but stayed 0 while the processor was busy: it is not really "
             "counted here",
             event->name);
}

enum counts_state reason_lacking(const struct event *event, char text[REASON_SIZE])
{
    snprintf(text, REASON_SIZE,
             "this processor's PMU does not implement %s: the counter opens, and would always be 0",
             event->name);
    return COUNTS_UNSUPPORTED;
}

void reason_elsewhere(const char *core, char text[REASON_SIZE])
{
    snprintf(text, REASON_SIZE, "this process may not run on the processors of %s", core);
}

void reason_user_only(const struct permissions *p, int sys_errno, char text[REASON_SIZE])
{
    char part[PART_SIZE];
    explain_refusal(p, sys_errno, 1, part);
    snprintf(text, REASON_SIZE, "counted in user mode only, without the kernel's share: %s", part);
}

void reason_kernel_hidden(const struct permissions *p, const struct event *event, int sys_errno,
                          char text[REASON_SIZE])
{
    char part[PART_SIZE];
    if (!is_refusal(sys_errno)) {
        reason_refused(p, event, sys_errno, text);
        return;
    }
    explain_refusal(p, sys_errno, 1, part);
    snprintf(text, REASON_SIZE, "%s happen inside the kernel, which this user may not count: %s",
             event->name, part);
}
