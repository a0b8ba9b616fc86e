/* scalar: one bool, integer or float between the protocol's typed encoding and C.
 *
 * Nothing is converted in silence: an integer must fit, a float never becomes an integer, an
 * integer becomes a float only if that float is exactly it, a double becomes a float only likewise,
 * and a bool is no integer. Safe from any thread. */
#ifndef PAYOFF_WORKERS_NATIVE_SCALAR_H
#define PAYOFF_WORKERS_NATIVE_SCALAR_H

#include "base/status.h"
#include "workers/native/type.h"

#include <jansson.h>

/* Decodes a checked value (value_check) into the type->size bytes at `to`, which need not be
 * aligned. On failure STATUS_DATA, with what was given and what would fit. */
bool scalar_decode(const json_t *value, const struct type *type, void *to, struct status *st);

/* The encoded value of the type->size bytes at `from`; a new reference, NULL without memory. */
json_t *scalar_encode(const struct type *type, const void *from);

/* STATUS_DATA: "expects int64, not list". Returns false. */
bool scalar_mismatch(const json_t *value, const char *expects, struct status *st);

#endif
