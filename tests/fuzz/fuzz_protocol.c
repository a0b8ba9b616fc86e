/* A worker's reply: parsed, and decoded as what it may be the answer to. */
#include "fuzz.h"

#include "counters/group.h"
#include "counters/source_fake.h"
#include "workers/protocol.h"
#include "workers/sample.h"
#include "workers/value.h"

static struct source_fake fake;
static struct source source;
static struct group_plan *plan;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static const char *const names[] = {"cycles", "instructions"};
    static const struct group_request request = {names, 2};
    struct status st = STATUS_INIT;
    source_fake_reset(&fake);
    source = source_fake_make(&fake);
    MUST(group_plan_make(&source, &request, 1, &plan, &st));
    return 0;
}

static void as_sample(const json_t *reply, const struct group_plan *with)
{
    struct sample sample;
    struct status st = STATUS_INIT;
    if (!sample_decode(reply, with, NULL, 1000000000, false, &sample, &st)) {
        must_be_line(st.message);
        return;
    }
    MUST(sample.wall_ns > 0 && sample.wall_ns <= 1000000000);
    MUST(sample.cpu_ns >= -1 && (sample.shares != NULL || sample.share_count == 0));
    MUST(with == NULL || sample.count_count == 2);
    sample_free(&sample);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = fuzz_copy(data, size, 0);
    json_t *reply = NULL;
    struct status st = STATUS_INIT;
    bool ok = protocol_parse(line, size, 1, &reply, &st);
    free(line);
    MUST(!ok || reply != NULL);
    if (!ok)
        must_be_line(st.message);
    if (ok) {
        as_sample(reply, NULL);
        as_sample(reply, plan);
        unsigned char *bytes = NULL;
        size_t length = 0;
        st = STATUS_INIT;
        if (protocol_bytes(json_object_get(reply, "bytes"), "bytes", &bytes, &length, &st))
            free(bytes);
        st = STATUS_INIT;
        if (!value_check_list(json_object_get(reply, "results"), &st))
            must_be_line(st.message);
    }
    json_decref(reply);
    return 0;
}
