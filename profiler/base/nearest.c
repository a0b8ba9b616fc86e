#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' ? '-' : c;
}

bool nearest_equal(const char *a, const char *b)
{
    while (*a != '\0' && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

bool nearest_contains(const char *name, const char *part)
{
    for (;; name++) {
        size_t i = 0;
        while (part[i] != '\0' && fold(name[i]) == fold(part[i]))
            i++;
        if (part[i] == '\0')
            return true;
        if (*name == '\0')
            return false;
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Three rows of the usual table are enough: a swap looks back two. */
size_t nearest_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (a_length >= NEAREST_NAME_SIZE || b_length >= NEAREST_NAME_SIZE)
        return SIZE_MAX;
    size_t rows[3][NEAREST_NAME_SIZE];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1;
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + change);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void nearest_start(struct nearest *nearest, const char *wanted)
{
    *nearest = (struct nearest){.wanted = wanted, .distance = SIZE_MAX};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t distance = nearest_distance(nearest->wanted, name);
    if (distance >= nearest->distance)
        return;
    nearest->distance = distance;
    /* A finite distance means that the name fits. */
    memcpy(nearest->name, name, strlen(name) + 1);
}

bool nearest_found(const struct nearest *nearest)
{
    return nearest->distance != SIZE_MAX && nearest->distance * 3 <= strlen(nearest->wanted);
}
