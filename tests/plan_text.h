/* plan_text: plans from one line of text, and questions about them; for the suites of the groups.
 */
#ifndef PAYOFF_TESTS_PLAN_TEXT_H
#define PAYOFF_TESTS_PLAN_TEXT_H

#include "counters/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct source;

enum { LIST_MAX = 64 };

/* "cycles instructions" -> a request; the names live in `text`. */
static inline struct group_request request_of(char *text, const char *names[LIST_MAX])
{
    size_t count = 0;
    for (char *name = strtok(text, " "); name != NULL; name = strtok(NULL, " "))
        names[count++] = name;
    return (struct group_request){.events = names, .event_count = count};
}

/* "cycles instructions|page-faults" -> a plan of two requests. */
static inline struct group_plan *plan_from(const struct source *source, const char *text)
{
    char copy[2048];
    char *lists[16];
    const char *names[16][LIST_MAX];
    struct group_request requests[16];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *rest = copy, *list; (list = strsep(&rest, "|")) != NULL;)
        lists[count++] = list;
    for (size_t i = 0; i < count; i++)
        requests[i] = request_of(lists[i], names[i]);
    struct group_plan *plan = NULL;
    struct status st = STATUS_INIT;
    if (!group_plan_make(source, requests, count, &plan, &st))
        fail_msg("%s: %s", text, st.message);
    return plan;
}

static inline const struct group_event *find(const struct group_plan *plan, const char *asked)
{
    for (size_t i = 0; i < group_plan_event_count(plan); i++) {
        if (strcmp(group_plan_event(plan, i)->asked, asked) == 0)
            return group_plan_event(plan, i);
    }
    fail_msg("%s is not in the plan", asked);
    return NULL;
}

static inline void assert_reason(const struct group_event *event, const char *part)
{
    const char *reason = event->reason != NULL ? event->reason : "(no reason)";
    if (strstr(reason, part) == NULL)
        fail_msg("%s: '%s' is not in: %s", event->asked, part, reason);
}

static inline void assert_missing(const struct group_plan *plan, const char *asked,
                                  enum counts_state state, const char *part)
{
    const struct group_event *event = find(plan, asked);
    assert_reason(event, part);
    assert_int_equal(event->state, state);
    assert_int_equal(event->group, -1);
    assert_int_equal(event->slot, -1);
    assert_string_equal(event->name, asked);
}

#endif
