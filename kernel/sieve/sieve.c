/* sieve in C, the reference line by line. What C asks for in return: the array must be allocated,
 * may be refused and has to be freed, and a square that leaves 64 bits wraps in silence; number is
 * compared with limit / number before it is squared. */
#include <stdint.h>
#include <stdlib.h>

/* The number of primes below limit; -1 when there is no memory for limit bytes. Thread-safe. */
__attribute__((visibility("default"))) int64_t sieve(int64_t limit)
{
    if (limit < 3) {
        return 0;
    }
    unsigned char *composite = calloc((size_t)limit, 1);
    if (!composite) {
        return -1;
    }
    int64_t count = 0;
    for (int64_t number = 2; number < limit; number++) {
        if (composite[number]) {
            continue;
        }
        count++;
        if (number > limit / number) {
            continue;
        }
        for (int64_t multiple = number * number; multiple < limit; multiple += number) {
            composite[multiple] = 1;
        }
    }
    free(composite);
    return count;
}
