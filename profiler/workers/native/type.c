#include "workers/native/type.h"

#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(int) == 4 && sizeof(long) == 8 && sizeof(size_t) == 8 && sizeof(bool) == 1,
               "the codes below are those of the LP64 ABI");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays cross as little-endian bytes");

/* In the protocol `l` and `L` are as wide as the ABI's long, like Python's array.array. */
static const struct type types[] = {
    {"void", TYPE_VOID, 0, 0, ""},
    {"bool", TYPE_BOOL, sizeof(bool), 0, ""},
    {"int8", TYPE_SIGNED, sizeof(int8_t), 'b', "b"},
    {"int16", TYPE_SIGNED, sizeof(int16_t), 'h', "h"},
    {"int32", TYPE_SIGNED, sizeof(int32_t), 'i', "i"},
    {"int64", TYPE_SIGNED, sizeof(int64_t), 'q', "ql"},
    {"uint8", TYPE_UNSIGNED, sizeof(uint8_t), 'B', "B"},
    {"uint16", TYPE_UNSIGNED, sizeof(uint16_t), 'H', "H"},
    {"uint32", TYPE_UNSIGNED, sizeof(uint32_t), 'I', "I"},
    {"uint64", TYPE_UNSIGNED, sizeof(uint64_t), 'Q', "QL"},
    {"int", TYPE_SIGNED, sizeof(int), 'i', "i"},
    {"long", TYPE_SIGNED, sizeof(long), 'q', "ql"},
    {"size", TYPE_UNSIGNED, sizeof(size_t), 'Q', "QL"},
    {"float", TYPE_FLOAT, sizeof(float), 'f', "f"},
    {"double", TYPE_FLOAT, sizeof(double), 'd', "d"},
    {"string", TYPE_STRING, sizeof(char *), 0, ""},
};

const struct type *type_at(size_t index)
{
    return index < sizeof types / sizeof *types ? &types[index] : NULL;
}

const struct type *type_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == length && memcmp(types[i].name, name, length) == 0)
            return &types[i];
    return NULL;
}
