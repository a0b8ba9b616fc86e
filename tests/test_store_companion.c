/* What lies beside a store: a journal that undoes a change, one of a stranger's that would have another
 * file removed, and what is no file. */
#include "store_fixture.h"

#include "store/companion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534 };
enum { SECTOR = 512, NONCE = 7, RUNS_MARK = 68 /* where a store says that it is one */ };

static const unsigned char magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

static void put_number(FILE *file, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        assert_int_not_equal(fputc((int)(number >> shift & 0xff), file), EOF);
}

static FILE *open_file(const char *path, const char *suffix, const char *mode)
{
    char name[160];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    FILE *file = fopen(name, mode);
    assert_non_null(file);
    return file;
}

/* The first page of the store, as it is now. */
static size_t read_page(const char *path, unsigned char *page, size_t room)
{
    FILE *file = open_file(path, "", "rb");
    size_t size = fread(page, 1, room, file);
    fclose(file);
    assert_true(size >= SECTOR);
    size_t page_size = (size_t)page[16] << 8 | page[17];
    assert_true(page_size <= size);
    return page_size;
}

/* The journal of a change that was cut short: what its first page held, and, of a change of several
 * files, the name of another; as SQLite's "Database File Format" says of rollback journals. */
static void write_journal(const char *path, const char *other)
{
    static unsigned char page[1 << 16];
    size_t page_size = read_page(path, page, sizeof page);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    FILE *file = open_file(path, "-journal", "wb");
    fwrite(magic, 1, sizeof magic, file);
    put_number(file, 1);
    put_number(file, NONCE);
    put_number(file, (uint32_t)((size_t)info.st_size / page_size));
    put_number(file, SECTOR);
    put_number(file, (uint32_t)page_size);
    while (ftell(file) < SECTOR)
        fputc(0, file);
    put_number(file, 1);
    fwrite(page, 1, page_size, file);
    uint32_t sum = NONCE;
    for (size_t at = page_size - 200; at > 0 && at < page_size; at -= 200)
        sum += page[at];
    put_number(file, sum);
    if (other != NULL) {
        sum = 0;
        for (size_t i = 0; other[i] != '\0'; i++)
            sum += (unsigned char)other[i];
        put_number(file, (uint32_t)(0x40000000 / page_size + 1));
        fputs(other, file);
        put_number(file, (uint32_t)strlen(other));
        put_number(file, sum);
        fwrite(magic, 1, sizeof magic, file);
    }
    assert_int_equal(fclose(file), 0);
}

static void make_store(const struct fixture *fixture)
{
    struct store *store = fixture_open(fixture);
    fixture_cell(store, "one");
    store_close(store);
}

/* What the change that was cut short had done. */
static void spoil(const char *path)
{
    FILE *file = open_file(path, "", "r+b");
    assert_int_equal(fseek(file, RUNS_MARK, SEEK_SET), 0);
    put_number(file, 1);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *path, const char *suffix)
{
    char name[160];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static void refuses(const char *path, bool read_only, enum status_code code, const char *words)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    assert_false(store_open(path, (struct store_options){.read_only = read_only}, &store, &st));
    assert_int_equal(st.code, code);
    assert_non_null(strstr(st.message, words));
}

static void test_a_journal_removes_no_other_file(void **state)
{
    const struct fixture *fixture = *state;
    char victim[128];
    snprintf(victim, sizeof victim, "%s/victim", fixture->folder);
    fclose(open_file(victim, "", "w"));
    make_store(fixture);
    write_journal(fixture->path, victim);
    for (int with_log = 0; with_log < 2; with_log++) {
        if (with_log) /* which a reader would have swept */
            fclose(open_file(fixture->path, "-wal", "w"));
        refuses(fixture->path, true, STATUS_DATA, "is not payoff's");
        refuses(fixture->path, false, STATUS_DATA, "is not payoff's");
        assert_true(is_there(victim, ""));
        assert_true(is_there(fixture->path, "-journal"));
    }
    unlink(victim);
    char log[128];
    snprintf(log, sizeof log, "%s-wal", fixture->path);
    unlink(log);
}

static void test_beside_what_a_link_points_to(void **state)
{
    const struct fixture *fixture = *state;
    char victim[128], link_path[128];
    snprintf(victim, sizeof victim, "%s/victim", fixture->folder);
    snprintf(link_path, sizeof link_path, "%s/link.db", fixture->folder);
    fclose(open_file(victim, "", "w"));
    make_store(fixture);
    write_journal(fixture->path, victim);
    assert_int_equal(symlink("runs.db", link_path), 0);
    refuses(link_path, false, STATUS_DATA, "is not payoff's");
    assert_true(is_there(victim, ""));
    unlink(link_path);
    unlink(victim);
}

static void test_a_change_that_was_cut_short(void **state)
{
    const struct fixture *fixture = *state;
    make_store(fixture);
    write_journal(fixture->path, NULL);
    spoil(fixture->path);
    /* A reader may not undo it, and must not show half of it, nor the spoilt file as another's. */
    refuses(fixture->path, true, STATUS_UNAVAILABLE, "in the middle of a change");
    assert_true(is_there(fixture->path, "-journal"));
    /* A writer does. */
    struct status st = STATUS_INIT;
    struct store *store = fixture_open(fixture);
    assert_true(store_check(store, &st));
    store_close(store);
    assert_false(companion_has_journal(fixture->path));
}

/* As whoever may write the folder, like everybody in /tmp, and not the store. */
static int read_as_nobody(const struct fixture *fixture)
{
    struct status st = STATUS_INIT;
    struct store *store = NULL;
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return 2;
    if (!store_open(fixture->path, (struct store_options){.read_only = true}, &store, &st)) {
        print_error("%s\n", st.message);
        return 1;
    }
    bool good = store_check(store, &st);
    store_close(store);
    return good ? 0 : 1;
}

/* A log of a reader's could not be written by the owner. */
static void test_a_reader_leaves_nothing_in_the_way(void **state)
{
    const struct fixture *fixture = *state;
    make_store(fixture);
    assert_int_equal(chmod(fixture->path, 0444), 0);
    assert_int_equal(chmod(fixture->folder, 0777), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(read_as_nobody(fixture));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(is_there(fixture->path, "-wal"));
    assert_false(is_there(fixture->path, "-shm"));
}

static void test_what_is_no_file(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    make_store(fixture);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", fixture->path, suffixes[i]);
        assert_int_equal(mkfifo(name, 0600), 0); /* SQLite would wait for somebody to write */
        refuses(fixture->path, true, STATUS_DATA, "no regular file");
        refuses(fixture->path, false, STATUS_DATA, "no regular file");
        unlink(name);
        assert_int_equal(symlink("runs.db", name), 0);
        refuses(fixture->path, false, STATUS_DATA, "no regular file");
        unlink(name);
    }
    struct store *store = fixture_open(fixture);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_journal_removes_no_other_file),
        TEST(test_beside_what_a_link_points_to),
        TEST(test_a_change_that_was_cut_short),
        TEST(test_a_reader_leaves_nothing_in_the_way),
        TEST(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
