/* Drives a fuzz target where clang's libFuzzer is not there: replay [ROUNDS] FILE… hands it each
 * file as it is, then ROUNDS times one of them with small damage, the same in every run. */
#include "fuzz.h"

#include <inttypes.h>
#include <string.h>

struct input {
    uint8_t *data;
    size_t size;
};

static uint64_t state = 0x9e3779b97f4a7c15;

static size_t below(size_t limit) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * 0x2545f4914f6cdd1d) >> 33) % limit;
}

static struct input input_read(const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    struct input input = {malloc(1 << 20), 0};
    MUST(input.data != NULL);
    input.size = fread(input.data, 1, 1 << 20, file);
    MUST(ferror(file) == 0);
    fclose(file);
    return input;
}

static void damage(uint8_t *data, size_t *size, const struct input *other)
{
    size_t at = below(*size + 1);
    switch (below(4)) {
    case 0:
        if (at < *size)
            data[at] ^= (uint8_t)(1U << below(8));
        break;
    case 1:
        if (at < *size)
            data[at] = (uint8_t)below(256);
        break;
    case 2:
        if (below(4) == 0)
            *size = at;
        break;
    default: { /* a piece of another */
        if (other->size == 0)
            break;
        size_t from = below(other->size), length = below(17);
        for (size_t i = 0; i < length && from + i < other->size && at + i < *size; i++)
            data[at + i] = other->data[from + i];
    }
    }
}

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    size_t count = argc > 2 ? (size_t)argc - 2 : 0;
    if (count == 0) {
        fprintf(stderr, "usage: %s ROUNDS FILE...\n", argv[0]);
        return 64;
    }
    struct input *inputs = calloc(count, sizeof *inputs);
    MUST(inputs != NULL);
    for (size_t i = 0; i < count; i++) {
        inputs[i] = input_read(argv[i + 2]);
        LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
    }
    for (unsigned long round = 0; round < rounds; round++) {
        const struct input *input = &inputs[below(count)];
        size_t size = input->size;
        uint8_t *copy = malloc(size + 1);
        MUST(copy != NULL);
        memcpy(copy, input->data, size);
        for (size_t i = below(4) + 1; i > 0; i--)
            damage(copy, &size, &inputs[below(count)]);
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
    for (size_t i = 0; i < count; i++)
        free(inputs[i].data);
    free(inputs);
    printf("%zu inputs as they are, %lu damaged\n", count, rounds);
    return 0;
}
