/* Loaded into a subject that a simulator runs (LD_PRELOAD), and nowhere else. */
#include "workers/steady.h"

#include <stdint.h>
#include <string.h>

static uint64_t next_word(void)
{
    /* SplitMix64 (Steele, Lea & Flood 2014), from 0 in every process. */
    static uint64_t state;
    uint64_t word = __atomic_add_fetch(&state, 0x9e3779b97f4a7c15U, __ATOMIC_RELAXED);
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31);
}

static void fill(void *bytes, size_t size)
{
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t word = next_word();
        memcpy((char *)bytes + done, &word, size - done < sizeof word ? size - done : sizeof word);
    }
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    (void)flags;
    fill(bytes, size);
    return (ssize_t)size;
}

int getentropy(void *bytes, size_t size)
{
    fill(bytes, size);
    return 0;
}

void arc4random_buf(void *bytes, size_t size)
{
    fill(bytes, size);
}

uint32_t arc4random(void)
{
    return (uint32_t)next_word();
}

uint32_t arc4random_uniform(uint32_t bound)
{
    return bound < 2 ? 0 : (uint32_t)(next_word() % bound);
}
