#include "workers/native/native_worker.h"

#include "workers/native/commands.h"
#include "workers/native/lines.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A descriptor that the environment names, made close-on-exec; −1 when there is none. */
static int take_fd(const char *name)
{
    const char *text = getenv(name);
    char *end;
    if (text == NULL || *text < '0' || *text > '9')
        return -1;
    unsigned long fd = strtoul(text, &end, 10);
    if (*end != '\0' || fd > 1 << 20 || fcntl((int)fd, F_SETFD, FD_CLOEXEC) != 0)
        return -1;
    return (int)fd;
}

/* Sends the reply, or an error in its place when there is none or it is larger than a line. */
static bool send_reply(struct lines *lines, json_t *reply, struct status *st)
{
    char *text = reply != NULL ? json_dumps(reply, JSON_COMPACT) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;
    bool sent;
    if (text == NULL || length >= LINES_LIMIT) {
        json_t *id = json_object_get(reply, "id");
        json_t *refusal = commands_refuse(
            id, "resource", text == NULL ? "no memory for the reply" : "the reply is over 64 MiB");
        free(text);
        text = json_dumps(refusal, JSON_COMPACT);
        json_decref(refusal);
        length = text != NULL ? strlen(text) : 0;
    }
    sent = text != NULL ? lines_send(lines, text, length, st)
                        : status_fail(st, STATUS_MEMORY, "no memory to say so");
    free(text);
    return sent;
}

static bool converse(struct commands *commands, struct lines *lines, struct status *st)
{
    while (!commands->leave) {
        const char *line;
        size_t length;
        enum lines_got got = lines_next(lines, &line, &length, st);
        if (got == LINES_END)
            break;
        if (got == LINES_BROKEN)
            return false;
        json_t *reply = got == LINES_TOO_LONG
                            ? commands_refuse(NULL, "usage", "the command is over 64 MiB")
                            : commands_answer(commands, line, length);
        bool sent = send_reply(lines, reply, st);
        json_decref(reply);
        if (!sent)
            return false;
    }
    return true;
}

static int fail(const char *message, int exit_status)
{
    fprintf(stderr, "payoff worker native: %s\n", message);
    return exit_status;
}

int native_worker_main(int argc, char **argv)
{
    (void)argv;
    int pipes[2] = {take_fd("PAYOFF_COMMAND_FD"), take_fd("PAYOFF_REPLY_FD")};
    const char *protocol = getenv("PAYOFF_PROTOCOL");
    if (argc != 1 || pipes[0] < 0 || pipes[1] < 0)
        return fail("this program is started by payoff, which talks to it over the descriptors "
                    "PAYOFF_COMMAND_FD and PAYOFF_REPLY_FD; there is nothing to run by hand",
                    EX_USAGE);
    if (protocol != NULL && strcmp(protocol, "1") != 0)
        return fail("this worker speaks protocol 1 only", EX_USAGE);
    /* A pipe without a reader is an error to be seen, and children are reaped by name. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    /* Under a simulator, the order of hash tables is not to move the caches' contents. */
    const char *steady = getenv("PAYOFF_STEADY");
    if (steady != NULL && strcmp(steady, "1") == 0)
        json_object_seed(1);

    struct status st = STATUS_INIT;
    struct commands commands;
    struct lines lines = lines_init(pipes[0], pipes[1]);
    int exit_status = EX_OK;
    if (!commands_init(&commands, pipes, getenv("PAYOFF_COUNTER_FDS"), &st))
        exit_status = fail(st.message, EX_USAGE);
    else if (!converse(&commands, &lines, &st))
        exit_status = fail(st.message, EX_IOERR);
    lines_free(&lines);
    commands_free(&commands);
    return exit_status;
}
