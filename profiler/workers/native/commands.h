/* commands: what the native worker does at each command of the protocol. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_COMMANDS_H
#define PAYOFF_WORKERS_NATIVE_COMMANDS_H

#include "workers/native/modes.h"
#include "workers/native/subject.h"

#include <jansson.h>

struct commands {
    struct bracket bracket;
    struct modes *modes;
    struct subject subject;
    struct call_tasks *tasks; /* NULL: not prepared */
    bool has_results;
    bool leave; /* `leave` was answered */
    int pipes[2];
};

/* `pipes` are the protocol's descriptors, which forked children close; `counter_fds` as in
 * bracket_init. The caller ends it with commands_free, also after a failure. Must not move. */
bool commands_init(struct commands *commands, const int pipes[2], const char *counter_fds,
                   struct status *st);
void commands_free(struct commands *commands);

/* The reply to one line: a new reference, an error reply where need be. NULL without memory. */
json_t *commands_answer(struct commands *commands, const char *line, size_t length);

/* An error reply for a command whose id is unknown (NULL) or known. */
json_t *commands_refuse(const json_t *id, const char *kind, const char *message);

#endif
