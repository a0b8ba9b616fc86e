/* A list of results in the typed encoding: checked, shown, compared with itself and with another. */
#include "fuzz.h"

#include "base/utf8.h"
#include "workers/value.h"
#include "workers/value_compare.h"
#include "workers/value_text.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

static void show(const json_t *value, size_t width)
{
    char text[VALUE_TEXT_SIZE(60)];
    size_t length = value_text(value, width, text);
    MUST(length < VALUE_TEXT_SIZE(width) && text[length] == '\0' && strlen(text) == length);
}

static void take_apart(const json_t *value)
{
    show(value, 1);
    show(value, 60);
    size_t size = 0;
    enum value_type type = value_type(value);
    MUST(type != VALUE_INVALID && value_type_name(value) != NULL);
    if (type == VALUE_BYTES || type == VALUE_BYTEARRAY || type == VALUE_ARRAY ||
        type == VALUE_STR_LONE) {
        unsigned char *bytes = value_bytes(value, &size);
        MUST(bytes != NULL);
        MUST(type != VALUE_ARRAY || size % value_array_element_size(value_array_code(value)) == 0);
        free(bytes);
    }
}

static void compare(const json_t *a, const json_t *b, bool same)
{
    static const struct value_tolerance tolerances[] = {{0, 0, 0}, {4, 0, 0}, {0, 1e-9, 1e-300}};
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        struct value_comparison comparison;
        struct status st = STATUS_INIT;
        if (!value_compare(a, b, tolerances[i], &comparison, &st)) {
            MUST(st.code == STATUS_MEMORY);
            continue;
        }
        MUST(!same || comparison.outcome == VALUE_IDENTICAL);
        MUST((comparison.outcome == VALUE_IDENTICAL) ==
             (comparison.different == 0 && comparison.within == 0));
        if (comparison.outcome == VALUE_DIFFERENT)
            must_be_line(comparison.reason);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size, 0);
    json_t *both = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    free(text);
    const json_t *a = json_array_get(both, 0), *b = json_array_get(both, 1);
    struct status st = STATUS_INIT;
    bool good_a = value_check_list(a, &st);
    if (!good_a)
        must_be_line(st.message);
    st = STATUS_INIT;
    bool good_b = value_check_list(b, &st);
    for (size_t i = 0; good_a && i < json_array_size(a); i++)
        take_apart(json_array_get(a, i));
    if (good_a)
        compare(a, a, true);
    if (good_a && good_b) {
        compare(a, b, false);
        compare(b, a, false);
    }
    json_decref(both);
    return 0;
}
