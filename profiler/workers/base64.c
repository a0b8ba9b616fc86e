#include "workers/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The six bits of a character, or 64 and more when it is not in the alphabet. */
static uint32_t sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

size_t base64_text_length(size_t size)
{
    return size / 3 * 4 + (size % 3 ? 4 : 0);
}

void base64_encode(const void *data, size_t size, char *text)
{
    const unsigned char *byte = data;
    for (; size >= 3; size -= 3, byte += 3) {
        uint32_t word = (uint32_t)byte[0] << 16 | (uint32_t)byte[1] << 8 | byte[2];
        *text++ = alphabet[word >> 18];
        *text++ = alphabet[word >> 12 & 63];
        *text++ = alphabet[word >> 6 & 63];
        *text++ = alphabet[word & 63];
    }
    if (size > 0) {
        uint32_t word = (uint32_t)byte[0] << 16 | (size == 2 ? (uint32_t)byte[1] << 8 : 0);
        *text++ = alphabet[word >> 18];
        *text++ = alphabet[word >> 12 & 63];
        *text++ = size == 2 ? alphabet[word >> 6 & 63] : '=';
        *text++ = '=';
    }
    *text = '\0';
}

size_t base64_size_limit(size_t length)
{
    return length / 4 * 3;
}

bool base64_decode(const char *text, size_t length, void *data, size_t *size)
{
    if (length % 4 != 0)
        return false;
    size_t padding = 0;
    if (length > 0 && text[length - 1] == '=')
        padding = text[length - 2] == '=' ? 2 : 1;

    unsigned char *byte = data;
    size_t written = 0;
    for (size_t at = 0; at < length; at += 4) {
        size_t cut = at + 4 == length ? padding : 0; /* bytes that the last four do not have */
        uint32_t word = 0;
        for (size_t i = 0; i < 4; i++) {
            uint32_t bits = i >= 4 - cut ? 0 : sextet(text[at + i]);
            if (bits > 63)
                return false;
            word = word << 6 | bits;
        }
        if (cut > 0 && (word & ((1u << 8 * cut) - 1)) != 0)
            return false;
        for (size_t i = 0; i < 3 - cut; i++)
            byte[written++] = (unsigned char)(word >> (16 - 8 * i));
    }
    *size = written;
    return true;
}
