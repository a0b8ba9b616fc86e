/* utf8: is this text what UTF-8 allows? A pure leaf: no allocation, safe from any thread. */
#ifndef PAYOFF_BASE_UTF8_H
#define PAYOFF_BASE_UTF8_H

#include <stddef.h>

/* How many of the first bytes are valid: `length` when all are, else the offset of the first byte
 * of the character that is not (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF; cut
 * off at the end counts as invalid). NUL is a valid character. */
size_t utf8_valid_bytes(const char *text, size_t length);

#endif
