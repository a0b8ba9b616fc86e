#include "machine/files.h"
#include "machine/program.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test-files-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0;
    struct status st = STATUS_INIT;
    if (files_list(".", &names, &count, &st)) {
        for (size_t i = 0; i < count; i++)
            (void)remove(names[i]);
        files_list_free(names, count);
    }
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void assert_file(const char *path, const char *expected)
{
    char *data = NULL;
    size_t size = 0;
    struct status st = STATUS_INIT;
    if (!files_read(path, 0, &data, &size, &st))
        fail_msg("%s", st.message);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(data, expected);
    free(data);
}

static size_t files_here(void)
{
    char **names = NULL;
    size_t count = 0;
    struct status st = STATUS_INIT;
    assert_true(files_list(".", &names, &count, &st));
    files_list_free(names, count);
    return count;
}

static void test_write_keeps_permissions_and_links(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    struct stat found;
    umask(022);
    assert_true(files_write("plain", "one", 3, &st));
    assert_int_equal(stat("plain", &found), 0);
    assert_int_equal(found.st_mode & 07777, 0644);
    assert_int_equal(chmod("plain", 0600), 0);
    assert_int_equal(symlink("plain", "link"), 0);
    assert_true(files_write("link", "two", 3, &st));
    assert_file("plain", "two");
    assert_int_equal(lstat("link", &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_int_equal(stat("plain", &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    assert_int_equal(remove("link"), 0);
    assert_int_equal(remove("plain"), 0);
}

/* A limit on file size stands in for a full disk, which needs root to make. */
static void test_failure_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    static char large[100000];
    assert_true(files_write("file", "old", 3, &st));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 10000, .rlim_max = 10000};
        signal(SIGXFSZ, SIG_IGN);
        bool failed =
            setrlimit(RLIMIT_FSIZE, &limit) == 0 && !files_write("file", large, sizeof large, &st);
        _exit(failed && st.sys_errno == EFBIG ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    assert_file("file", "old");
    assert_int_equal(files_here(), 1);
    assert_int_equal(remove("file"), 0);
}

static void test_read_limit(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    char *data = NULL;
    size_t size = 0;
    assert_true(files_write("file", "12345", 5, &st));
    assert_true(files_read("file", 5, &data, &size, &st));
    free(data);
    assert_false(files_read("file", 4, &data, &size, &st));
    assert_int_equal(st.code, STATUS_DATA);
    assert_int_equal(remove("file"), 0);
}

/* The reader is slower than the writer and the pipe does not block. */
static void test_write_all_waits_for_a_slow_reader(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    static char data[1 << 20];
    if (child == 0) {
        size_t total = 0;
        close(ends[1]);
        fcntl(ends[0], F_SETFL, 0);
        for (;;) {
            ssize_t got = read(ends[0], data, 65536);
            if (got <= 0)
                _exit(total == sizeof data ? 0 : 1);
            total += (size_t)got;
            usleep(1000);
        }
    }
    struct status st = STATUS_INIT;
    close(ends[0]);
    assert_true(files_write_all(ends[1], data, sizeof data, &st));
    close(ends[1]);
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

static void test_write_all_to_nobody(void **state)
{
    (void)state;
    int ends[2];
    struct status st = STATUS_INIT;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    assert_false(files_write_all(ends[1], "x", 1, &st));
    assert_int_equal(st.code, STATUS_ENDED);
    assert_int_equal(st.sys_errno, EPIPE);
    close(ends[1]);
}

static void test_which_along_a_path(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    char *path = NULL, expected[128];
    assert_true(files_write("tool", "#!/bin/sh\n", 10, &st));
    assert_false(program_find("tool", "/nowhere:.", &path, &st)); /* not executable */
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    assert_int_equal(chmod("tool", 0755), 0);
    snprintf(expected, sizeof expected, "%s/./tool", folder);
    static const char *const searches[] = {"/nowhere:.", ":/nowhere", "/nowhere:", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(program_find("tool", searches[i], &path, &st));
        assert_string_equal(path, expected);
        free(path);
    }
    assert_true(program_find("tool", folder, &path, &st));
    assert_true(path[0] == '/');
    free(path);
    assert_false(program_find("tool", "/nowhere", &path, &st));
    assert_int_equal(remove("tool"), 0);
}

static void test_a_scratch_folder_is_ours_alone(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    char *first = NULL, *second = NULL;
    struct stat info;
    mode_t old = umask(0);
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    assert_true(files_scratch("test", &first, &st));
    assert_true(files_scratch("test", &second, &st));
    umask(old);
    assert_string_not_equal(first, second);
    assert_memory_equal(first, folder, strlen(folder));
    assert_int_equal(lstat(first, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 07777, 0700);
    (void)rmdir(first);
    (void)rmdir(second);
    free(first);
    free(second);
    assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
    assert_false(files_scratch("test", &first, &st));
    assert_null(first);
    assert_int_equal(st.code, STATUS_NOT_FOUND);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_keeps_permissions_and_links),
        cmocka_unit_test(test_failure_leaves_the_old_file_and_nothing_else),
        cmocka_unit_test(test_read_limit),
        cmocka_unit_test(test_write_all_waits_for_a_slow_reader),
        cmocka_unit_test(test_write_all_to_nobody),
        cmocka_unit_test(test_which_along_a_path),
        cmocka_unit_test(test_a_scratch_folder_is_ours_alone),
    };
    return cmocka_run_group_tests_name("files", tests, set_up, tear_down);
}
