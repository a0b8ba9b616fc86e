#include "workers/protocol.h"
#include "workers/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* payoff's side and the worker's side of two pipes. */
struct fixture {
    struct protocol protocol;
    int command_read, command_write, reply_read, reply_write;
    json_t *reply;
    struct status st;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    int commands[2], replies[2];
    assert_non_null(f);
    assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
    assert_int_equal(pipe2(replies, O_CLOEXEC), 0);
    f->command_read = commands[0];
    f->command_write = commands[1];
    f->reply_read = replies[0];
    f->reply_write = replies[1];
    fcntl(f->command_write, F_SETFL, O_NONBLOCK);
    fcntl(f->reply_read, F_SETFL, O_NONBLOCK);
    protocol_init(&f->protocol, f->command_write, f->reply_read, NULL, NULL);
    f->st = STATUS_INIT;
    *state = f;
    return 0;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    json_decref(f->reply);
    protocol_free(&f->protocol);
    shut(&f->command_read);
    shut(&f->command_write);
    shut(&f->reply_read);
    shut(&f->reply_write);
    free(f);
    return 0;
}

static void say(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->reply_write, text, strlen(text)), (ssize_t)strlen(text));
}

static bool call(struct fixture *f, double timeout_s)
{
    json_t *command = json_pack("{ss}", "cmd", "hello");
    json_decref(f->reply);
    bool success = protocol_call(&f->protocol, command, timeout_s, &f->reply, &f->st);
    json_decref(command);
    return success;
}

static void test_a_call_sends_and_receives(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";
    say(f, ""); /* nothing yet */
    struct protocol *protocol = &f->protocol;
    json_t *command = json_pack("{sssI}", "cmd", "prepare", "id", (json_int_t)99);
    assert_false(protocol_call(protocol, command, 0, &f->reply, &f->st));
    assert_int_equal(f->st.code, STATUS_TIMEOUT);
    assert_string_equal(f->st.message, "no reply to 'prepare' within 0 s");
    assert_true(read(f->command_read, text, sizeof text) > 0);
    assert_string_equal(text, "{\"id\":1,\"cmd\":\"prepare\"}\n");
    assert_int_equal(json_integer_value(json_object_get(command, "id")), 99); /* unchanged */
    json_decref(command);
}

struct answer {
    int command_read, reply_write;
    const char *text;
};

/* Answers once the command has been read, as a worker does. */
static void *answer_thread(void *context)
{
    const struct answer *answer = context;
    char text[4096];
    if (read(answer->command_read, text, sizeof text) > 0 &&
        write(answer->reply_write, answer->text, strlen(answer->text)) < 0)
        return NULL;
    return NULL;
}

static bool exchange(struct fixture *f, const char *text)
{
    struct answer answer = {f->command_read, f->reply_write, text};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_thread, &answer), 0);
    bool success = call(f, 10);
    pthread_join(thread, NULL);
    return success;
}

static void test_replies_in_order(void **state)
{
    struct fixture *f = *state;
    assert_true(exchange(f, "{\"id\":1,\"ok\":true,\"x\":5}\n"));
    assert_int_equal(json_integer_value(json_object_get(f->reply, "x")), 5);
    assert_true(exchange(f, "{\"ok\":true,\"id\":2}\n"));
}

static void test_orderly_errors_have_a_reply_and_a_code(void **state)
{
    struct fixture *f = *state;
    assert_false(exchange(f, "{\"id\":1,\"ok\":false,\"error\":{\"kind\":\"exception\",\"type\":"
                             "\"ValueError\",\"message\":\"math domain error\",\"task\":1}}\n"));
    assert_int_equal(f->st.code, STATUS_SUBJECT);
    assert_string_equal(f->st.message, "ValueError: math domain error");
    assert_non_null(f->reply);
    assert_false(exchange(f, "{\"id\":2,\"ok\":false,\"error\":{\"kind\":\"unsupported\","
                             "\"message\":\"no threads\"}}\n"));
    assert_int_equal(f->st.code, STATUS_UNAVAILABLE);
    assert_string_equal(f->st.message, "no threads");
    assert_non_null(f->reply);
    assert_false(exchange(f, "{\"id\":3,\"ok\":false,\"error\":{\"kind\":\"load\",\"message\":"
                             "\"\"}}\n"));
    assert_string_equal(f->st.message, "an error of kind 'load' without a message");
}

static void test_hostile_replies(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *message; /* must be in it */
    } rows[] = {
        {"", "no JSON object"},
        {"   ", "no JSON object"},
        {"garbage", "no JSON object"},
        {"\x01\xff\xfe binary", "(??? binary)"},
        {"{\"id\":7,\"ok\":true", "no JSON object"},
        {"{\"id\":7,\"ok\":true} trailing", "no JSON object"},
        {"{\"id\":7,\"ok\":true}{\"id\":7,\"ok\":true}", "no JSON object"},
        {"{\"id\":7,\"ok\":true,\"ok\":false}", "duplicate"},
        {"{\"id\":7,\"ok\":true,\"s\":\"\\ud800\"}", "no JSON object"},
        {"{\"id\":7,\"ok\":true,\"s\":\"\xff\"}", "no JSON object"},
        {"{\"id\":7,\"ok\":true,\"n\":NaN}", "no JSON object"},
        {"{\"id\":7,\"ok\":true,\"n\":99999999999999999999}", "too big"},
        {"[1,2]", "no JSON object"},
        {"null", "no JSON object"},
        {"7", "no JSON object"},
        {"{}", "no integer 'id'"},
        {"{\"ok\":true}", "no integer 'id'"},
        {"{\"id\":\"7\",\"ok\":true}", "no integer 'id'"},
        {"{\"id\":7.0,\"ok\":true}", "no integer 'id'"},
        {"{\"id\":6,\"ok\":true}", "for command 6 and not 7"},
        {"{\"id\":8,\"ok\":true}", "for command 8 and not 7"},
        {"{\"id\":7}", "does not say 'ok'"},
        {"{\"id\":7,\"ok\":1}", "does not say 'ok'"},
        {"{\"id\":7,\"ok\":null}", "does not say 'ok'"},
        {"{\"id\":7,\"ok\":false}", "no 'kind'"},
        {"{\"id\":7,\"ok\":false,\"error\":\"x\"}", "no 'kind'"},
        {"{\"id\":7,\"ok\":false,\"error\":{\"kind\":\"load\"}}", "no 'message'"},
        {"{\"id\":7,\"ok\":false,\"error\":{\"kind\":\"odd\",\"message\":\"m\"}}", "unknown kind"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *reply = NULL;
        struct status st = STATUS_INIT;
        assert_false(protocol_parse(rows[i].line, strlen(rows[i].line), 7, &reply, &st));
        assert_null(reply);
        assert_int_equal(st.code, STATUS_DATA);
        if (strstr(st.message, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].line, st.message);
    }
}

static void test_deep_nesting_is_bounded(void **state)
{
    (void)state;
    size_t depth = 1000000;
    char *line = malloc(depth + 1);
    assert_non_null(line);
    memset(line, '[', depth);
    json_t *reply = NULL;
    struct status st = STATUS_INIT;
    assert_false(protocol_parse(line, depth, 1, &reply, &st));
    assert_int_equal(st.code, STATUS_DATA);
    free(line);
}

static void test_nul_in_a_string_survives(void **state)
{
    (void)state;
    static const char line[] = "{\"id\":1,\"ok\":true,\"s\":\"a\\u0000b\"}";
    json_t *reply = NULL;
    struct status st = STATUS_INIT;
    assert_true(protocol_parse(line, sizeof line - 1, 1, &reply, &st));
    assert_int_equal(json_string_length(json_object_get(reply, "s")), 3);
    json_decref(reply);
}

static void test_silence_is_a_timeout(void **state)
{
    struct fixture *f = *state;
    assert_false(call(f, 0.05));
    assert_int_equal(f->st.code, STATUS_TIMEOUT);
    assert_string_equal(f->st.message, "no reply to 'hello' within 0.05 s");
    assert_null(f->reply);
}

static void test_half_a_line_is_a_timeout_or_an_end(void **state)
{
    struct fixture *f = *state;
    struct answer answer = {f->command_read, f->reply_write, "{\"id\":1,"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer_thread, &answer), 0);
    assert_false(call(f, 0.2));
    pthread_join(thread, NULL);
    assert_int_equal(f->st.code, STATUS_TIMEOUT);
    shut(&f->reply_write);
    const char *line;
    size_t length;
    assert_false(channel_receive(&f->protocol.channel, wait_deadline(1), &line, &length, &f->st));
    assert_int_equal(f->st.code, STATUS_ENDED);
    assert_string_equal(f->st.message, "it ended in the middle of a reply");
}

static void test_closed_pipes_are_an_end(void **state)
{
    struct fixture *f = *state;
    shut(&f->reply_write);
    assert_false(call(f, 1));
    assert_int_equal(f->st.code, STATUS_ENDED);
    shut(&f->command_read); /* writing now raises SIGPIPE, which must not reach us */
    assert_false(call(f, 1));
    assert_int_equal(f->st.code, STATUS_ENDED);
    assert_string_equal(f->st.message, "it no longer reads its commands");
}

static void test_a_repeated_reply_is_noticed_before_the_next_command(void **state)
{
    struct fixture *f = *state;
    assert_true(exchange(f, "{\"id\":1,\"ok\":true}\n{\"id\":1,\"ok\":true}\n"));
    assert_false(call(f, 1));
    assert_int_equal(f->st.code, STATUS_DATA);
    assert_string_equal(f->st.message, "it sent more than one reply to a command");
}

static void test_a_full_pipe_is_a_timeout(void **state)
{
    struct fixture *f = *state;
    json_t *command = json_pack("{ss}", "cmd", "prepare");
    char *text = malloc(1 << 20);
    assert_non_null(text);
    memset(text, 'x', 1 << 20);
    json_object_set_new(command, "tasks", json_stringn(text, 1 << 20));
    assert_false(protocol_call(&f->protocol, command, 0.05, &f->reply, &f->st));
    assert_int_equal(f->st.code, STATUS_TIMEOUT);
    json_decref(command);
    free(text);
}

static void test_a_command_without_a_name_is_not_sent(void **state)
{
    struct fixture *f = *state;
    json_t *command = json_object();
    assert_false(protocol_call(&f->protocol, command, 1, &f->reply, &f->st));
    assert_int_equal(f->st.code, STATUS_USAGE);
    json_decref(command);
}

static void *flood_thread(void *context)
{
    const int *fd = context;
    static char text[1 << 16];
    memset(text, 'x', sizeof text);
    while (write(*fd, text, sizeof text) > 0)
        continue;
    return NULL;
}

static void test_an_endless_line_stops_at_the_limit(void **state)
{
    struct fixture *f = *state;
    pthread_t thread;
    /* The flood ends with EPIPE; the signal must not end the test. */
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
    assert_int_equal(pthread_create(&thread, NULL, flood_thread, &f->reply_write), 0);
    const char *line;
    size_t length;
    assert_false(channel_receive(&f->protocol.channel, wait_deadline(60), &line, &length, &f->st));
    assert_int_equal(f->st.code, STATUS_DATA);
    assert_string_equal(f->st.message, "a reply of more than 64 MiB");
    shut(&f->reply_read);
    pthread_join(thread, NULL);
}

static void test_a_long_reply_arrives_whole(void **state)
{
    struct fixture *f = *state;
    enum { SIZE = 5 << 20 };
    static char text[SIZE + 64];
    int head = sprintf(text, "{\"id\":1,\"ok\":true,\"s\":\"");
    memset(text + head, 'y', SIZE);
    strcpy(text + head + SIZE, "\"}\n");
    assert_true(exchange(f, text));
    assert_int_equal(json_string_length(json_object_get(f->reply, "s")), SIZE);
    assert_true(exchange(f, "{\"id\":2,\"ok\":true}\n"));
}

static void test_bytes(void **state)
{
    (void)state;
    struct status st = STATUS_INIT;
    unsigned char *data = NULL;
    size_t size = 0;
    json_t *text = json_string("AAEC");
    assert_true(protocol_bytes(text, "a reading", &data, &size, &st));
    assert_int_equal(size, 3);
    assert_int_equal(data[2], 2);
    free(data);
    json_string_set(text, "");
    assert_true(protocol_bytes(text, "a reading", &data, &size, &st));
    assert_int_equal(size, 0);
    assert_non_null(data);
    free(data);
    json_string_set(text, "AAE");
    assert_false(protocol_bytes(text, "a reading", &data, &size, &st));
    assert_int_equal(st.code, STATUS_DATA);
    assert_string_equal(st.message, "a reading is not valid base64");
    json_string_set(text, "hex:00ff1a");
    assert_true(protocol_bytes(text, "a reading", &data, &size, &st));
    assert_int_equal(size, 3);
    assert_memory_equal(data, "\0\xff\x1a", 3);
    free(data);
    json_string_set(text, "hex:");
    assert_true(protocol_bytes(text, "a reading", &data, &size, &st));
    assert_int_equal(size, 0);
    free(data);
    const char *const wrong[] = {"hex:0", "hex:0G", "hex:0F", "hex:00 ", "hex:0x00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_string_set(text, wrong[i]);
        assert_false(protocol_bytes(text, "a reading", &data, &size, &st));
        assert_string_equal(st.message, "a reading is not valid hex");
    }
    json_string_setn_nocheck(text, "hex:0\0", 6);
    assert_false(protocol_bytes(text, "a reading", &data, &size, &st));
    json_decref(text);
    assert_false(protocol_bytes(NULL, "a reading", &data, &size, &st));
    assert_string_equal(st.message, "a reading is not a base64 string");
}

#define WITH_PIPES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PIPES(test_a_call_sends_and_receives),
        WITH_PIPES(test_replies_in_order),
        WITH_PIPES(test_orderly_errors_have_a_reply_and_a_code),
        cmocka_unit_test(test_hostile_replies),
        cmocka_unit_test(test_deep_nesting_is_bounded),
        cmocka_unit_test(test_nul_in_a_string_survives),
        WITH_PIPES(test_silence_is_a_timeout),
        WITH_PIPES(test_half_a_line_is_a_timeout_or_an_end),
        WITH_PIPES(test_closed_pipes_are_an_end),
        WITH_PIPES(test_a_repeated_reply_is_noticed_before_the_next_command),
        WITH_PIPES(test_a_full_pipe_is_a_timeout),
        WITH_PIPES(test_a_command_without_a_name_is_not_sent),
        WITH_PIPES(test_an_endless_line_stops_at_the_limit),
        WITH_PIPES(test_a_long_reply_arrives_whole),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
