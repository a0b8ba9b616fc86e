/* base64: bytes as text in the worker protocol: RFC 4648, section 4 (the standard alphabet).
 *
 * Strict: padding is required, and white space, characters outside the alphabet and non-zero bits
 * after the last byte are refused, so that every run of bytes has one text. Pure functions: no
 * allocation, safe from any thread. A leaf: shared by payoff and its native worker. */
#ifndef PAYOFF_WORKERS_BASE64_H
#define PAYOFF_WORKERS_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the text for `size` bytes, without the final NUL. `size` is at most SIZE_MAX / 2. */
size_t base64_text_length(size_t size);

/* Writes base64_text_length(size) characters and a NUL. `text` and `data` must not overlap. */
void base64_encode(const void *data, size_t size, char *text);

/* The number of bytes that a text of this length can hold at most: what to allocate. */
size_t base64_size_limit(size_t length);

/* Decodes `length` characters (no NUL needed) into `data`, which has room for
 * base64_size_limit(length) bytes, and stores their number in *size. False when the text is not
 * strict base64; `data` then holds rubbish and *size is untouched. In place (data == text) is fine.
 */
bool base64_decode(const char *text, size_t length, void *data, size_t *size);

#endif
