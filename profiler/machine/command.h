/* command: run a program to its end, without a shell, and keep what it prints.
 *
 * The program gets its own process group, so that a time-out or Ctrl-C ends everything it started:
 * SIGTERM first, SIGKILL half a second later. What it leaves behind in its group after its own end
 * is killed too; nothing is left running or unreaped. Descriptors other than 0, 1, 2 must be
 * close-on-exec, as all of payoff's are. Thread-safe. */
#ifndef PAYOFF_MACHINE_COMMAND_H
#define PAYOFF_MACHINE_COMMAND_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMMAND_OUTPUT_MAX = 4 << 20 }; /* bytes kept of each stream when output_max is 0 */

struct command {
    const char *const *argv;        /* NULL-terminated; argv[0] is searched for in PATH */
    const char *cwd;                /* NULL: payoff's own */
    const char *const *environment; /* "NAME=value", NULL-terminated; NULL: payoff's own */
    const char *input;              /* its standard input; NULL: /dev/null */
    size_t input_size;
    double timeout_s;  /* 0: none */
    size_t output_max; /* bytes kept of each stream; what comes after is read and dropped */
    /* Called about ten times a second while it runs, from this thread; false ends the program as
     * an interrupt does. May be NULL. */
    bool (*on_wait)(void *context, double elapsed_s);
    void *context;
};

struct command_output {
    char *text; /* NUL-terminated beyond size */
    size_t size;
    uint64_t dropped; /* bytes that came after output_max */
};

struct command_result {
    int exit;       /* exit status; -1 when a signal ended it */
    int signal;     /* the signal that ended it; 0 when it exited */
    bool timed_out; /* it was ended because of timeout_s */
    bool cancelled; /* it was ended because of a signal to payoff, or by on_wait */
    uint64_t wall_ns;
    struct command_output out, err; /* standard output, standard error */
};

/* False when it could not be started (STATUS_NOT_FOUND: no such program or folder) or waited for;
 * any way that it ends by itself is a result. Free *result with command_result_free in either case.
 */
bool command_run(const struct command *command, struct command_result *result, struct status *st);
void command_result_free(struct command_result *result);

#endif
