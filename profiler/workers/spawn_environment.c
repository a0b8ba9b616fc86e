#include "workers/spawn_environment.h"

#include "workers/protocol.h"
#include "workers/spawn_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OWN_VARIABLES = 5, VARIABLE_SIZE = 40, NUMBER_SIZE = 12 };

static const char *const own_names[OWN_VARIABLES] = {
    "PAYOFF_COMMAND_FD=",  "PAYOFF_REPLY_FD=", "PAYOFF_PROTOCOL=",
    "PAYOFF_COUNTER_FDS=", "PAYOFF_WORKER=",
};

static bool is_own(const char *variable)
{
    for (int i = 0; i < OWN_VARIABLES; i++) {
        if (strncmp(variable, own_names[i], strlen(own_names[i])) == 0)
            return true;
    }
    return false;
}

static void write_counters(char *variable, int counters)
{
    char *end = stpcpy(variable, "PAYOFF_COUNTER_FDS=");
    for (int i = 0; i < counters; i++)
        end += sprintf(end, i > 0 ? ",%d" : "%d", CHILD_FIRST_COUNTER_FD + i);
}

bool spawn_environment_make(const char *const *environment, const char *mark, int counters,
                            struct spawn_environment *made, struct status *st)
{
    if (environment == NULL)
        environment = (const char *const *)environ;
    size_t count = 0;
    while (environment[count] != NULL)
        count++;
    *made = (struct spawn_environment){
        .list = calloc(count + OWN_VARIABLES + 1, sizeof *made->list),
        .text = calloc(4 * VARIABLE_SIZE + (size_t)counters * NUMBER_SIZE, 1),
    };
    if (made->list == NULL || made->text == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for an environment");

    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_own(environment[i]))
            made->list[used++] = (char *)environment[i];
    }
    char *command = made->text, *reply = command + VARIABLE_SIZE, *version = reply + VARIABLE_SIZE;
    made->counter_variable = version + VARIABLE_SIZE;
    snprintf(command, VARIABLE_SIZE, "PAYOFF_COMMAND_FD=%d", CHILD_COMMAND_FD);
    snprintf(reply, VARIABLE_SIZE, "PAYOFF_REPLY_FD=%d", CHILD_REPLY_FD);
    snprintf(version, VARIABLE_SIZE, "PAYOFF_PROTOCOL=%d", PROTOCOL_VERSION);
    write_counters(made->counter_variable, counters);
    made->list[used++] = command;
    made->list[used++] = reply;
    made->list[used++] = version;
    made->list[used++] = made->counter_variable;
    made->list[used] = (char *)mark;
    return true;
}

void spawn_environment_free(struct spawn_environment *made)
{
    free(made->list);
    free(made->text);
    *made = (struct spawn_environment){0};
}

const char *spawn_environment_value(const struct spawn_environment *made, const char *name)
{
    size_t length = strlen(name);
    for (char **variable = made->list; *variable != NULL; variable++) {
        if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
            return *variable + length + 1;
    }
    return NULL;
}
