#include "workers/value_walk.h"

#include "workers/value_text.h"

#include <stdio.h>
#include <string.h>

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

static void write_path(const struct step *at, char *path, size_t size)
{
    if (at == NULL)
        return;
    write_path(at->up, path, size);
    char text[VALUE_TEXT_SIZE(40)];
    if (at->name != NULL) {
        append(path, size, at->name);
        return;
    }
    if (at->key != NULL)
        value_text(at->key, 40, text);
    else
        snprintf(text, sizeof text, "%zu", at->index);
    append(path, size, "[");
    append(path, size, text);
    append(path, size, "]");
}

struct value_comparison *walk_note(struct walk *walk, const struct step *at,
                                   enum value_outcome outcome, const char *reason)
{
    if (outcome > walk->outcome)
        walk->outcome = outcome;
    struct value_comparison *result = walk->result;
    if (outcome <= result->outcome)
        return NULL;
    result->outcome = outcome;
    result->task = walk->task;
    result->path[0] = '\0';
    write_path(at, result->path, sizeof result->path);
    snprintf(result->reason, sizeof result->reason, "%s", reason);
    status_make_printable(result->reason); /* it may quote the name of a type */
    result->expected[0] = '\0';
    result->got[0] = '\0';
    return result;
}

void walk_note_values(struct walk *walk, const struct step *at, enum value_outcome outcome,
                      const char *reason, const json_t *expected, const json_t *got)
{
    struct value_comparison *result = walk_note(walk, at, outcome, reason);
    if (result == NULL)
        return;
    if (expected != NULL)
        value_text(expected, VALUE_SHORT_WIDTH, result->expected);
    if (got != NULL)
        value_text(got, VALUE_SHORT_WIDTH, result->got);
}

bool walk_no_memory(struct walk *walk)
{
    return status_fail(walk->st, STATUS_MEMORY, "out of memory while comparing results");
}
