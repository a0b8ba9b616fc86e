/* type: the C types that the native worker passes, as data.
 *
 * Widths are those of the ABI this binary was built for: `int` and `long` are as wide here as in a
 * library of the same ABI. The table is constant, so everything here is safe from any thread. */
#ifndef PAYOFF_WORKERS_NATIVE_TYPE_H
#define PAYOFF_WORKERS_NATIVE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

enum type_class { TYPE_VOID, TYPE_BOOL, TYPE_SIGNED, TYPE_UNSIGNED, TYPE_FLOAT, TYPE_STRING };

struct type {
    const char *name; /* as the signature language writes it: "int64" */
    enum type_class class;
    size_t size;            /* bytes of one value or element; 0 for void */
    char code;              /* element type of the protocol's "a" encoding; 0: there is none */
    const char *wire_codes; /* all codes of the same class and width, e.g. "lq" */
};

/* The type called name[0 … length), or NULL. */
const struct type *type_find(const char *name, size_t length);

/* The types in order, NULL past the last: for messages and tests. */
const struct type *type_at(size_t index);

static inline bool type_is_integer(const struct type *type)
{
    return type->class == TYPE_SIGNED || type->class == TYPE_UNSIGNED;
}

/* True for what can be an element of a buffer: bool, integers and floats. */
static inline bool type_is_number(const struct type *type)
{
    return type->class != TYPE_VOID && type->class != TYPE_STRING;
}

#endif
