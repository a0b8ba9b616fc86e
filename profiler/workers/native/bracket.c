#include "workers/native/bracket.h"

#include "workers/base64.h"
#include "workers/native/clock.h"
#include "workers/native/simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { READ_TRIES_MAX = 1000000 }; /* about a second */

static bool take_fd(struct bracket *bracket, long fd, struct status *st)
{
    if (bracket->group_count == BRACKET_GROUPS_MAX)
        return status_fail(st, STATUS_USAGE, "more than %d counter groups", BRACKET_GROUPS_MAX);
    if (fd < 0 || fd > 1 << 20 || fcntl((int)fd, F_SETFD, FD_CLOEXEC) != 0)
        return status_fail(st, STATUS_USAGE, "the counter descriptor %ld is not open", fd);
    bracket->fds[bracket->group_count++] = (int)fd;
    return true;
}

bool bracket_init(struct bracket *bracket, const char *fds, struct status *st)
{
    *bracket = (struct bracket){0};
    const char *at = fds != NULL ? fds : "";
    while (*at != '\0') {
        char *end;
        errno = 0;
        long fd = *at >= '0' && *at <= '9' ? strtol(at, &end, 10) : -1;
        if (fd < 0 || errno != 0 || (*end != ',' && *end != '\0') ||
            (*end == ',' && end[1] == '\0'))
            return status_fail(st, STATUS_USAGE, "'%.64s' is no list of descriptors", fds);
        if (!take_fd(bracket, fd, st))
            return false;
        at = *end == ',' ? end + 1 : end;
    }

    size_t size = (bracket->group_count + 1) * sizeof(struct bracket_reading);
    bracket->before = malloc(size);
    bracket->after = malloc(size);
    if (bracket->before == NULL || bracket->after == NULL)
        return status_fail(st, STATUS_MEMORY, "no memory for the counters' readings");
    memset(bracket->before, 0, size); /* touched here, so that no page is missing in the bracket */
    memset(bracket->after, 0, size);
    return true;
}

void bracket_free(struct bracket *bracket)
{
    free(bracket->before);
    free(bracket->after);
    *bracket = (struct bracket){0};
}

static struct bracket_cpu read_cpu(void)
{
    struct rusage usage;
    struct bracket_cpu cpu = {.self_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID)};
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0) /* fails only for a bad argument */
        cpu.children_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (int64_t)1000000000 +
                          (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * (int64_t)1000;
    return cpu;
}

/* While a thread or process that the group counts is just ending, the kernel answers ECHILD. That
 * takes some µs; the limit is there so that nothing can hang. */
static void read_groups(const struct bracket *bracket, struct bracket_reading *readings)
{
    for (size_t i = 0; i < bracket->group_count; i++) {
        long tries = 0;
        do {
            readings[i].size = read(bracket->fds[i], readings[i].bytes, sizeof readings[i].bytes);
        } while (readings[i].size < 0 && errno == ECHILD && ++tries < READ_TRIES_MAX);
        if (readings[i].size < 0) /* nothing: the subject may have closed the descriptor */
            readings[i].size = errno == ECHILD ? -errno : 0;
    }
}

void bracket_begin(struct bracket *bracket)
{
    bracket->cpu_before = read_cpu();
    read_groups(bracket, bracket->before);
    bracket->before_ns = clock_now_ns(CLOCK_MONOTONIC);
    simulator_begin();
}

void bracket_end(struct bracket *bracket)
{
    simulator_end();
    bracket->after_ns = clock_now_ns(CLOCK_MONOTONIC);
    read_groups(bracket, bracket->after);
    bracket->cpu_after = read_cpu();
}

int64_t bracket_wall_ns(const struct bracket *bracket)
{
    return bracket->after_ns - bracket->before_ns;
}

int64_t bracket_cpu_ns(const struct bracket *bracket)
{
    return bracket->cpu_after.self_ns - bracket->cpu_before.self_ns +
           bracket->cpu_after.children_ns - bracket->cpu_before.children_ns;
}

static json_t *encode_readings(const struct bracket *bracket,
                               const struct bracket_reading *readings, struct status *st)
{
    char text[BRACKET_GROUP_BYTES / 3 * 4 + 8];
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < bracket->group_count; i++) {
        if (readings[i].size < 0) {
            status_fail_errno(st, (int)-readings[i].size, "read counter group %zu", i);
            json_decref(list);
            return NULL;
        }
        base64_encode(readings[i].bytes, (size_t)readings[i].size, text);
        if (json_array_append_new(list, json_string(text)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    if (list == NULL)
        status_fail(st, STATUS_MEMORY, "no memory for the counters' readings");
    return list;
}

bool bracket_encode(const struct bracket *bracket, json_t *reply, struct status *st)
{
    json_t *before = encode_readings(bracket, bracket->before, st);
    json_t *after = before != NULL ? encode_readings(bracket, bracket->after, st) : NULL;
    if (after == NULL) {
        json_decref(before);
        return false;
    }
    /* Both are taken over, whether or not it works. */
    int failed = json_object_set_new(reply, "before", before);
    failed |= json_object_set_new(reply, "after", after);
    return failed == 0 || status_fail(st, STATUS_MEMORY, "no memory for the reply");
}
