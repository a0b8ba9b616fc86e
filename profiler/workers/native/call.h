/* call: one native function, called through libffi with the arguments of a task.
 *
 * Everything that can be done beforehand is: the call interface is prepared once per subject, the
 * arguments of all tasks are decoded into argument blocks, and results have their place in one
 * region of shared memory, in which forked workers write them straight. What is left for the clock
 * is ffi_call, a copy for each inout buffer (the function must find it fresh each time) and one for
 * a returned string. */
#ifndef PAYOFF_WORKERS_NATIVE_CALL_H
#define PAYOFF_WORKERS_NATIVE_CALL_H

#include "base/status.h"
#include "workers/native/signature.h"

#include <ffi.h>

/* Room for a returned string, its NUL included. */
#define CALL_STRING_BYTES 4096

typedef void call_function(void);

/* A function that is ready to be called. Must not move or die while its tasks live. */
struct call {
    call_function *function;
    struct signature signature;
    ffi_cif cif;
    ffi_type *types[SIGNATURE_PARAMETERS_MAX];
};

/* Copies the signature and prepares the call interface. STATUS_UNAVAILABLE when libffi cannot. */
bool call_init(struct call *call, call_function *function, const struct signature *signature,
               struct status *st);

/* The decoded tasks of one `prepare` (call_decode.h), and room for their results (call_encode.h).
 */
struct call_tasks;

void call_tasks_free(struct call_tasks *tasks); /* NULL is fine */
size_t call_tasks_count(const struct call_tasks *tasks);

/* Fills all results with zeros, so that none of an earlier run can be taken for a new one. */
void call_tasks_clear(struct call_tasks *tasks);

/* Reads a byte of every page of the results, so that a forked worker has them mapped. */
void call_tasks_touch(const struct call_tasks *tasks);

/* Calls the function with the arguments of one task. False when it returned a string that does not
 * fit CALL_STRING_BYTES. Any number of threads or forked processes may run different tasks at the
 * same time; no task may run twice at the same time. */
bool call_tasks_run(const struct call_tasks *tasks, size_t task);

#endif
