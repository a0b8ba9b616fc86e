#include "machine/sysfile.h"

#include "machine/files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 512, WHOLE_MAX = 16 << 20 };

static void trim(char *text)
{
    size_t start = strspn(text, " \t\r\n"), end = strlen(text);
    while (end > start && isspace((unsigned char)text[end - 1]))
        end--;
    memmove(text, text + start, end - start);
    text[end - start] = '\0';
}

__attribute__((format(printf, 4, 0))) static bool
read_text(const char *root, char *text, size_t size, const char *format, va_list arguments)
{
    char path[PATH_SIZE];
    text[0] = '\0';
    int length = snprintf(path, sizeof path, "%s", root);
    if (length < 0 || (size_t)length >= sizeof path)
        return false;
    size_t room = sizeof path - (size_t)length;
    int more = vsnprintf(path + length, room, format, arguments);
    if (more < 0 || (size_t)more >= room)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t used = 0;
    while (used < size - 1) {
        ssize_t got = read(fd, text + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    close(fd);
    text[used] = '\0';
    trim(text);
    return text[0] != '\0';
}

bool sysfile_text(const char *root, char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool found = read_text(root, text, size, format, arguments);
    va_end(arguments);
    return found;
}

static int64_t number_of(const char *text, int base)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, base);
    return end == text || errno != 0 ? SYSFILE_UNKNOWN : number;
}

int64_t sysfile_integer(const char *root, const char *format, ...)
{
    char text[64];
    va_list arguments;
    va_start(arguments, format);
    bool found = read_text(root, text, sizeof text, format, arguments);
    va_end(arguments);
    return found ? number_of(text, 10) : SYSFILE_UNKNOWN;
}

bool sysfile_exists(const char *root, const char *path)
{
    char full[PATH_SIZE];
    int length = snprintf(full, sizeof full, "%s%s", root, path);
    return length > 0 && (size_t)length < sizeof full && access(full, F_OK) == 0;
}

size_t sysfile_list(const char *root, const char *folder, char ***names)
{
    char path[PATH_SIZE];
    size_t count = 0;
    struct status st = STATUS_INIT;
    int length = snprintf(path, sizeof path, "%s%s", root, folder);
    *names = NULL;
    if (length < 0 || (size_t)length >= sizeof path || !files_list(path, names, &count, &st))
        return 0;
    return count;
}

char *sysfile_whole(const char *root, const char *path)
{
    char full[PATH_SIZE], *text = NULL;
    size_t size = 0;
    struct status st = STATUS_INIT;
    int length = snprintf(full, sizeof full, "%s%s", root, path);
    if (length < 0 || (size_t)length >= sizeof full ||
        !files_read(full, WHOLE_MAX, &text, &size, &st))
        return NULL;
    return text;
}

bool sysfile_field(const char *whole, const char *key, char *text, size_t size)
{
    size_t length = strlen(key);
    text[0] = '\0';
    for (const char *line = whole; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0)
            continue;
        const char *value = line + length;
        value += strspn(value, " \t");
        if (*value != ':')
            continue; /* a longer key that starts alike */
        value++;
        value += strspn(value, " \t");
        snprintf(text, size, "%.*s", (int)strcspn(value, "\n"), value);
        trim(text);
        return text[0] != '\0';
    }
    return false;
}

int64_t sysfile_field_integer(const char *whole, const char *key, int base)
{
    char text[64];
    return sysfile_field(whole, key, text, sizeof text) ? number_of(text, base) : SYSFILE_UNKNOWN;
}

bool sysfile_next_range(const char **list, int *first, int *last)
{
    char *end = NULL;
    const char *at = *list + strspn(*list, ", \t\n");
    long low = strtol(at, &end, 10), high = low;
    if (end == at)
        return false;
    if (*end == '-') {
        at = end + 1;
        high = strtol(at, &end, 10);
        if (end == at)
            return false;
    }
    if (low < 0 || high < low || high >= INT_MAX)
        return false;
    *first = (int)low;
    *last = (int)high;
    *list = end;
    return true;
}
