#include "counters/event_name.h"

#include <string.h>

/* The last ":part", not being the second half of a "::"; NULL when there is none. */
static char *last_part(char *text)
{
    char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || colon[-1] == ':' || colon[1] == '\0')
        return NULL;
    return colon;
}

/* ":u" alone says "user mode only", and so does ":k" of the kernel: not both at once. */
static bool take_modes(const char *text, struct event_name *name, struct status *st)
{
    bool alone_user = false;
    bool alone_kernel = false;
    for (char *part; (part = last_part(name->base)) != NULL;) {
        if (part[1 + strspn(part + 1, "uk")] != '\0')
            break;
        bool user = strchr(part, 'u') != NULL;
        bool kernel = strchr(part, 'k') != NULL;
        alone_user = alone_user || !kernel;
        alone_kernel = alone_kernel || !user;
        name->user = name->user || user;
        name->kernel = name->kernel || kernel;
        *part = '\0';
    }
    if ((alone_user && name->kernel) || (alone_kernel && name->user))
        return status_fail(st, STATUS_USAGE,
                           "event '%s': :u (user mode only) and :k (kernel mode only) contradict "
                           "each other; write '%s' to count both modes",
                           text, name->base);
    return true;
}

bool event_name_split(const char *text, struct event_name *name, struct status *st)
{
    size_t length = strlen(text);
    if (length == 0)
        return status_fail(st, STATUS_USAGE, "an event's name is empty");
    /* Room for what payoff itself adds: "perf::" in front, ":u" behind. */
    if (length >= EVENT_NAME_SIZE - 16)
        return status_fail(st, STATUS_USAGE, "an event's name is too long (%zu letters)", length);
    for (const char *c = text; *c != '\0'; c++) {
        if ((*c < '!' || *c > '~') && strpbrk(text, "\n\t") == NULL)
            return status_fail(st, STATUS_USAGE, "event '%s': a name has no spaces or signs in it",
                               text);
        if (*c < '!' || *c > '~')
            return status_fail(st, STATUS_USAGE, "an event's name has no spaces or signs in it");
    }
    *name = (struct event_name){.user = false};
    memcpy(name->base, text, length + 1);
    return take_modes(text, name, st);
}

void event_name_spell(char *to, const char *prefix, const char *name, char from, char with)
{
    size_t used = strlen(prefix);
    memcpy(to, prefix, used);
    for (; *name != '\0'; name++)
        to[used++] = *name == from ? with : *name;
    to[used] = '\0';
}

void event_name_lower(char *to, const char *name)
{
    event_name_spell(to, "", name, '_', '-');
    for (; *to != '\0'; to++) {
        if (*to >= 'A' && *to <= 'Z')
            *to = (char)(*to - 'A' + 'a');
    }
}

void event_name_cut_modifiers(char *name)
{
    char *equals = strchr(name, '=');
    if (equals == NULL)
        return;
    *equals = '\0';
    char *colon = strrchr(name, ':');
    if (colon != NULL)
        *colon = '\0';
}
