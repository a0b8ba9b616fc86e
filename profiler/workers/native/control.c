#include "workers/native/control.h"

int64_t control_spin(int64_t n)
{
    uint64_t x = 1;
    for (int64_t i = 0; i < n; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        __asm__ volatile("" : "+r"(x)); /* n steps one by one: no closed form, no unrolled chains */
    }
    return (int64_t)(x >> 1);
}
