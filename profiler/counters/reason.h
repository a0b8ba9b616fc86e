/* reason: why an event is not counted, or counts less than was asked, in a sentence for people.
 *
 * Composed from what the system call said and what is known of the machine. Pure functions. */
#ifndef PAYOFF_COUNTERS_REASON_H
#define PAYOFF_COUNTERS_REASON_H

#include "base/counts.h"
#include "counters/event.h"
#include "machine/permissions.h"

#include <stddef.h>

enum { REASON_SIZE = 512 };

/* Opening failed with sys_errno, at the lowest step that was possible. Returns whether the event
 * exists here and is withheld (not counted) or does not exist (unsupported). */
enum counts_state reason_refused(const struct permissions *permissions, const struct event *event,
                                 int sys_errno, char text[REASON_SIZE]);

/* It opened and was enabled for waited_ms, but never got onto a counter. */
void reason_never_ran(const struct permissions *permissions, const struct event *event,
                      unsigned waited_ms, char text[REASON_SIZE]);

/* It ran, and stayed 0 while the processor was busy. */
void reason_stayed_zero(const struct event *event, char text[REASON_SIZE]);

/* It ran and stayed 0, and the PMU does not list it among what it implements. */
enum counts_state reason_lacking(const struct event *event, char text[REASON_SIZE]);

/* Its kind of core is closed to this process. */
void reason_elsewhere(const char *core, char text[REASON_SIZE]);

/* It is counted in user mode only, because the kernel's side was refused with sys_errno. */
void reason_user_only(const struct permissions *permissions, int sys_errno, char text[REASON_SIZE]);

/* It happens in the kernel only, and the kernel's side was refused with sys_errno. */
void reason_kernel_hidden(const struct permissions *permissions, const struct event *event,
                          int sys_errno, char text[REASON_SIZE]);

#endif
