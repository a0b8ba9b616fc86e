#include "workers/native/buffer.h"

#include "workers/base64.h"
#include "workers/native/scalar.h"
#include "workers/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool decode_bytes(const json_t *value, const struct type *type, struct arena *arena,
                         void **data, size_t *elements, struct status *st)
{
    size_t size = 0;
    unsigned char *bytes = value_bytes(value, &size);
    if (bytes == NULL)
        return status_fail(st, STATUS_MEMORY, "no memory for a buffer");
    *data = arena_take(arena, size, 1, st);
    if (*data != NULL)
        memcpy(*data, bytes, size);
    free(bytes);
    *elements = size / type->size;
    return *data != NULL;
}

static bool decode_list(const json_t *value, const struct type *type, struct arena *arena,
                        void **data, size_t *elements, struct status *st)
{
    size_t count = value_length(value);
    *data = arena_take(arena, count, type->size, st);
    if (*data == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!scalar_decode(value_item(value, i), type, (unsigned char *)*data + i * type->size, st))
            return status_prefix(st, "element %zu", i);
    *elements = count;
    return true;
}

bool buffer_decode(const json_t *value, const struct type *type, struct arena *arena, void **data,
                   size_t *elements, struct status *st)
{
    char expects[64], code;
    switch (value_type(value)) {
    case VALUE_LIST:
    case VALUE_TUPLE:
        return decode_list(value, type, arena, data, elements, st);
    case VALUE_BYTES:
    case VALUE_BYTEARRAY:
        if (type->code == 'B')
            return decode_bytes(value, type, arena, data, elements, st);
        break;
    case VALUE_ARRAY:
        code = value_array_code(value);
        if (strchr(type->wire_codes, code) != NULL)
            return decode_bytes(value, type, arena, data, elements, st);
        return status_fail(st, STATUS_DATA, "expects a buffer of %s, not an array of type '%c'",
                           type->name, code);
    default:
        break;
    }
    snprintf(expects, sizeof expects, "a buffer of %s", type->name);
    return scalar_mismatch(value, expects, st);
}

static json_t *encode_bools(const struct type *type, const unsigned char *data, size_t elements)
{
    json_t *list = json_pack("[s]", "l");
    for (size_t i = 0; list != NULL && i < elements; i++) {
        if (json_array_append_new(list, scalar_encode(type, data + i)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

json_t *buffer_encode(const struct type *type, const void *data, size_t elements)
{
    if (type->class == TYPE_BOOL)
        return encode_bools(type, data, elements);

    size_t size = elements * type->size;
    char *text = malloc(base64_text_length(size) + 1);
    if (text == NULL)
        return NULL;
    base64_encode(data, size, text);
    char code[2] = {type->code, '\0'};
    json_t *value =
        type->code == 'B' ? json_pack("[ss]", "y", text) : json_pack("[sss]", "a", code, text);
    free(text);
    return value;
}
