#include "machine/gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char *text_of(const struct gauge *gauge, size_t size)
{
    static char text[16384];
    struct status st = STATUS_INIT;
    size_t used = 0;
    assert_true(size <= sizeof text);
    assert_true(gauge_read(gauge, text, size, &used, &st));
    assert_int_equal(used, strlen(text));
    return text;
}

static void test_tells_what_is_there_now(void **state)
{
    (void)state;
    char path[] = "/tmp/payoff-gauge-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct gauge gauge;
    struct status st = STATUS_INIT;
    assert_true(gauge_open(path, &gauge, &st));
    assert_string_equal(text_of(&gauge, 100), "");
    assert_int_equal(write(fd, "12345\n", 6), 6);
    assert_string_equal(text_of(&gauge, 100), "12345\n");
    assert_int_equal(pwrite(fd, "67", 2, 0), 2);
    assert_string_equal(text_of(&gauge, 100), "67345\n");
    assert_string_equal(text_of(&gauge, 3), "67");
    close(fd);
    unlink(path);
    gauge_close(&gauge);
    gauge_close(&gauge);
    size_t used = 1;
    assert_false(gauge_read(&gauge, (char[8]){0}, 8, &used, &st));
    assert_int_equal(used, 0);
}

/* Files that the kernel hands out in pieces are read to their end. */
static void test_long_files(void **state)
{
    (void)state;
    static const char *const paths[] = {"/proc/vmstat", "/proc/stat", "/proc/self/status"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct gauge gauge;
        struct status st = STATUS_INIT;
        if (!gauge_open(paths[i], &gauge, &st))
            skip();
        FILE *file = fopen(paths[i], "re");
        assert_non_null(file);
        char line[4096], last[64] = "";
        while (fgets(line, sizeof line, file) != NULL) {
            line[strcspn(line, " :")] = '\0';
            snprintf(last, sizeof last, "\n%.60s", line);
        }
        fclose(file);
        assert_non_null(strstr(text_of(&gauge, 16384), last));
        gauge_close(&gauge);
    }
}

static void test_no_file(void **state)
{
    (void)state;
    struct gauge gauge;
    struct status st = STATUS_INIT;
    assert_false(gauge_open("/proc/nothing", &gauge, &st));
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    assert_non_null(strstr(st.message, "/proc/nothing"));
    gauge_close(&gauge);
}

static void test_leaves_descriptors_to_others(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = {40, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    struct gauge gauge;
    struct status st = STATUS_INIT;
    bool opened = gauge_open("/proc/stat", &gauge, &st);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(opened);
    assert_int_equal(st.sys_errno, EMFILE);
    assert_int_equal(gauge.fd, -1);
}

static void test_a_process_that_ends(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        char byte;
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_true(pid > 0);
    close(ends[0]);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    struct gauge gauge;
    struct status st = STATUS_INIT;
    assert_true(gauge_open(path, &gauge, &st));
    assert_int_equal(strtol(text_of(&gauge, 1024), NULL, 10), pid);
    close(ends[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    char text[64];
    size_t used = 0;
    assert_false(gauge_read(&gauge, text, sizeof text, &used, &st));
    gauge_close(&gauge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_what_is_there_now),
        cmocka_unit_test(test_long_files),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_leaves_descriptors_to_others),
        cmocka_unit_test(test_a_process_that_ends),
    };
    return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
