#include "workers/native/call_block.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static ffi_type *ffi_type_of(const struct type *type)
{
    switch (type->class) {
    case TYPE_VOID:
        return &ffi_type_void;
    case TYPE_STRING:
        return &ffi_type_pointer;
    case TYPE_FLOAT:
        return type->size == sizeof(float) ? &ffi_type_float : &ffi_type_double;
    case TYPE_BOOL:
        return &ffi_type_uint8;
    case TYPE_SIGNED:
        return type->size == 1   ? &ffi_type_sint8
               : type->size == 2 ? &ffi_type_sint16
               : type->size == 4 ? &ffi_type_sint32
                                 : &ffi_type_sint64;
    case TYPE_UNSIGNED:
        break;
    }
    return type->size == 1   ? &ffi_type_uint8
           : type->size == 2 ? &ffi_type_uint16
           : type->size == 4 ? &ffi_type_uint32
                             : &ffi_type_uint64;
}

bool call_init(struct call *call, call_function *function, const struct signature *signature,
               struct status *st)
{
    call->function = function;
    call->signature = *signature;
    for (size_t i = 0; i < signature->parameter_count; i++)
        call->types[i] = signature_is_buffer(&signature->parameters[i])
                             ? &ffi_type_pointer
                             : ffi_type_of(signature->parameters[i].type);
    if (ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI, (unsigned)signature->parameter_count,
                     ffi_type_of(signature->result), call->types) != FFI_OK)
        return status_fail(st, STATUS_UNAVAILABLE, "libffi cannot call a function like this");
    return true;
}

void call_tasks_free(struct call_tasks *tasks)
{
    if (tasks == NULL)
        return;
    if (tasks->region != NULL)
        munmap(tasks->region, tasks->region_size);
    arena_free(&tasks->arena);
    free(tasks);
}

size_t call_tasks_count(const struct call_tasks *tasks)
{
    return tasks->count;
}

void call_tasks_clear(struct call_tasks *tasks)
{
    memset(tasks->region, 0, tasks->region_size);
}

void call_tasks_touch(const struct call_tasks *tasks)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t at = 0; at < tasks->region_size; at += page)
        (void)*(volatile unsigned char *)(tasks->region + at);
}

/* The string is the subject's and may be gone with its next call (or with the forked worker). */
static bool keep_string(struct call_task *task)
{
    const char *text = task->result->pointer;
    task->text[0] = '\0';
    if (text == NULL)
        return true;
    size_t length = strnlen(text, CALL_STRING_BYTES);
    if (length == CALL_STRING_BYTES)
        return false;
    memcpy(task->text, text, length + 1);
    return true;
}

bool call_tasks_run(const struct call_tasks *tasks, size_t index)
{
    struct call_task *task = &tasks->tasks[index];
    for (size_t i = 0; i < task->buffer_count; i++)
        if (task->buffers[i].fresh != NULL)
            memcpy(task->buffers[i].data, task->buffers[i].fresh, task->buffers[i].size);
    /* ffi_call does not write to the interface that it was given to read. */
    ffi_call((ffi_cif *)&tasks->call->cif, tasks->call->function, task->result, task->values);
    return task->text == NULL || keep_string(task);
}
