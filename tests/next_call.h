/* next_call: for preloaded libraries, which stand before a function of the C library's and hand calls
 * on to it. Their parameters have names of ours: whatever the headers call them. */
#ifndef PAYOFF_TESTS_NEXT_CALL_H
#define PAYOFF_TESTS_NEXT_CALL_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define VISIBLE __attribute__((visibility("default")))

/* The next library's function of this name, looked up once. */
#define NEXT(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(name) *next;                                                             \
        if (next == NULL)                                                                          \
            next = (__typeof__(name) *)(uintptr_t)dlsym(RTLD_NEXT, #name);                         \
        next;                                                                                      \
    })

#endif
