/* clamp in C, for 64-bit integers: two comparisons. */
#include <stdint.h>

/* value, but not below low and not above high. Thread-safe. */
__attribute__((visibility("default"))) int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low) {
        return low;
    }
    if (value > high) {
        return high;
    }
    return value;
}
