/* fuzz: what the fuzz targets share. A target is one function that is handed bytes of a stranger;
 * with clang's libFuzzer it is driven by fuzzer's own main, otherwise by replay.c. */
#ifndef PAYOFF_TESTS_FUZZ_H
#define PAYOFF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must hold whatever the input was: otherwise a finding. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Messages go to terminals and logs. Newline and tab may stand in what they quote. */
static inline void must_be_line(const char *text)
{
    MUST(text[0] != '\0');
    for (; *text != '\0'; text++)
        MUST(((unsigned char)*text >= ' ' && *text != 127) || *text == '\n' || *text == '\t');
}

/* A copy in a block of its own, so that reading behind its end is seen; with a NUL if asked for. */
static inline char *fuzz_copy(const uint8_t *data, size_t size, size_t more)
{
    char *copy = malloc(size + more > 0 ? size + more : 1);
    MUST(copy != NULL);
    for (size_t i = 0; i < size + more; i++)
        copy[i] = i < size ? (char)data[i] : '\0';
    return copy;
}

#endif
