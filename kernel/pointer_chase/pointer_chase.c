/* pointer_chase in C. The check of each index, which Python does as a matter of course, is kept: it
 * is what a drop-in owes its caller, and next to a wait for memory it costs nothing. */
#include <stddef.h>
#include <stdint.h>

/* Where one is after so many steps from 0; -1 where Python raises IndexError. Thread-safe. */
__attribute__((visibility("default"))) int64_t pointer_chase(const uint32_t *table, size_t length,
                                                             int64_t steps)
{
    size_t place = 0;
    for (int64_t step = 0; step < steps; step++) {
        if (place >= length) {
            return -1;
        }
        place = table[place];
    }
    return (int64_t)place;
}
