/* buffer: a run of numbers between the protocol's typed encoding and C.
 *
 * Passed in as a flat array ("a", of the same kind and width), as bytes or a bytearray (for uint8
 * alone), or as a list or tuple whose every element scalar_decode takes. Passed out as an array; a
 * buffer of uint8 as bytes, one of bool, for which there is no array, as a list. */
#ifndef PAYOFF_WORKERS_NATIVE_BUFFER_H
#define PAYOFF_WORKERS_NATIVE_BUFFER_H

#include "base/status.h"
#include "workers/native/arena.h"
#include "workers/native/type.h"

#include <jansson.h>

/* Decodes a checked value (value_check) into memory from the arena; *data is never NULL, *elements
 * is the number of elements. STATUS_DATA when the value does not fit, STATUS_MEMORY. */
bool buffer_decode(const json_t *value, const struct type *type, struct arena *arena, void **data,
                   size_t *elements, struct status *st);

/* A new reference; NULL without memory. */
json_t *buffer_encode(const struct type *type, const void *data, size_t elements);

#endif
