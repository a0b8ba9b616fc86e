#include "workers/native/examine.h"

#include "workers/native/buffer.h"
#include "workers/native/call_block.h"
#include "workers/native/call_decode.h"
#include "workers/native/call_encode.h"
#include "workers/native/scalar.h"

#include <string.h>

/* A buffer as the task gave it: bytes as bytes, a list as a list. */
static json_t *encode_like(const json_t *given, const struct call_buffer *buffer)
{
    json_t *flat = buffer_encode(buffer->type, buffer->data, buffer->elements);
    const char *tag = json_string_value(json_array_get(given, 0));
    if (flat == NULL || tag == NULL || (strcmp(tag, "l") != 0 && strcmp(tag, "t") != 0))
        return flat;
    json_decref(flat);
    json_t *list = json_pack("[s]", tag);
    const unsigned char *at = buffer->data;
    for (size_t i = 0; list != NULL && i < buffer->elements; i++, at += buffer->type->size) {
        if (json_array_append_new(list, scalar_encode(buffer->type, at)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

/* All arguments as they are after the call; NULL when none was changed (*changed is false) or
 * without memory. */
static json_t *encode_arguments(const struct call_task *task, const struct call_task *twin,
                                const json_t *tuple, bool *changed)
{
    json_t *out = NULL;
    *changed = false;
    for (size_t i = 0; i < task->input_count; i++) {
        const struct call_buffer *buffer = &task->inputs[i];
        if (memcmp(buffer->data, twin->inputs[i].data, buffer->size) == 0)
            continue;
        if (!*changed) {
            *changed = true;
            out = json_array();
            for (size_t k = 1; out != NULL && k < json_array_size(tuple); k++)
                if (json_array_append(out, json_array_get(tuple, k)) != 0)
                    goto fail;
        }
        const json_t *given = json_array_get(tuple, buffer->argument + 1);
        if (out == NULL || json_array_set_new(out, buffer->argument, encode_like(given, buffer)))
            goto fail;
    }
    return out;
fail:
    json_decref(out);
    return NULL;
}

static json_t *exception(const char *type, const char *message)
{
    return json_pack("{s{ss ss}}", "exception", "type", type, "message", message);
}

/* What came of the call of the only task. */
static json_t *outcome_of(struct call_tasks *tasks, const struct call_tasks *twins,
                          const json_t *tuple, struct status *st)
{
    if (!call_tasks_run(tasks, 0))
        return exception("OverflowError", "returned a string that is too long");
    size_t index;
    json_t *results = call_tasks_results(tasks, &index, st);
    if (results == NULL && st->code == STATUS_SUBJECT) {
        st->code = STATUS_OK;
        return exception("UnicodeDecodeError", st->message);
    }
    bool changed = false;
    json_t *arguments = encode_arguments(tasks->tasks, twins->tasks, tuple, &changed);
    json_t *outcome = NULL;
    if (results != NULL && (arguments != NULL || !changed))
        outcome =
            json_pack("{sO so*}", "value", json_array_get(results, 0), "arguments", arguments);
    else
        json_decref(arguments);
    json_decref(results);
    return outcome;
}

static json_t *examine_one(const struct call *call, json_t *task, struct status *st)
{
    struct call_tasks *tasks = NULL, *twins = NULL;
    json_t *outcome = NULL, *list = json_pack("[O]", task);
    size_t index;
    if (list == NULL)
        goto out;
    if (!call_tasks_decode(call, list, &tasks, &index, st)) {
        if (st->code != STATUS_DATA)
            goto out;
        outcome = json_pack("{ss}", "argument", st->message);
        *st = (struct status)STATUS_INIT;
        goto out;
    }
    if (!call_tasks_decode(call, list, &twins, &index, st))
        goto out;
    outcome = outcome_of(tasks, twins, task, st);
out:
    if (outcome == NULL && st->code == STATUS_OK)
        status_fail(st, STATUS_MEMORY, "no memory for the outcome of a call");
    call_tasks_free(tasks);
    call_tasks_free(twins);
    json_decref(list);
    return outcome;
}

json_t *examine_tasks(const struct call *call, const json_t *tasks, struct status *st)
{
    if (!json_is_array(tasks)) {
        status_fail(st, STATUS_USAGE, "'tasks' is no list");
        return NULL;
    }
    json_t *outcomes = json_array();
    for (size_t i = 0; outcomes != NULL && i < json_array_size(tasks); i++) {
        if (json_array_append_new(outcomes, examine_one(call, json_array_get(tasks, i), st)) != 0) {
            json_decref(outcomes);
            outcomes = NULL;
        }
    }
    if (outcomes == NULL && st->code == STATUS_OK)
        status_fail(st, STATUS_MEMORY, "no memory for the outcomes");
    return outcomes;
}
