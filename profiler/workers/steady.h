/* steady: the C library's sources of random bytes, the same in every process. A hash table with a
 * random key (Rust's HashMap, for one) takes another number of instructions each time; under a
 * simulator, counts are to repeat to the last digit. Not random at all: never for anything else.
 * What asks the kernel by itself, or reads /dev/urandom, is not reached. Thread-safe. */
#ifndef PAYOFF_WORKERS_STEADY_H
#define PAYOFF_WORKERS_STEADY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STEADY_EXPORT __attribute__((visibility("default")))

/* As in getrandom(2), getentropy(3) and arc4random(3); they never fail. */
STEADY_EXPORT ssize_t getrandom(void *bytes, size_t size, unsigned flags);
STEADY_EXPORT int getentropy(void *bytes, size_t size);
STEADY_EXPORT void arc4random_buf(void *bytes, size_t size);
STEADY_EXPORT uint32_t arc4random(void);
STEADY_EXPORT uint32_t arc4random_uniform(uint32_t bound);

#endif
