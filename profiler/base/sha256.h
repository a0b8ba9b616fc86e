/* sha256: the fingerprint of a file's bytes, to see whether it is still the same (FIPS 180-4,
 * "Secure Hash Standard", section 6.2). Thread-safe; no state but the caller's. */
#ifndef PAYOFF_BASE_SHA256_H
#define PAYOFF_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_HEX = 65 }; /* 64 hexadecimal digits and a NUL */

struct sha256 {
    uint32_t words[8];
    uint64_t size_bytes; /* of everything added */
    unsigned char block[64];
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t size);
void sha256_end(struct sha256 *hash, char hex[SHA256_HEX]); /* start again before adding more */

#endif
