#include "workers/native/call_decode.h"

#include "workers/native/buffer.h"
#include "workers/native/call_block.h"
#include "workers/native/scalar.h"
#include "workers/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Lengths of one task's buffers as they become known. */
struct lengths {
    bool known[SIGNATURE_PARAMETERS_MAX];
    size_t elements[SIGNATURE_PARAMETERS_MAX];
};

static bool decode_string(const json_t *value, struct arena *arena, void **pointer,
                          struct status *st)
{
    size_t length;
    if (value_type(value) == VALUE_STR_LONE)
        return status_fail(st, STATUS_DATA, "has lone surrogates, which UTF-8 cannot carry");
    if (value_type(value) != VALUE_STR)
        return scalar_mismatch(value, "string", st);
    const char *text = value_chars(value, &length);
    if (memchr(text, '\0', length) != NULL)
        return status_fail(st, STATUS_DATA, "has a NUL in it, where C would take it to end");
    *pointer = arena_take(arena, length + 1, 1, st);
    return *pointer != NULL && memcpy(*pointer, text, length) != NULL;
}

static bool agree_on_length(const struct signature *s, const struct signature_parameter *parameter,
                            size_t elements, struct lengths *lengths, struct status *st)
{
    if (parameter->fixed && elements != parameter->elements)
        return status_fail(st, STATUS_DATA, "has %zu elements instead of %zu", elements,
                           (size_t)parameter->elements);
    if (parameter->length == SIGNATURE_NO_LENGTH)
        return true;
    size_t i = parameter->length;
    if (lengths->known[i] && lengths->elements[i] != elements)
        return status_fail(st, STATUS_DATA, "has %zu elements where '%s' is already %zu", elements,
                           s->lengths[i].name, lengths->elements[i]);
    lengths->known[i] = true;
    lengths->elements[i] = elements;
    return true;
}

static bool decode_buffer(const struct signature *s, const struct signature_parameter *parameter,
                          const json_t *value, size_t argument, struct call_tasks *tasks,
                          struct call_task *task, union call_slot *slot, struct lengths *lengths,
                          struct status *st)
{
    void *data;
    size_t elements;
    if (!buffer_decode(value, parameter->type, &tasks->arena, &data, &elements, st) ||
        !agree_on_length(s, parameter, elements, lengths, st))
        return false;
    if (parameter->role == SIGNATURE_CONST) {
        slot->pointer = data;
        task->inputs[task->input_count++] =
            (struct call_buffer){.data = data,
                                 .elements = elements,
                                 .size = elements * parameter->type->size,
                                 .type = parameter->type,
                                 .argument = argument};
    } else
        task->buffers[task->buffer_count++] =
            (struct call_buffer){.fresh = data, .elements = elements, .type = parameter->type};
    return true;
}

/* An integer that is the length of out buffers: it says how much room they need. */
static bool take_length(const struct signature_parameter *parameter, const union call_slot *slot,
                        struct lengths *lengths, struct status *st)
{
    uint64_t elements = 0;
    memcpy(&elements, slot, parameter->type->size);
    if (parameter->type->class == TYPE_SIGNED && elements >> (parameter->type->size * 8 - 1))
        return status_fail(st, STATUS_DATA, "is a length and cannot be negative");
    lengths->known[parameter->length] = true;
    lengths->elements[parameter->length] = elements;
    return true;
}

static bool decode_argument(const struct signature_parameter *parameter, const json_t *value,
                            size_t argument, struct call_tasks *tasks, struct call_task *task,
                            union call_slot *slot, struct lengths *lengths, struct status *st)
{
    if (signature_is_buffer(parameter))
        return decode_buffer(&tasks->call->signature, parameter, value, argument, tasks, task, slot,
                             lengths, st);
    if (parameter->type->class == TYPE_STRING)
        return decode_string(value, &tasks->arena, &slot->pointer, st);
    return scalar_decode(value, parameter->type, slot, st) &&
           (parameter->length == SIGNATURE_NO_LENGTH || take_length(parameter, slot, lengths, st));
}

/* The parameters that follow from others: lengths, and the sizes of out buffers. Out buffers must
 * be entered in the order of the parameters, among the inout ones. */
static bool derive_parameter(const struct signature_parameter *parameter, struct call_task *task,
                             size_t *buffer, union call_slot *slot, const struct lengths *lengths,
                             struct status *st)
{
    if (parameter->role == SIGNATURE_INOUT)
        ++*buffer;
    if (parameter->role == SIGNATURE_OUT) {
        size_t elements =
            parameter->fixed ? parameter->elements : lengths->elements[parameter->length];
        memmove(&task->buffers[*buffer + 1], &task->buffers[*buffer],
                (task->buffer_count++ - *buffer) * sizeof *task->buffers);
        task->buffers[(*buffer)++] =
            (struct call_buffer){.elements = elements, .type = parameter->type};
    }
    if (parameter->role != SIGNATURE_LENGTH)
        return true;

    size_t elements = lengths->elements[parameter->length];
    unsigned bits = (unsigned)parameter->type->size * 8 - (parameter->type->class == TYPE_SIGNED);
    if (bits < 64 && elements >> bits != 0)
        return status_fail(st, STATUS_DATA, "the length %zu of the buffer does not fit", elements);
    memcpy(slot, &elements, parameter->type->size);
    return true;
}

/* Gives the results of a task their places in the region to come. */
static bool lay_out(struct call_tasks *tasks, struct call_task *task, struct status *st)
{
    size_t at = tasks->region_size;
    task->offset = at;
    at += ARENA_ALIGNMENT;
    if (tasks->call->signature.result->class == TYPE_STRING)
        at += CALL_STRING_BYTES;
    for (size_t i = 0; i < task->buffer_count; i++) {
        struct call_buffer *buffer = &task->buffers[i];
        buffer->offset = at;
        if (__builtin_mul_overflow(buffer->elements, buffer->type->size, &buffer->size) ||
            buffer->size > SIZE_MAX / 4 || at > SIZE_MAX / 4)
            return status_fail(st, STATUS_DATA, "a buffer of %zu elements of %s is too large",
                               buffer->elements, buffer->type->name);
        /* An empty buffer has an address of its own, too. */
        at += (buffer->size + ARENA_ALIGNMENT) & ~(size_t)(ARENA_ALIGNMENT - 1);
    }
    tasks->region_size = at;
    return true;
}

static bool fail_argument(const struct signature_parameter *parameter, size_t argument,
                          struct status *st)
{
    const char *type = parameter->type->name;
    return signature_is_buffer(parameter)
               ? status_prefix(st, "argument %zu (buffer of %s)", argument, type)
               : status_prefix(st, "argument %zu (%s)", argument, type);
}

static bool decode_task(struct call_tasks *tasks, struct call_task *task, const json_t *tuple,
                        struct status *st)
{
    const struct signature *s = &tasks->call->signature;
    if (!value_check(tuple, st))
        return false;
    if (value_type(tuple) != VALUE_TUPLE || value_length(tuple) != s->tuple_size)
        return status_fail(st, STATUS_DATA,
                           "the signature takes a tuple of %zu, the task is a %s of %zu",
                           s->tuple_size, value_type_name(tuple), value_length(tuple));

    struct lengths lengths = {{0}, {0}};
    size_t room = s->parameter_count + 1;
    task->slots = arena_take(&tasks->arena, room, sizeof *task->slots, st);
    task->values = arena_take(&tasks->arena, room, sizeof *task->values, st);
    task->buffers = arena_take(&tasks->arena, room, sizeof *task->buffers, st);
    task->inputs = arena_take(&tasks->arena, room, sizeof *task->inputs, st);
    if (task->slots == NULL || task->values == NULL || task->buffers == NULL ||
        task->inputs == NULL)
        return false;

    for (size_t i = 0, argument = 0; i < s->parameter_count; i++) {
        task->values[i] = &task->slots[i];
        if (!signature_in_tuple(&s->parameters[i]))
            continue;
        const json_t *value = value_item(tuple, argument);
        if (!decode_argument(&s->parameters[i], value, argument++, tasks, task, &task->slots[i],
                             &lengths, st))
            return fail_argument(&s->parameters[i], argument, st);
    }
    for (size_t i = 0, buffer = 0; i < s->parameter_count; i++)
        if (!derive_parameter(&s->parameters[i], task, &buffer, &task->slots[i], &lengths, st))
            return status_prefix(st, "parameter %zu (%s)", i + 1, s->parameters[i].type->name);
    return lay_out(tasks, task, st);
}

/* The region exists: offsets become addresses. */
static void bind_task(struct call_tasks *tasks, struct call_task *task)
{
    const struct signature *s = &tasks->call->signature;
    task->result = (void *)(tasks->region + task->offset);
    if (s->result->class == TYPE_STRING)
        task->text = (char *)tasks->region + task->offset + CALL_TEXT_OFFSET;
    for (size_t i = 0, buffer = 0; i < s->parameter_count; i++) {
        if (s->parameters[i].role != SIGNATURE_OUT && s->parameters[i].role != SIGNATURE_INOUT)
            continue;
        struct call_buffer *result = &task->buffers[buffer++];
        result->data = tasks->region + result->offset;
        task->slots[i].pointer = result->data;
    }
}

bool call_tasks_decode(const struct call *call, const json_t *list, struct call_tasks **out,
                       size_t *index, struct status *st)
{
    *index = 0;
    if (!json_is_array(list))
        return status_fail(st, STATUS_USAGE, "'tasks' is no list");
    struct call_tasks *tasks = calloc(1, sizeof *tasks);
    if (tasks == NULL)
        return status_fail(st, STATUS_MEMORY, "no memory for the tasks");
    tasks->call = call;
    tasks->count = json_array_size(list);
    tasks->tasks = arena_take(&tasks->arena, tasks->count, sizeof *tasks->tasks, st);
    if (tasks->tasks == NULL)
        goto fail;
    for (; *index < tasks->count; ++*index)
        if (!decode_task(tasks, &tasks->tasks[*index], json_array_get(list, *index), st))
            goto fail;

    tasks->region_size += ARENA_ALIGNMENT; /* never empty */
    void *region =
        mmap(NULL, tasks->region_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED) {
        status_fail_errno(st, errno, "%zu bytes of shared memory for results", tasks->region_size);
        goto fail;
    }
    tasks->region = region;
    for (size_t i = 0; i < tasks->count; i++)
        bind_task(tasks, &tasks->tasks[i]);
    *out = tasks;
    return true;
fail:
    call_tasks_free(tasks);
    return false;
}
