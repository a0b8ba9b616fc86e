/* The signature language, and tasks for what was understood: the first line is the signature, the
 * rest a list of tasks. */
#include "fuzz.h"

#include "workers/native/call.h"
#include "workers/native/call_block.h"
#include "workers/native/call_decode.h"
#include "workers/native/signature.h"

#include <string.h>

enum { REGION_MAX = 64 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

static void check(const struct signature *signature)
{
    size_t in_tuple = 0;
    MUST(signature->parameter_count <= SIGNATURE_PARAMETERS_MAX);
    MUST(signature->length_count <= SIGNATURE_PARAMETERS_MAX);
    for (size_t i = 0; i < signature->parameter_count; i++) {
        const struct signature_parameter *parameter = &signature->parameters[i];
        MUST(parameter->type != NULL && strlen(parameter->name) <= SIGNATURE_NAME_MAX);
        MUST(parameter->length == SIGNATURE_NO_LENGTH ||
             parameter->length < signature->length_count);
        in_tuple += signature_in_tuple(parameter);
    }
    MUST(in_tuple == signature->tuple_size && signature->result != NULL);
}

static void nothing(void)
{
}

static void decode(const struct signature *signature, const uint8_t *data, size_t size)
{
    static struct call call;
    struct status st = STATUS_INIT;
    char *text = fuzz_copy(data, size, 0);
    json_t *list = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    free(text);
    struct call_tasks *tasks = NULL;
    size_t task = 0;
    if (call_init(&call, nothing, signature, &st) &&
        call_tasks_decode(&call, list, &tasks, &task, &st)) {
        MUST(call_tasks_count(tasks) == json_array_size(list));
        /* Who asks for gigabytes of results gets them, and a fuzzer's limit with them. */
        if (tasks->region_size <= REGION_MAX)
            call_tasks_clear(tasks);
        call_tasks_free(tasks);
    } else {
        must_be_line(st.message);
    }
    json_decref(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = newline != NULL ? (size_t)(newline - data) : size;
    char *text = fuzz_copy(data, length, 0);
    static struct signature signature;
    struct status st = STATUS_INIT;
    bool ok = signature_parse(text, length, &signature, &st);
    free(text);
    if (!ok) {
        MUST(st.code == STATUS_USAGE);
        must_be_line(st.message);
        return 0;
    }
    check(&signature);
    if (newline != NULL)
        decode(&signature, newline + 1, size - length - 1);
    return 0;
}
