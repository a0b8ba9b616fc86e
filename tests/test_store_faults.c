/* The store when the world ends: killed writers, two writers at once, no space, no right to write.
 */
#include "store_fixture.h"

#include "store/noun.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLS = 40, EACH = 300, NOBODY = 65534 };

/* What a child's exit status says. */
enum { CHILD_GOOD = 0, CHILD_BAD = 1, CHILD_CANNOT = 2 };

/* Runs body in a child and returns how it ended. A failed assertion in a child would run the rest
 * of the tests there, so children report by exit status. */
static int in_child(const struct fixture *fixture, int (*body)(const struct fixture *))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body(fixture));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Inserts samples for ever and reports each on the pipe once it is stored. */
static _Noreturn void write_until_killed(const struct fixture *fixture, int64_t cell, int pipe_fd)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!store_open(fixture->path, (struct store_options){.create = false}, &store, &st))
        _exit(CHILD_BAD);
    for (int64_t i = 0;; i++) {
        struct sample_row sample = fixture_sample(cell, i);
        int64_t id = 0;
        if (!sample_insert(store, &sample, &id, &st) || write(pipe_fd, &id, sizeof id) < 0)
            _exit(CHILD_BAD);
    }
}

static void test_killed_at_any_moment(void **state)
{
    const struct fixture *fixture = *state;
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(fixture);
    int64_t cell = fixture_cell(store, "one");
    store_close(store);
    int64_t reported = 0;
    unsigned seed = (unsigned)getpid();
    for (int round = 0; round < KILLS; round++) {
        int pipe_fds[2];
        assert_int_equal(pipe(pipe_fds), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            write_until_killed(fixture, cell, pipe_fds[1]);
        close(pipe_fds[1]);
        struct timespec pause = {.tv_nsec = rand_r(&seed) % 25000000};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        for (int64_t id; read(pipe_fds[0], &id, sizeof id) == (ssize_t)sizeof id;)
            reported++;
        close(pipe_fds[0]);

        store = fixture_open(fixture);
        int64_t there = fixture_count(store);
        assert_true(store_check(store, &st));
        store_close(store);
        /* The one in flight may be there without having been reported. */
        assert_true(there >= reported && there <= reported + 1);
        reported = there;
    }
    print_message("%lld samples survived %d kills\n", (long long)reported, KILLS);
    assert_true(reported > KILLS);
}

static int write_a_run(const struct fixture *fixture)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    char name[32];
    snprintf(name, sizeof name, "run-%d", getpid());
    if (!store_open(fixture->path, (struct store_options){.create = true}, &store, &st)) {
        print_error("%s\n", st.message);
        return CHILD_BAD;
    }
    int64_t cell = fixture_cell(store, name);
    for (int64_t i = 0; i < EACH; i++) {
        struct sample_row sample = fixture_sample(cell, i);
        int64_t id = 0;
        if (!sample_insert(store, &sample, &id, &st)) {
            print_error("%s\n", st.message);
            return CHILD_BAD;
        }
    }
    store_close(store);
    return CHILD_GOOD;
}

/* From nothing: both make the file, too. */
static void test_several_writers(void **state)
{
    const struct fixture *fixture = *state;
    enum { WRITERS = 3 };
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(write_a_run(fixture));
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(fixture);
    assert_int_equal(fixture_count(store), WRITERS * EACH);
    assert_true(store_check(store, &st));
    store_close(store);
}

static int open_and_close(const struct fixture *fixture)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!store_open(fixture->path, (struct store_options){.create = true}, &store, &st)) {
        print_error("%s\n", st.message);
        return CHILD_BAD;
    }
    store_close(store);
    return CHILD_GOOD;
}

/* The file is made once, whoever is first. */
static void test_made_by_several_at_once(void **state)
{
    const struct fixture *fixture = *state;
    enum { ROUNDS = 40, MAKERS = 4 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[MAKERS];
        for (int i = 0; i < MAKERS; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] == 0)
                _exit(open_and_close(fixture));
        }
        int failed = 0;
        for (int i = 0; i < MAKERS; i++) {
            int status = 0;
            waitpid(children[i], &status, 0);
            failed += status != 0;
        }
        assert_int_equal(failed, 0);
        unlink(fixture->path);
    }
}

static void test_a_writer_that_never_ends(void **state)
{
    const struct fixture *fixture = *state;
    struct status st = STATUS_INIT;
    struct store *first = fixture_open(fixture);
    int64_t cell = fixture_cell(first, "one");
    struct store *second = NULL;
    assert_true(store_open(fixture->path, (struct store_options){.busy_ms = 30}, &second, &st));
    assert_true(store_begin(first, &st));
    struct sample_row sample = fixture_sample(cell, 0);
    int64_t id = 0;
    assert_false(sample_insert(second, &sample, &id, &st));
    assert_int_equal(st.code, STATUS_TIMEOUT);
    assert_non_null(strstr(st.message, "another process"));
    store_rollback(first);
    assert_true(sample_insert(second, &sample, &id, &st));
    store_close(first);
    store_close(second);
}

/* Writes until there is no more room; what was stored is there, and nothing else is damaged. */
static int fill_up(const char *path)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!store_open(path, (struct store_options){.create = true}, &store, &st))
        return CHILD_BAD;
    int64_t cell = fixture_cell(store, "one");
    int64_t stored = 0;
    for (bool ok = true; ok && stored < 1000000; stored += ok) {
        struct sample_row sample = fixture_sample(cell, stored);
        int64_t id = 0;
        ok = sample_insert(store, &sample, &id, &st);
    }
    bool said = st.code == STATUS_SYSTEM && (st.sys_errno == ENOSPC || st.sys_errno == EFBIG);
    if (!said)
        print_error("%s\n", st.message);
    /* Reading goes on working on the same handle. */
    bool there = fixture_count(store) == stored;
    store_close(store);
    print_message("%lld samples, then: %s\n", (long long)stored, st.message);
    return said && there && stored > 10 ? CHILD_GOOD : CHILD_BAD;
}

static int fill_limited_file(const struct fixture *fixture)
{
    struct rlimit limit = {.rlim_cur = 600000, .rlim_max = 600000};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? fill_up(fixture->path) : CHILD_CANNOT;
}

static void test_no_space_in_the_file(void **state)
{
    assert_int_equal(in_child(*state, fill_limited_file), CHILD_GOOD);
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(*state);
    assert_true(fixture_count(store) > 10);
    assert_true(store_check(store, &st));
    store_close(store);
}

/* A small disk, where this user may mount one; nobody else sees it. */
static int fill_small_disk(const struct fixture *fixture)
{
    char path[128];
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", fixture->folder, "tmpfs", 0, "size=1m") != 0)
        return CHILD_CANNOT;
    snprintf(path, sizeof path, "%s/runs.db", fixture->folder);
    int result = fill_up(path);
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!store_open(path, (struct store_options){.read_only = true}, &store, &st) ||
        !store_check(store, &st)) {
        print_error("%s\n", st.message);
        result = CHILD_BAD;
    }
    store_close(store);
    return result;
}

static void test_a_full_disk(void **state)
{
    int result = in_child(*state, fill_small_disk);
    if (result == CHILD_CANNOT)
        print_message("no disk could be mounted here; see test_no_space_in_the_file\n");
    else
        assert_int_equal(result, CHILD_GOOD);
}

static bool leave_root(void)
{
    return geteuid() != 0 || (setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

static int use_read_only(const struct fixture *fixture)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (!leave_root())
        return CHILD_CANNOT;
    if (store_open(fixture->path, (struct store_options){.create = true}, &store, &st) ||
        (st.code != STATUS_UNAVAILABLE && st.code != STATUS_SYSTEM)) {
        print_error("opened for writing: %s\n", st.message);
        return CHILD_BAD;
    }
    print_message("%s\n", st.message);
    if (!store_open(fixture->path, (struct store_options){.read_only = true}, &store, &st)) {
        print_error("%s\n", st.message);
        return CHILD_BAD;
    }
    bool good = fixture_count(store) == 1;
    store_close(store);
    return good ? CHILD_GOOD : CHILD_BAD;
}

static void test_a_folder_that_cannot_be_written(void **state)
{
    const struct fixture *fixture = *state;
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(fixture);
    int64_t cell = fixture_cell(store, "one");
    struct sample_row sample = fixture_sample(cell, 0);
    int64_t id = 0;
    assert_true(sample_insert(store, &sample, &id, &st));
    store_close(store);
    assert_int_equal(chmod(fixture->path, 0444), 0);
    assert_int_equal(chmod(fixture->folder, 0555), 0);
    int result = in_child(fixture, use_read_only);
    chmod(fixture->folder, 0755);
    assert_int_equal(result, CHILD_GOOD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_killed_at_any_moment),
        TEST(test_several_writers),
        TEST(test_made_by_several_at_once),
        TEST(test_a_writer_that_never_ends),
        TEST(test_no_space_in_the_file),
        TEST(test_a_full_disk),
        TEST(test_a_folder_that_cannot_be_written),
    };
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
