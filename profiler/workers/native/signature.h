/* signature: the small language in which a user says how a native function is called.
 *
 *   signature  = result "(" [ "void" | parameter { "," parameter } ] ")"
 *   result     = "void" | "string" | number
 *   parameter  = ( number | "string" ) [ name ]
 *              | [ "const" | "out" | "inout" ] number [ name ] "[" [ name | digits ] "]"
 *   number     = "bool" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32"
 *              | "uint64" | "int" | "long" | "size" | "float" | "double"
 *   name       = a C identifier of at most 31 characters that is no word of this language
 *
 * `int`, `long` and `size` (C's size_t, Rust's usize) have the width of the ABI. White space may
 * stand between any two words. There are no 128-bit integers, structures or pointers to pointers.
 *
 *   double(int64, int64)                 two integers in, a double out
 *   double(const double[n], size n)      a buffer and its length; the task is ((1.0, 2.0),) alone
 *   uint32(const uint8[n], size n)       bytes
 *   void(const double[n], out double[n], size n)    the result is the second buffer
 *   void(out double[n], size n)          nothing else says how long it is, so the task is (n,)
 *   void(double[n], size n)              sorted in place: gets a private copy, which is the result
 *   double(const double[])               a buffer that the function knows the length of
 *   void(const double[nn], const double[nn], out double[nn], size n)     three of one length
 *   bool(const float[3], string)         exactly three floats, and NUL-terminated UTF-8
 *
 * Buffers. `const`: read by the function. `out`: written by it, zeros before. Neither (or `inout`):
 * the function gets a private copy, fresh for each call. Where a buffer's length is the name of an
 * integer parameter, that parameter is filled from the buffers that are passed in and is left out
 * of the task's tuple; if only `out` buffers use it, it is in the tuple. Buffers with the same name
 * between the brackets must have the same length. `[]` takes any length.
 *
 * The result of a call is the return value, or a tuple (return value, buffer, …) with every out and
 * inout buffer in the order of the parameters; where the function returns void, it is the one
 * buffer or the tuple of buffers.
 *
 * Hostile input is expected: no globals, no allocation, no recursion, bounded work. Safe from any
 * thread. */
#ifndef PAYOFF_WORKERS_NATIVE_SIGNATURE_H
#define PAYOFF_WORKERS_NATIVE_SIGNATURE_H

#include "base/status.h"
#include "workers/native/type.h"

#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_PARAMETERS_MAX 32
#define SIGNATURE_TEXT_MAX       2048 /* characters */
#define SIGNATURE_NAME_MAX       31   /* characters */

enum signature_role {
    SIGNATURE_VALUE,  /* one number or string */
    SIGNATURE_LENGTH, /* filled from a buffer's length; not in the task's tuple */
    SIGNATURE_CONST,  /* buffer, passed in */
    SIGNATURE_OUT,    /* buffer, passed out; not in the task's tuple */
    SIGNATURE_INOUT,  /* buffer, passed both ways */
};

#define SIGNATURE_NO_LENGTH SIZE_MAX

struct signature_parameter {
    const struct type *type; /* of the value, or of a buffer's elements */
    enum signature_role role;
    size_t column;                     /* where it begins, from 1 */
    char name[SIGNATURE_NAME_MAX + 1]; /* "" when it has none */
    size_t length;      /* buffers, and lengths: index into lengths[]; else SIGNATURE_NO_LENGTH */
    bool fixed;         /* buffers: the length is a number in the text */
    uint64_t elements;  /* that number */
    size_t text_column; /* where the length is written, for messages */
};

struct signature_length {
    char name[SIGNATURE_NAME_MAX + 1];
    size_t parameter; /* index of the parameter that has it; SIGNATURE_NO_LENGTH when none has */
    size_t uses;      /* number of buffers of this length */
    bool from_buffer; /* a const or inout buffer says how long it is */
};

struct signature {
    const struct type *result;
    struct signature_parameter parameters[SIGNATURE_PARAMETERS_MAX];
    size_t parameter_count;
    struct signature_length lengths[SIGNATURE_PARAMETERS_MAX];
    size_t length_count;
    size_t tuple_size; /* number of values in a task's tuple */
};

/* Parses text[0 … length). On failure the status is STATUS_USAGE, its message names the column
 * (counted in bytes, from 1): "signature: column 8: unknown type 'integer'; did you mean 'int64'?",
 * and is printable ASCII whatever the text was; *signature is then rubbish. */
bool signature_parse(const char *text, size_t length, struct signature *signature,
                     struct status *st);

/* True when the parameter is given by the task's tuple. */
static inline bool signature_in_tuple(const struct signature_parameter *parameter)
{
    return parameter->role != SIGNATURE_LENGTH && parameter->role != SIGNATURE_OUT;
}

static inline bool signature_is_buffer(const struct signature_parameter *parameter)
{
    return parameter->role >= SIGNATURE_CONST;
}

#endif
