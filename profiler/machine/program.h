/* program: which file a command's name means. Thread-safe as long as nobody changes the
 * environment. */
#ifndef PAYOFF_MACHINE_PROGRAM_H
#define PAYOFF_MACHINE_PROGRAM_H

#include "base/status.h"

#include <stdbool.h>

/* The program that a shell would run for `name`: absolute, the caller's to free(). `search` is a
 * PATH; NULL is this process's. A name with a slash is not searched for. STATUS_NOT_FOUND when
 * there is none. Links are not resolved: compiler wrappers and busybox look at the name they have.
 */
bool program_find(const char *name, const char *search, char **path, struct status *st);

#endif
