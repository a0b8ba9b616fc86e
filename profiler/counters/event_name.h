/* event_name: the text of an event's name: taken apart, respelled. Pure functions. */
#ifndef PAYOFF_COUNTERS_EVENT_NAME_H
#define PAYOFF_COUNTERS_EVENT_NAME_H

#include "base/status.h"
#include "counters/event.h"

#include <stdbool.h>

/* What the user wrote, taken apart. */
struct event_name {
    char base[EVENT_NAME_SIZE]; /* without :u and :k */
    bool user;                  /* :u was written */
    bool kernel;                /* :k was written */
};

/* Refuses what can be no name at all (empty, too long, spaces), and modifiers that contradict each
 * other (":u:k"), with STATUS_USAGE, and takes the modifiers :u and :k off the end (":uk" is both, as
 * perf has it). The base has room for "perf::" in front and ":u" behind. */
bool event_name_split(const char *text, struct event_name *name, struct status *st);

/* prefix + name with each `from` replaced by `with`; `to` has EVENT_NAME_SIZE bytes and both come
 * from event_name_split. */
void event_name_spell(char *to, const char *prefix, const char *name, char from, char with);

/* "PAGE_FAULTS" -> "page-faults". */
void event_name_lower(char *to, const char *name);

/* Cuts libpfm4's list of modifiers off: "spr::INST_RETIRED:ANY:e=0:i=0:u=1" ->
 * "spr::INST_RETIRED:ANY".
 */
void event_name_cut_modifiers(char *name);

#endif
