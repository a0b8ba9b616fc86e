#include "workers/native/commands.h"

#include "base/utf8.h"
#include "workers/native/call_decode.h"
#include "workers/native/call_encode.h"
#include "workers/native/examine.h"

#include <gnu/libc-version.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES_MAX = 64 }; /* on one command */

/* What a handler says beyond its status. */
struct failure {
    const char *kind; /* NULL: as the status has it */
    const char *type; /* of an exception */
    size_t task;      /* WORK_NO_TASK: none */
};

typedef bool handler(struct commands *c, const json_t *command, json_t *reply,
                     struct failure *failure, struct status *st);

bool commands_init(struct commands *c, const int pipes[2], const char *counter_fds,
                   struct status *st)
{
    *c = (struct commands){.pipes = {pipes[0], pipes[1]}};
    if (!bracket_init(&c->bracket, counter_fds, st))
        return false;
    c->modes = modes_new(&c->bracket, c->pipes, 2, st);
    return c->modes != NULL;
}

static void forget_tasks(struct commands *c)
{
    if (c->modes != NULL)
        modes_disband(c->modes);
    call_tasks_free(c->tasks);
    c->tasks = NULL;
    c->has_results = false;
}

void commands_free(struct commands *c)
{
    forget_tasks(c);
    modes_free(c->modes);
    subject_unload(&c->subject);
    bracket_free(&c->bracket);
}

/* Puts what json_pack made into the reply. */
static bool add(json_t *reply, json_t *fields, struct status *st)
{
    if (fields == NULL || json_object_update_new(reply, fields) != 0)
        return status_fail(st, STATUS_MEMORY, "no memory for the reply");
    return true;
}

/* Handlers ----------------------------------------------------------------------------------- */

static bool answer_hello(struct commands *c, const json_t *command, json_t *reply,
                         struct failure *failure, struct status *st)
{
    (void)c, (void)failure;
    const json_t *protocol = json_object_get(command, "protocol");
    if (!json_is_integer(protocol) || json_integer_value(protocol) != 1)
        return status_fail(st, STATUS_USAGE, "this worker speaks protocol 1");
    return add(reply,
               json_pack("{si si s{ss ss si ss ss ss ss} s[sss] si}", "protocol", 1, "samples",
                         SAMPLES_MAX, "runtime", "name", "native", "version", PAYOFF_VERSION,
                         "pointer_bits", (int)sizeof(void *) * 8, "byte_order", "little", "libffi",
                         LIBFFI_VERSION, "libc", gnu_get_libc_version(), "compiler", __VERSION__,
                         "modes", "serial", "process", "thread", "pid", (int)getpid()),
               st);
}

static bool answer_load(struct commands *c, const json_t *command, json_t *reply,
                        struct failure *failure, struct status *st)
{
    const json_t *subject = json_object_get(command, "subject");
    const json_t *texts[3];
    static const char *const keys[3] = {"library", "symbol", "signature"};
    failure->kind = "load";
    for (size_t i = 0; i < 3; i++) {
        texts[i] = json_object_get(subject, keys[i]);
        const char *text = json_string_value(texts[i]);
        /* A signature may contain anything; the rest become C strings. */
        if (text == NULL || *text == '\0' ||
            (i < 2 && strlen(text) != json_string_length(texts[i])))
            return status_fail(st, STATUS_USAGE,
                               "a native subject needs '%s', a string; for example {\"library\": "
                               "\"/dir/libx.so\", \"symbol\": \"f\", \"signature\": "
                               "\"double(int64, int64)\"}",
                               keys[i]);
    }
    forget_tasks(c);
    subject_unload(&c->subject);
    if (!subject_load(&c->subject, json_string_value(texts[0]), json_string_value(texts[1]),
                      json_string_value(texts[2]), json_string_length(texts[2]), st))
        return false;
    const char *file = c->subject.file;
    bool known = *file != '\0' && utf8_valid_bytes(file, strlen(file)) == strlen(file);
    return add(reply,
               json_pack("{sI ss*}", "load_ns", (json_int_t)c->subject.load_ns, "file",
                         known ? file : NULL),
               st);
}

static bool answer_prepare(struct commands *c, const json_t *command, json_t *reply,
                           struct failure *failure, struct status *st)
{
    if (c->subject.library == NULL)
        return status_fail(st, STATUS_USAGE, "no subject is loaded: 'load' comes before 'prepare'");
    forget_tasks(c);
    if (!call_tasks_decode(&c->subject.call, json_object_get(command, "tasks"), &c->tasks,
                           &failure->task, st)) {
        if (st->code == STATUS_USAGE)
            failure->task = WORK_NO_TASK;
        return false;
    }
    return add(reply, json_pack("{sI}", "tasks", (json_int_t)call_tasks_count(c->tasks)), st);
}

static bool take_count(const json_t *command, const char *key, json_int_t limit, uint64_t *count,
                       struct status *st)
{
    const json_t *value = json_object_get(command, key);
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > limit)
        return status_fail(st, STATUS_USAGE, "'%s' must be an integer from 1 to %lld", key,
                           (long long)limit);
    *count = (uint64_t)json_integer_value(value);
    return true;
}

static bool take_run(const json_t *command, struct modes_run *run, struct status *st)
{
    static const char *const names[] = {"serial", "process", "thread", "empty"};
    const char *mode = json_string_value(json_object_get(command, "mode"));
    const char *start = json_string_value(json_object_get(command, "start"));
    uint64_t jobs = 0;
    size_t i = 0;
    while (i < 4 && mode != NULL && strcmp(mode, names[i]) != 0)
        i++;
    if (mode == NULL || start == NULL || (strcmp(start, "warm") != 0 && strcmp(start, "cold") != 0))
        return status_fail(st, STATUS_USAGE,
                           "'run' needs 'mode', a string, and 'start', \"warm\" or \"cold\"");
    if (i == 4)
        return status_fail(st, STATUS_UNAVAILABLE, "a native subject has no mode '%.40s'", mode);
    if (!take_count(command, "jobs", WORK_JOBS_MAX, &jobs, st))
        return false;
    run->loops = 1;
    run->mode = (enum modes_mode)i;
    run->cold = *start == 'c' && (run->mode == MODES_PROCESS || run->mode == MODES_THREAD);
    run->jobs = (size_t)jobs;
    if (run->mode == MODES_SERIAL && run->jobs != 1)
        return status_fail(st, STATUS_USAGE, "'serial' has 1 job, not %zu", run->jobs);
    return true;
}

/* One measurement, into `into`. */
static bool measure(struct commands *c, const struct modes_run *run, json_t *into,
                    struct failure *failure, struct status *st)
{
    struct modes_failure subject_failure;
    if (!modes_run(c->modes, c->tasks, run, &subject_failure, st)) {
        failure->task = subject_failure.task;
        failure->type = subject_failure.type;
        return false;
    }
    return add(into,
               json_pack("{sI sI so}", "wall_ns", (json_int_t)bracket_wall_ns(&c->bracket),
                         "cpu_ns", (json_int_t)modes_cpu_ns(c->modes), "workers",
                         modes_workers(c->modes)),
               st) &&
           bracket_encode(&c->bracket, into, st);
}

/* `samples` of them, one right after the other. */
static bool measure_each(struct commands *c, const struct modes_run *run, uint64_t samples,
                         json_t *reply, struct failure *failure, struct status *st)
{
    json_t *list = json_array();
    if (json_object_set_new(reply, "samples", list) != 0)
        return status_fail(st, STATUS_MEMORY, "no memory for a reply");
    for (uint64_t i = 0; i < samples; i++) {
        json_t *sample = json_object();
        if (json_array_append_new(list, sample) != 0)
            return status_fail(st, STATUS_MEMORY, "no memory for a reply");
        if (!measure(c, run, sample, failure, st))
            return false;
    }
    return true;
}

static bool answer_run(struct commands *c, const json_t *command, json_t *reply,
                       struct failure *failure, struct status *st)
{
    struct modes_run run;
    uint64_t samples = 0;
    if (!take_run(command, &run, st) || !take_count(command, "loops", INT64_MAX, &run.loops, st))
        return false;
    if (json_object_get(command, "samples") != NULL) {
        if (!take_count(command, "samples", SAMPLES_MAX, &samples, st))
            return false;
        if (run.mode != MODES_SERIAL)
            return status_fail(st, STATUS_USAGE, "only 'serial' has several samples to a command");
    }
    if (c->tasks == NULL && run.mode != MODES_EMPTY)
        return status_fail(st, STATUS_USAGE, "no tasks: 'prepare' comes before 'run'");
    if (run.mode != MODES_EMPTY)
        c->has_results = false;
    bool done = samples > 0 ? measure_each(c, &run, samples, reply, failure, st)
                            : measure(c, &run, reply, failure, st);
    if (done && run.mode != MODES_EMPTY)
        c->has_results = true;
    return done;
}

static bool answer_crew(struct commands *c, const json_t *command, json_t *reply,
                        struct failure *failure, struct status *st)
{
    struct modes_run run;
    struct modes_failure subject_failure;
    if (!take_run(command, &run, st))
        return false;
    if (c->tasks == NULL)
        return status_fail(st, STATUS_USAGE, "no tasks: 'prepare' comes before 'crew'");
    c->has_results = false;
    if (!modes_crew(c->modes, c->tasks, &run, &subject_failure, st)) {
        failure->task = subject_failure.task;
        failure->type = subject_failure.type;
        return false;
    }
    return add(reply, json_pack("{so}", "tids", modes_tids(c->modes)), st);
}

static bool answer_results(struct commands *c, const json_t *command, json_t *reply,
                           struct failure *failure, struct status *st)
{
    (void)command;
    if (!c->has_results)
        return status_fail(st, STATUS_USAGE, "no results: no 'run' has succeeded since 'prepare'");
    size_t task = WORK_NO_TASK;
    json_t *results = call_tasks_results(c->tasks, &task, st);
    if (results == NULL && st->code == STATUS_SUBJECT) {
        failure->task = task;
        failure->type = "UnicodeDecodeError";
    }
    return results != NULL && add(reply, json_pack("{so}", "results", results), st);
}

static bool answer_examine(struct commands *c, const json_t *command, json_t *reply,
                           struct failure *failure, struct status *st)
{
    (void)failure;
    if (c->subject.library == NULL)
        return status_fail(st, STATUS_USAGE, "no subject is loaded: 'load' comes before 'examine'");
    json_t *outcomes = examine_tasks(&c->subject.call, json_object_get(command, "tasks"), st);
    return outcomes != NULL && add(reply, json_pack("{so}", "outcomes", outcomes), st);
}

static bool answer_leave(struct commands *c, const json_t *command, json_t *reply,
                         struct failure *failure, struct status *st)
{
    (void)command, (void)reply, (void)failure, (void)st;
    c->leave = true;
    return true;
}

/* Replies ------------------------------------------------------------------------------------ */

static const char *kind_of(enum status_code code)
{
    switch (code) {
    case STATUS_USAGE:
        return "usage";
    case STATUS_NOT_FOUND:
        return "load";
    case STATUS_DATA:
        return "argument";
    case STATUS_SUBJECT:
        return "exception";
    case STATUS_UNAVAILABLE:
        return "unsupported";
    default:
        return "resource";
    }
}

/* Paths, symbols and cut-off text need not be UTF-8; a reply must be. */
static void make_utf8(char *text)
{
    size_t length = strlen(text), valid;
    while ((valid = utf8_valid_bytes(text, length)) < length)
        text[valid] = '?';
}

json_t *commands_refuse(const json_t *id, const char *kind, const char *message)
{
    char text[sizeof((struct status *)0)->message];
    snprintf(text, sizeof text, "%s", message);
    make_utf8(text);
    return json_pack("{sO? sb s{ss ss}}", "id", id, "ok", 0, "error", "kind", kind, "message",
                     text);
}

static json_t *refuse(const json_t *id, const struct failure *failure, const struct status *st)
{
    const char *kind = failure->kind != NULL ? failure->kind : kind_of(st->code);
    json_t *reply = commands_refuse(id, kind, st->message);
    json_t *error = json_object_get(reply, "error");
    int failed = error == NULL;
    if (failure->task != WORK_NO_TASK)
        failed |= json_object_set_new(error, "task", json_integer((json_int_t)failure->task));
    if (failure->type != NULL) {
        failed |= json_object_set_new(error, "type", json_string(failure->type));
        failed |= json_object_set_new(error, "trace", json_string(""));
    }
    if (failed) {
        json_decref(reply);
        return NULL;
    }
    return reply;
}

static handler *find_handler(const char *name)
{
    static const struct {
        const char *name;
        handler *answer;
    } handlers[] = {
        {"hello", answer_hello},     {"load", answer_load},   {"prepare", answer_prepare},
        {"crew", answer_crew},       {"run", answer_run},     {"results", answer_results},
        {"examine", answer_examine}, {"leave", answer_leave},
    };
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp(handlers[i].name, name) == 0)
            return handlers[i].answer;
    return NULL;
}

static json_t *answer_command(struct commands *c, const json_t *command)
{
    struct status st = STATUS_INIT;
    struct failure failure = {NULL, NULL, WORK_NO_TASK};
    json_t *id = json_object_get(command, "id");
    const char *name = json_string_value(json_object_get(command, "cmd"));
    if (!json_is_integer(id))
        return commands_refuse(NULL, "usage", "a command needs 'id', an integer");
    if (name == NULL)
        return commands_refuse(id, "usage", "a command needs 'cmd', a string");
    handler *answer = find_handler(name);
    if (answer == NULL) {
        status_fail(&st, STATUS_USAGE,
                    "there is no command '%.40s'; there are hello, load, prepare, crew, run, "
                    "results, examine and leave",
                    name);
        return refuse(id, &failure, &st);
    }
    json_t *reply = json_pack("{sO sb}", "id", id, "ok", 1);
    if (reply != NULL && !answer(c, command, reply, &failure, &st)) {
        json_decref(reply);
        reply = refuse(id, &failure, &st);
    }
    return reply;
}

json_t *commands_answer(struct commands *c, const char *line, size_t length)
{
    json_error_t error;
    json_t *command = json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json_is_object(command)) {
        struct status st = STATUS_INIT;
        if (command == NULL)
            status_fail(&st, STATUS_USAGE, "the command is no JSON: column %d: %s", error.column,
                        error.text);
        else
            status_fail(&st, STATUS_USAGE, "the command is no JSON object");
        json_decref(command);
        return commands_refuse(NULL, "usage", st.message);
    }
    json_t *reply = answer_command(c, command);
    json_decref(command);
    return reply;
}
