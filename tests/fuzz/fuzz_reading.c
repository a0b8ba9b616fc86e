/* What a worker says it read from a group of counters. The first byte parts the rest into before
 * and after, the second picks the group. */
#include "fuzz.h"

#include "counters/group.h"
#include "counters/source_fake.h"

#include <string.h>

enum { EVENTS = 4, UNTOUCHED = 0x7a7a7a7a };

static struct source_fake fake;
static struct source source;
static struct group_plan *plan;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static const char *const hardware[] = {"cycles", "instructions"};
    static const char *const software[] = {"page-faults", "perf::CYCLES"};
    static const struct group_request requests[] = {{hardware, 2}, {software, 2}};
    struct status st = STATUS_INIT;
    source_fake_reset(&fake);
    source = source_fake_make(&fake);
    MUST(group_plan_make(&source, requests, 2, &plan, &st));
    MUST(group_plan_event_count(plan) == EVENTS);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t rest = size - 2, first = data[0] * (size_t)8;
    if (first > rest)
        first = rest;
    char *before = fuzz_copy(data + 2, first, 0);
    char *after = fuzz_copy(data + 2 + first, rest - first, 0);
    struct counts counts[EVENTS];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < EVENTS; i++)
        counts[i].count = UNTOUCHED;
    struct status st = STATUS_INIT;
    size_t group = data[1] % group_plan_group_count(plan);
    bool ok = group_plan_decode(plan, group, before, first, after, rest - first, counts, &st);
    if (!ok)
        must_be_line(st.message);
    for (size_t i = 0; i < EVENTS; i++) {
        if (counts[i].count == UNTOUCHED)
            continue;
        MUST(ok);
        MUST(counts[i].state == COUNTS_EXACT || counts[i].reason != NULL);
        MUST(counts[i].state == COUNTS_NOT_COUNTED ||
             (counts[i].running_ns > 0 && counts[i].running_ns <= counts[i].enabled_ns));
    }
    free(before);
    free(after);
    return 0;
}
