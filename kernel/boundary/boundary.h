/* boundary: what every binding calls: as little as there can be. All are thread-safe and pure. */
#ifndef BOUNDARY_H
#define BOUNDARY_H

#include <stddef.h>
#include <stdint.h>

#define BOUNDARY_API __attribute__((visibility("default")))

BOUNDARY_API void boundary_nothing(void);
BOUNDARY_API int64_t boundary_two(int64_t a, int64_t b);

/* In order, with wrapping integers. */
BOUNDARY_API int64_t boundary_add_ints(const int64_t *values, size_t n);
BOUNDARY_API double boundary_add_floats(const double *values, size_t n);
BOUNDARY_API int64_t boundary_add_bytes(const unsigned char *values, size_t n);

/* n calls through a pointer, as a native program makes them; returns n. */
BOUNDARY_API int64_t boundary_calls(int64_t n);
BOUNDARY_API int64_t boundary_twos(int64_t n);

#endif
