#include "variants.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* The lanes are counted in doubles: exact far beyond the range, and no conversion from integers,
 * which AVX2 does not have for 64 bits. */
static const double lane_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};

double plain_sum(double sum, int64_t first, int64_t steps, double n)
{
    for (int64_t k = first; k < steps; k++) {
        double i = (double)k;
        sum += sqrt(i * (i * (i + 1.0) + n));
    }
    return sum;
}

static double sum_plain(int64_t steps, double n)
{
    return plain_sum(0.0, 0, steps, n);
}

static bool always(void)
{
    return true;
}

#if defined(__x86_64__)

__attribute__((target("avx512f"))) static double sum_avx512(int64_t steps, double n)
{
    __m512d i = _mm512_loadu_pd(lane_numbers);
    const __m512d one = _mm512_set1_pd(1.0);
    const __m512d width = _mm512_set1_pd(8.0);
    const __m512d all_n = _mm512_set1_pd(n);
    double sum = 0.0;
    for (int64_t k = 0; k < steps; k += 8) {
        __m512d inner = _mm512_add_pd(_mm512_mul_pd(i, _mm512_add_pd(i, one)), all_n);
        double roots[8];
        _mm512_storeu_pd(roots, _mm512_sqrt_pd(_mm512_mul_pd(i, inner)));
        for (int lane = 0; lane < 8; lane++) {
            sum += roots[lane];
        }
        i = _mm512_add_pd(i, width);
    }
    return sum;
}

__attribute__((target("avx2"))) static double sum_avx2(int64_t steps, double n)
{
    __m256d i = _mm256_loadu_pd(lane_numbers);
    const __m256d one = _mm256_set1_pd(1.0);
    const __m256d width = _mm256_set1_pd(4.0);
    const __m256d all_n = _mm256_set1_pd(n);
    double sum = 0.0;
    for (int64_t k = 0; k < steps; k += 4) {
        __m256d inner = _mm256_add_pd(_mm256_mul_pd(i, _mm256_add_pd(i, one)), all_n);
        double roots[4];
        _mm256_storeu_pd(roots, _mm256_sqrt_pd(_mm256_mul_pd(i, inner)));
        for (int lane = 0; lane < 4; lane++) {
            sum += roots[lane];
        }
        i = _mm256_add_pd(i, width);
    }
    return sum;
}

/* These also ask the operating system whether it saves the wide registers. */
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

#elif defined(__aarch64__)

static double sum_neon(int64_t steps, double n)
{
    float64x2_t i = vld1q_f64(lane_numbers);
    const float64x2_t one = vdupq_n_f64(1.0);
    const float64x2_t two = vdupq_n_f64(2.0);
    const float64x2_t all_n = vdupq_n_f64(n);
    double sum = 0.0;
    for (int64_t k = 0; k < steps; k += 2) {
        float64x2_t inner = vaddq_f64(vmulq_f64(i, vaddq_f64(i, one)), all_n);
        float64x2_t roots = vsqrtq_f64(vmulq_f64(i, inner));
        sum += vgetq_lane_f64(roots, 0);
        sum += vgetq_lane_f64(roots, 1);
        i = vaddq_f64(i, two);
    }
    return sum;
}

#endif

static const struct {
    struct variant variant;
    bool (*usable)(void);
} variants[] = {
#if defined(__x86_64__)
    {{"avx512", 8, sum_avx512}, has_avx512},
    {{"avx2", 4, sum_avx2}, has_avx2},
#elif defined(__aarch64__)
    {{"neon", 2, sum_neon}, always},
#endif
    {{"plain", 1, sum_plain}, always},
};

#define VARIANTS ((int64_t)(sizeof variants / sizeof variants[0]))

const struct variant *variant_usable(int64_t index)
{
    if (index < 0 || index >= VARIANTS || !variants[index].usable()) {
        return NULL;
    }
    return &variants[index].variant;
}

const struct variant *variant_best(void)
{
    for (int64_t index = 0; index < VARIANTS; index++) {
        const struct variant *variant = variant_usable(index);
        if (variant) {
            return variant;
        }
    }
    return &variants[VARIANTS - 1].variant;
}
