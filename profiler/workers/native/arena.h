/* arena: memory that is taken piece by piece and given back at once.
 *
 * What the decoded tasks of one `prepare` are made of. Not thread-safe. */
#ifndef PAYOFF_WORKERS_NATIVE_ARENA_H
#define PAYOFF_WORKERS_NATIVE_ARENA_H

#include "base/status.h"

#include <stddef.h>

/* A cache line: pieces begin on one, so that workers which run different tasks share none. */
#define ARENA_ALIGNMENT 64

struct arena {
    struct arena_block *blocks; /* NULL: empty, which is how one starts */
};

/* `count` elements of `size` bytes, all zero, at a multiple of ARENA_ALIGNMENT. Never NULL for an
 * empty piece; NULL with STATUS_MEMORY when there is no more. */
void *arena_take(struct arena *arena, size_t count, size_t size, struct status *st);

/* Gives everything back; the arena is empty again. */
void arena_free(struct arena *arena);

#endif
