/* call_block: how the arguments and results of tasks lie in memory. Private to call*.c. */
#ifndef PAYOFF_WORKERS_NATIVE_CALL_BLOCK_H
#define PAYOFF_WORKERS_NATIVE_CALL_BLOCK_H

#include "workers/native/arena.h"
#include "workers/native/call.h"

/* What an argument or a return value is stored in. libffi widens integers that it returns. */
union call_slot {
    void *pointer;
    double number;
    ffi_arg widened;
    unsigned char bytes[16];
};

/* A buffer that comes back. */
struct call_buffer {
    size_t offset; /* into the region */
    void *data;    /* region + offset */
    void *fresh;   /* arena: what an inout buffer holds before each call; NULL for out */
    size_t elements, size;
    const struct type *type;
    size_t argument; /* which of the task's tuple it is; of inputs alone */
};

struct call_task {
    union call_slot *slots;      /* arena, one per parameter */
    void **values;               /* arena: &slots[i], as libffi wants it */
    struct call_buffer *buffers; /* arena */
    size_t buffer_count;
    struct call_buffer *inputs; /* arena: what the function must not write to */
    size_t input_count;
    size_t offset; /* of the return value */
    union call_slot *result;
    char *text; /* region: a returned string, copied; else NULL */
};

/* region: results, and nothing else; MAP_SHARED with forked workers. */
struct call_tasks {
    const struct call *call;
    struct arena arena;
    struct call_task *tasks;
    size_t count;
    unsigned char *region;
    size_t region_size;
};

/* Where the copy of a returned string is, after the place of the return value (the pointer). */
#define CALL_TEXT_OFFSET ARENA_ALIGNMENT

#endif
