#include "workers/native/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    unsigned char *data; /* ARENA_ALIGNMENT, owned */
    size_t size, used;
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block);
    if (block == NULL)
        return NULL;
    *block = (struct arena_block){.data = aligned_alloc(ARENA_ALIGNMENT, size), .size = size};
    if (block->data == NULL) {
        free(block);
        return NULL;
    }
    return block;
}

void *arena_take(struct arena *arena, size_t count, size_t size, struct status *st)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        status_fail(st, STATUS_MEMORY, "%zu elements of %zu bytes are more than memory can hold",
                    count, size);
        return NULL;
    }
    bytes = (bytes + ARENA_ALIGNMENT) & ~(size_t)(ARENA_ALIGNMENT - 1);

    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < bytes) {
        block = block_new(bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES);
        if (block == NULL) {
            status_fail(st, STATUS_MEMORY, "no memory for %zu bytes of tasks", bytes);
            return NULL;
        }
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *piece = block->data + block->used;
    block->used += bytes;
    return memset(piece, 0, bytes);
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        free(block->data);
        free(block);
    }
}
