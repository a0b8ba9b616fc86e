/* The name of an event, as a script or a command line has it. */
#include "fuzz.h"

#include "counters/event.h"
#include "counters/event_name.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size, 1);
    struct event_name name;
    struct status st = STATUS_INIT;
    if (event_name_split(text, &name, &st))
        MUST(memchr(name.base, '\0', sizeof name.base) != NULL);
    struct event event, user, again;
    st = STATUS_INIT;
    if (event_parse(text, &event, &st)) {
        MUST(memchr(event.name, '\0', sizeof event.name) != NULL && event.unit != NULL);
        must_be_line(event.name);
        /* What payoff writes, it reads, and means the same by it. */
        st = STATUS_INIT;
        if (!event_parse(event.name, &again, &st))
            fprintf(stderr, "'%s' was read as '%s': %s\n", text, event.name, st.message);
        MUST(st.code == STATUS_OK && event_code_equal(&event.code, &again.code));
        if (event_user_only(&event, &user))
            must_be_line(user.name);
    } else {
        MUST(st.code == STATUS_NOT_FOUND || st.code == STATUS_USAGE);
        must_be_line(st.message);
    }
    free(text);
    return 0;
}
