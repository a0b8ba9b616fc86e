/* Functions of every type that the native worker can call, and of every way to go wrong. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The smallest result is negative so that a wrong widening shows. */
#define IDENTITY(name, type)                                                                       \
    EXPORT type same_##name(type value);                                                           \
    type same_##name(type value)                                                                   \
    {                                                                                              \
        return value;                                                                              \
    }
IDENTITY(bool, bool)
IDENTITY(int8, int8_t)
IDENTITY(int16, int16_t)
IDENTITY(int32, int32_t)
IDENTITY(int64, int64_t)
IDENTITY(uint8, uint8_t)
IDENTITY(uint16, uint16_t)
IDENTITY(uint32, uint32_t)
IDENTITY(uint64, uint64_t)
IDENTITY(int, int)
IDENTITY(long, long)
IDENTITY(size, size_t)
IDENTITY(float, float)
IDENTITY(double, double)
IDENTITY(string, const char *)

/* NOLINTBEGIN(bugprone-macro-parentheses): a type takes none */
#define SUM(name, type)                                                                            \
    EXPORT double sum_##name(const type *values, size_t n);                                        \
    double sum_##name(const type *values, size_t n)                                                \
    {                                                                                              \
        double sum = 0;                                                                            \
        for (size_t i = 0; i < n; i++)                                                             \
            sum += (double)values[i];                                                              \
        return sum;                                                                                \
    }                                                                                              \
    EXPORT void twice_##name(type *values, size_t n);                                              \
    void twice_##name(type *values, size_t n)                                                      \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            values[i] = (type)(values[i] + values[i]);                                             \
    }
SUM(bool, bool)
SUM(int8, int8_t)
SUM(int16, int16_t)
SUM(int32, int32_t)
SUM(int64, int64_t)
SUM(uint8, uint8_t)
SUM(uint16, uint16_t)
SUM(uint32, uint32_t)
SUM(uint64, uint64_t)
SUM(float, float)
SUM(double, double)
/* NOLINTEND(bugprone-macro-parentheses) */

EXPORT void scale(const double *from, double factor, double *to, size_t n);
void scale(const double *from, double factor, double *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] * factor;
}

EXPORT void squares(int32_t *to, int n);
void squares(int32_t *to, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = i * i;
}

/* Returns something, and passes two buffers out, the first both ways. */
EXPORT int32_t split(double *values, uint8_t *negative, size_t n);
int32_t split(double *values, uint8_t *negative, size_t n)
{
    int32_t count = 0;
    for (size_t i = 0; i < n; i++) {
        negative[i] = values[i] < 0;
        count += negative[i];
        values[i] = values[i] < 0 ? -values[i] : values[i];
    }
    return count;
}

EXPORT double mixed(int8_t a, float b, const char *c, uint64_t d, double e, bool f, int16_t g);
double mixed(int8_t a, float b, const char *c, uint64_t d, double e, bool f, int16_t g)
{
    return a + (double)b + (double)strlen(c) + (double)d + e + f + g;
}

EXPORT size_t length_of(const char *text);
size_t length_of(const char *text)
{
    return strlen(text);
}

/* Valid until the next call alone. */
EXPORT const char *number_name(int number);
const char *number_name(int number)
{
    static _Thread_local char name[32];
    if (number < 0)
        return NULL;
    snprintf(name, sizeof name, "number %d", number);
    return name;
}

EXPORT const char *long_text(size_t length);
const char *long_text(size_t length)
{
    static _Thread_local char text[10000];
    memset(text, 'x', sizeof text - 1);
    text[length < sizeof text ? length : 0] = '\0';
    return text;
}

EXPORT const char *latin1(void);
const char *latin1(void)
{
    return "caf\xe9";
}

EXPORT void nothing(void);
void nothing(void)
{
}

EXPORT int64_t process_id(int64_t ignored);
int64_t process_id(int64_t ignored)
{
    (void)ignored;
    return getpid();
}

EXPORT uint64_t thread_id(int64_t ignored);
uint64_t thread_id(int64_t ignored)
{
    (void)ignored;
    usleep(20000); /* so that the others get a task, too */
    return (uint64_t)(uintptr_t)pthread_self();
}

/* Uses CPU time for about that long. */
EXPORT int64_t spin_ms(int64_t duration_ms);
int64_t spin_ms(int64_t duration_ms)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    int64_t end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + duration_ms;
    while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < end)
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return duration_ms;
}

/* 0 is fine; a positive number is a signal, a negative one minus an exit status, −100 exit(0). */
EXPORT int32_t die(int32_t how);
int32_t die(int32_t how)
{
    if (how > 0) {
        /* A sanitizer's handlers would turn the signal into an exit. */
        signal(how, SIG_DFL);
        raise(how);
    }
    if (how < 0)
        exit(how == -100 ? 0 : -how);
    return how;
}

EXPORT int32_t print(const char *text);
int32_t print(const char *text)
{
    return printf("%s\n", text);
}

EXPORT extern const int version_number;
const int version_number = 7;
EXPORT double _Z7mangledd(double x);
double _Z7mangledd(double x)
{
    return x;
}

/* Writes to what it promised not to. */
EXPORT double sorts_const(const double *values, size_t n);
double sorts_const(const double *values, size_t n)
{
    double *own = (double *)(uintptr_t)values;
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && own[k - 1] > own[k]; k--) {
            double moved = own[k];
            own[k] = own[k - 1];
            own[k - 1] = moved;
        }
    return n > 0 ? own[n / 2] : 0;
}
