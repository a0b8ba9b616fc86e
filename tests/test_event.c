#include "base/nearest.h"
#include "counters/event.h"
#include "counters/event_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct event parse(const char *text)
{
    struct event event;
    struct status st = STATUS_INIT;
    if (!event_parse(text, &event, &st))
        fail_msg("%s: %s", text, st.message);
    return event;
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        uint32_t type;
        uint64_t config;
    } rows[] = {
        {"cycles", "cycles", EVENT_TYPE_HARDWARE, 0},
        {"perf::CYCLES", "cycles", EVENT_TYPE_HARDWARE, 0},
        {"cpu-cycles", "cycles", EVENT_TYPE_HARDWARE, 0},
        {"CPU_CYCLES", "cycles", EVENT_TYPE_HARDWARE, 0},
        {"PERF_COUNT_HW_CPU_CYCLES", "cycles", EVENT_TYPE_HARDWARE, 0},
        {"instructions", "instructions", EVENT_TYPE_HARDWARE, 1},
        {"cache-references", "cache-references", EVENT_TYPE_HARDWARE, 2},
        {"cache_misses", "cache-misses", EVENT_TYPE_HARDWARE, 3},
        {"branches", "branches", EVENT_TYPE_HARDWARE, 4},
        {"branch-instructions", "branches", EVENT_TYPE_HARDWARE, 4},
        {"Branch-Misses", "branch-misses", EVENT_TYPE_HARDWARE, 5},
        {"cpu-clock", "cpu-clock", EVENT_TYPE_SOFTWARE, 0},
        {"task-clock", "task-clock", EVENT_TYPE_SOFTWARE, 1},
        {"page-faults", "page-faults", EVENT_TYPE_SOFTWARE, 2},
        {"faults", "page-faults", EVENT_TYPE_SOFTWARE, 2},
        {"context-switches", "context-switches", EVENT_TYPE_SOFTWARE, 3},
        {"cs", "context-switches", EVENT_TYPE_SOFTWARE, 3},
        {"cpu-migrations", "cpu-migrations", EVENT_TYPE_SOFTWARE, 4},
        {"minor-faults", "minor-faults", EVENT_TYPE_SOFTWARE, 5},
        {"major_faults", "major-faults", EVENT_TYPE_SOFTWARE, 6},
        {"alignment-faults", "alignment-faults", EVENT_TYPE_SOFTWARE, 7},
        {"L1-dcache-load-misses", "l1-dcache-load-misses", EVENT_TYPE_HW_CACHE, 0x10000},
        {"r01c2", "r01c2", EVENT_TYPE_RAW, 0x1c2},
        {"perf_raw::r8", "r8", EVENT_TYPE_RAW, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event = parse(rows[i].text);
        assert_string_equal(event.name, rows[i].name);
        assert_int_equal(event.code.type, rows[i].type);
        assert_int_equal(event.code.config, rows[i].config);
        assert_false(event.code.exclude_user);
        assert_false(event.code.exclude_kernel);
        assert_true(event.code.exclude_hv);
        assert_int_equal(event.source,
                         rows[i].type == EVENT_TYPE_SOFTWARE ? COUNTS_SOFTWARE : COUNTS_HARDWARE);
        assert_true(strlen(event.description) > 0);
        /* A name that payoff writes can be read again. */
        struct event again = parse(event.name);
        assert_true(event_code_equal(&event.code, &again.code));
    }
    assert_string_equal(parse("task-clock").unit, "ns");
    assert_string_equal(parse("cycles").unit, "events");
}

static void test_modifiers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        bool no_user, no_kernel;
    } rows[] = {
        {"cycles:u", "cycles:u", false, true},
        {"cycles:k", "cycles:k", true, false},
        {"cycles:uk", "cycles", false, false},
        {"cycles:u:u", "cycles:u", false, true},
        {"perf::cycles:u", "cycles:u", false, true},
        {"r01c2:u", "r01c2:u", false, true},
        {"context-switches:k", "context-switches:k", true, false},
        {"emulation-faults:u", "emulation-faults:u", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event = parse(rows[i].text);
        assert_string_equal(event.name, rows[i].name);
        assert_int_equal(event.code.exclude_user, rows[i].no_user);
        assert_int_equal(event.code.exclude_kernel, rows[i].no_kernel);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status_code code;
        const char *part;
    } rows[] = {
        {"instructons", STATUS_NOT_FOUND,
         "unknown event 'instructons'; did you mean 'instructions'?"},
        {"perf::brnach-misses", STATUS_NOT_FOUND, "did you mean 'branch-misses'?"},
        {"instructons:u", STATUS_NOT_FOUND, "unknown event 'instructons:u'"},
        {"zzzzzzzz", STATUS_NOT_FOUND, "'payoff counters' lists"},
        {"", STATUS_USAGE, "empty"},
        {"two words", STATUS_USAGE, "no spaces"},
        {"caf\xc3\xa9", STATUS_USAGE, "no spaces or signs"},
        {"cycles:x", STATUS_USAGE, "'cycles:x' has no such modifier"},
        {"cycles:", STATUS_USAGE, "has no such modifier"},
        {"cycles:u=", STATUS_USAGE, "cycles:u="},
        {"cycles:u:k", STATUS_USAGE, "contradict each other; write 'cycles' to count both"},
        {"r01c2:k:u", STATUS_USAGE, "contradict each other"},
        {"cycles:uk:u", STATUS_USAGE, "contradict each other"},
        {"cycles:p", STATUS_USAGE, "so there is no :p"},
        {"cycles:u=1", STATUS_USAGE, "payoff counts :u"},
        {"cycles:k=1", STATUS_USAGE, "payoff counts :u"},
        {"cycles:h", STATUS_USAGE, "(user mode only)"}, /* some processors have no such mode */
        {"cycles:mg=1", STATUS_USAGE, "(user mode only)"},
        {"simulated::instructions", STATUS_USAGE, "--counts simulated"},
        {"task-clock:u", STATUS_USAGE, "write 'task-clock'"},
        {"context-switches:u", STATUS_USAGE, "inside the kernel only and would read 0"},
        {"r", STATUS_NOT_FOUND, "unknown event 'r'"},
        {"rxyz", STATUS_NOT_FOUND, "unknown"},
        {"::", STATUS_NOT_FOUND, "unknown"},
        {":u", STATUS_NOT_FOUND, "unknown"},
        {"perf::", STATUS_NOT_FOUND, "unknown"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event;
        struct status st = STATUS_INIT;
        if (event_parse(rows[i].text, &event, &st))
            fail_msg("'%s' was taken for %s", rows[i].text, event.name);
        assert_int_equal(st.code, rows[i].code);
        if (strstr(st.message, rows[i].part) == NULL)
            fail_msg("'%s': %s", rows[i].text, st.message);
    }
}

static void test_hostile_text(void **state)
{
    (void)state;
    static const char letters[] = "ru:_-=k01cyles%~\"*L,";
    unsigned seed = 4711;
    for (int round = 0; round < 3000; round++) {
        char text[200];
        size_t length = (size_t)rand_r(&seed) % (round % 2 == 0 ? 12 : sizeof text - 1);
        for (size_t i = 0; i < length; i++)
            text[i] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
        text[length] = '\0';
        struct event event;
        struct status st = STATUS_INIT;
        if (event_parse(text, &event, &st))
            assert_true(strlen(event.name) > 0 && strlen(event.name) < EVENT_NAME_SIZE);
        else
            assert_true(st.message[0] != '\0');
    }
}

static void test_user_only(void **state)
{
    (void)state;
    struct event event = parse("page-faults");
    struct event user;
    assert_true(event_user_only(&event, &user));
    assert_string_equal(user.name, "page-faults:u");
    assert_true(user.code.exclude_kernel);
    /* A second time changes nothing. */
    struct event again;
    assert_true(event_user_only(&user, &again));
    assert_string_equal(again.name, "page-faults:u");

    event = parse("task-clock");
    assert_true(event_user_only(&event, &user));
    assert_string_equal(user.name, "task-clock");
    assert_true(user.code.exclude_kernel);

    event = parse("context-switches");
    assert_false(event_user_only(&event, &user));
    event = parse("cycles:k");
    assert_false(event_user_only(&event, &user));
}

struct seen {
    size_t count;
    bool page_faults, cache, constant, stop;
};

static bool see(const struct event *event, void *context)
{
    struct seen *seen = context;
    seen->count++;
    seen->page_faults = seen->page_faults || strcmp(event->name, "page-faults") == 0;
    seen->cache = seen->cache || strcmp(event->name, "llc-load-misses") == 0;
    seen->constant = seen->constant || strncmp(event->name, "perf-count", 10) == 0;
    assert_true(event->pmu != NULL && event->unit != NULL && event->description != NULL);
    return !seen->stop;
}

static void test_enumeration(void **state)
{
    (void)state;
    struct seen seen = {.count = 0};
    event_each(see, &seen);
    assert_true(seen.count >= 40);
    assert_true(seen.page_faults && seen.cache && !seen.constant);
    seen = (struct seen){.stop = true};
    event_each(see, &seen);
    assert_int_equal(seen.count, 1);
}

/* LIBPFM_ENCODE_INACTIVE lets libpfm4 encode events of CPUs that are not this one. */
static void test_model_events(void **state)
{
    (void)state;
#ifdef __x86_64__
    struct event event = parse("spr::inst_retired.any:u");
    assert_string_equal(event.name, "spr::INST_RETIRED:ANY:u");
    assert_string_equal(event.pmu, "spr");
    assert_int_equal(event.code.type, EVENT_TYPE_RAW);
    /* Of the counter that is made for it, where libpfm4 is newer than 4.13.0. */
    assert_true(event.code.config == 0x1c0 || event.code.config == 0x100);
    assert_true(event.code.exclude_kernel);
    /* libpfm4's own modifiers pass through, and are kept in the name. */
    event = parse("spr::BR_INST_RETIRED:ALL_BRANCHES:c=2");
    assert_string_equal(event.name, "spr::BR_INST_RETIRED:ALL_BRANCHES:c=2");
    assert_int_equal(event.code.config, 0x20000c4);
#elif defined(__aarch64__)
    struct event event = parse("arm_n1::inst_retired:u");
    assert_string_equal(event.name, "arm_n1::INST_RETIRED:u");
    assert_int_equal(event.code.config, 0x8);
#else
    skip();
#endif
}

int main(void)
{
    setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_modifiers),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_user_only),    cmocka_unit_test(test_enumeration),
        cmocka_unit_test(test_model_events),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
