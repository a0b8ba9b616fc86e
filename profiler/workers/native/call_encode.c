#include "workers/native/call_encode.h"

#include "base/utf8.h"
#include "workers/native/buffer.h"
#include "workers/native/call_block.h"
#include "workers/native/scalar.h"

#include <string.h>

static json_t *encode_string(const struct call_task *task, struct status *st)
{
    if (task->result->pointer == NULL)
        return json_pack("[s]", "n");
    size_t length = strlen(task->text);
    if (utf8_valid_bytes(task->text, length) != length) {
        status_fail(st, STATUS_SUBJECT, "returned a string that is no UTF-8");
        return NULL;
    }
    return json_pack("[ss]", "s", task->text);
}

/* Integers narrower than ffi_arg come back widened; their low bytes, which are the first, count. */
static json_t *encode_return_value(const struct call_tasks *tasks, const struct call_task *task,
                                   struct status *st)
{
    const struct type *type = tasks->call->signature.result;
    if (type->class == TYPE_STRING)
        return encode_string(task, st);
    return type->class == TYPE_VOID ? json_pack("[s]", "n") : scalar_encode(type, task->result);
}

static json_t *encode_result(const struct call_tasks *tasks, const struct call_task *task,
                             struct status *st)
{
    bool is_void = tasks->call->signature.result->class == TYPE_VOID;
    if (task->buffer_count == 0)
        return encode_return_value(tasks, task, st);
    if (is_void && task->buffer_count == 1)
        return buffer_encode(task->buffers->type, task->buffers->data, task->buffers->elements);

    json_t *tuple = json_pack("[s]", "t");
    bool whole = tuple != NULL;
    if (whole && !is_void)
        whole = json_array_append_new(tuple, encode_return_value(tasks, task, st)) == 0;
    for (size_t i = 0; whole && i < task->buffer_count; i++) {
        const struct call_buffer *buffer = &task->buffers[i];
        whole = json_array_append_new(
                    tuple, buffer_encode(buffer->type, buffer->data, buffer->elements)) == 0;
    }
    if (!whole) {
        json_decref(tuple);
        tuple = NULL;
    }
    return tuple;
}

json_t *call_tasks_results(const struct call_tasks *tasks, size_t *index, struct status *st)
{
    json_t *list = json_array();
    for (*index = 0; list != NULL && *index < tasks->count; ++*index) {
        json_t *result = encode_result(tasks, &tasks->tasks[*index], st);
        if (json_array_append_new(list, result) != 0) { /* NULL is refused, too */
            json_decref(list);
            if (st->code == STATUS_OK)
                status_fail(st, STATUS_MEMORY, "no memory for the results");
            return NULL;
        }
    }
    if (list == NULL)
        status_fail(st, STATUS_MEMORY, "no memory for the results");
    return list;
}
