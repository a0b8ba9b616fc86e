/* command_spawn: start a command's program in its own process group with its output in two pipes.
 */
#ifndef PAYOFF_MACHINE_COMMAND_SPAWN_H
#define PAYOFF_MACHINE_COMMAND_SPAWN_H

#include "machine/command.h"

#include <sys/types.h>

/* pipes[0] and pipes[1] are the read ends of its output and error stream: non-blocking,
 * close-on-exec, the caller's to close, as is the child to reap. */
bool command_spawn(const struct command *command, pid_t *pid, int pipes[2], struct status *st);

#endif
