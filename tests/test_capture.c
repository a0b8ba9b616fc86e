#include "workers/capture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct capture capture;

static int empty(void **state)
{
    (void)state;
    capture = (struct capture){0};
    return 0;
}

static void add(const char *text)
{
    capture_add(&capture, text, strlen(text));
}

static void assert_text(const char *expected)
{
    size_t length;
    char *text = capture_text(&capture, &length);
    assert_non_null(text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    free(text);
}

static void test_little_is_kept_whole(void **state)
{
    (void)state;
    assert_text("");
    add("one\n");
    add("two\n");
    assert_text("one\ntwo\n");
}

/* Numbered lines, in pieces of every size: what is kept is the very beginning and the very end. */
static void check_pieces(size_t piece)
{
    enum { LINES = 20000, LENGTH = 8 };
    static char all[LINES * LENGTH + 1];
    for (size_t i = 0; i < LINES; i++)
        snprintf(all + i * LENGTH, LENGTH + 1, "%07zu\n", i);
    capture = (struct capture){0};
    size_t size = LINES * LENGTH;
    for (size_t at = 0; at < size; at += piece)
        capture_add(&capture, all + at, at + piece > size ? size - at : piece);
    assert_int_equal(capture.total, size);
    size_t length;
    char *text = capture_text(&capture, &length);
    assert_non_null(text);
    assert_memory_equal(text, all, CAPTURE_KEEP);
    assert_memory_equal(text + length - CAPTURE_KEEP, all + size - CAPTURE_KEEP, CAPTURE_KEEP);
    char note[80];
    snprintf(note, sizeof note, "\n… %zu bytes left out …\n", size - 2 * (size_t)CAPTURE_KEEP);
    assert_memory_equal(text + CAPTURE_KEEP, note, strlen(note));
    assert_int_equal(length, 2 * CAPTURE_KEEP + strlen(note));
    free(text);
}

static void test_much_is_kept_at_both_ends(void **state)
{
    (void)state;
    static const size_t pieces[] = {
        1, 7, 1000, CAPTURE_KEEP - 1, CAPTURE_KEEP, CAPTURE_KEEP + 1, 100000, 1000000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        check_pieces(pieces[i]);
}

static void test_exactly_both_ends_lack_nothing(void **state)
{
    (void)state;
    static char text[2 * CAPTURE_KEEP + 1];
    memset(text, 'a', CAPTURE_KEEP);
    memset(text + CAPTURE_KEEP, 'b', CAPTURE_KEEP);
    add(text);
    assert_text(text);
}

static void assert_words(const char *expected)
{
    char words[12];
    capture_last_words(&capture, words, sizeof words);
    assert_string_equal(words, expected);
}

static void test_last_words(void **state)
{
    (void)state;
    assert_words("");
    add(" \n\r\n");
    assert_words("");
    add("Traceback:\n  \x1b[1mno\x1b[0m\n\n  \n");
    assert_words(" [1mno [0m");
    add("a long last line");
    assert_words("g last line");
    add("\nab\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"); /* four euro signs */
    assert_words("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
}

static void test_drain_reads_until_the_end(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], "hello", 5), 5);
    assert_true(capture_drain(&capture, ends[0]));
    assert_true(capture_drain(&capture, ends[0])); /* nothing new */
    assert_text("hello");
    close(ends[1]);
    assert_false(capture_drain(&capture, ends[0]));
    close(ends[0]);
    assert_false(capture_drain(&capture, ends[0])); /* no descriptor any more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_little_is_kept_whole, empty),
        cmocka_unit_test_setup(test_much_is_kept_at_both_ends, empty),
        cmocka_unit_test_setup(test_exactly_both_ends_lack_nothing, empty),
        cmocka_unit_test_setup(test_last_words, empty),
        cmocka_unit_test_setup(test_drain_reads_until_the_end, empty),
    };
    return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
