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

static void as_list(const json_t *reply, const struct group_plan *with)
{
    struct sample_list list;
    struct status st = STATUS_INIT;
    size_t count = json_array_size(json_object_get(reply, "samples"));
    if (!sample_decode_list(reply, count, with, NULL, 1000000000, &list, &st)) {
        must_be_line(st.message);
        MUST(list.samples == NULL);
        return;
    }
    int64_t sum_ns = 0;
    for (size_t i = 0; i < list.count; i++)
        sum_ns += list.samples[i].wall_ns;
    MUST(list.count == count && sum_ns <= 1000000000);
    sample_list_free(&list);
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
        as_list(reply, NULL);
        as_list(reply, plan);
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
