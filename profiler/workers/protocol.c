#include "workers/protocol.h"

#include "workers/base64.h"
#include "workers/wait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void protocol_init(struct protocol *protocol, int send_fd, int receive_fd, channel_wait *wait,
                   void *context)
{
    channel_init(&protocol->channel, send_fd, receive_fd, wait, context);
    protocol->next_id = 1;
}

void protocol_free(struct protocol *protocol)
{
    channel_free(&protocol->channel);
}

/* The code that stands for an error of the protocol; false for a kind it does not have. */
static bool error_code(const char *kind, enum status_code *code)
{
    static const struct {
        const char *kind;
        enum status_code code;
    } codes[] = {
        {"usage", STATUS_USAGE},          {"load", STATUS_SUBJECT},
        {"argument", STATUS_SUBJECT},     {"exception", STATUS_SUBJECT},
        {"resource", STATUS_UNAVAILABLE}, {"unsupported", STATUS_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(kind, codes[i].kind) == 0) {
            *code = codes[i].code;
            return true;
        }
    }
    return false;
}

/* An orderly error -> status: "ValueError: math domain error". False when it is not orderly. */
static bool error_status(const json_t *error, struct status *st)
{
    const char *kind = json_string_value(json_object_get(error, "kind"));
    const char *message = json_string_value(json_object_get(error, "message"));
    const char *type = json_string_value(json_object_get(error, "type"));
    enum status_code code;
    if (kind == NULL || message == NULL) {
        status_fail(st, STATUS_DATA, "its error has no 'kind' or no 'message'");
        return false;
    }
    if (!error_code(kind, &code)) {
        status_fail(st, STATUS_DATA, "its error is of an unknown kind '%.32s': %s", kind, message);
        return false;
    }
    if (message[0] == '\0' && (type == NULL || type[0] == '\0'))
        status_fail(st, code, "an error of kind '%s' without a message", kind);
    else if (message[0] == '\0')
        status_fail(st, code, "%s", type);
    else
        status_fail(st, code, "%s%s%s", type != NULL ? type : "", type != NULL ? ": " : "",
                    message);
    return true;
}

/* The beginning of a line for a message, with everything unprintable as '?'. */
static void line_excerpt(const char *line, size_t length, char *text, size_t size)
{
    size_t used = 0;
    while (used < length && used + 4 < size) {
        unsigned char c = (unsigned char)line[used];
        text[used++] = c < 0x20 || c > 0x7e ? '?' : (char)c;
    }
    memcpy(text + used, used < length ? "..." : "", used < length ? 4 : 1);
}

bool protocol_parse(const char *line, size_t length, json_int_t id, json_t **reply,
                    struct status *st)
{
    *reply = NULL;
    char excerpt[80];
    line_excerpt(line, length, excerpt, sizeof excerpt);

    json_error_t error;
    /* NUL is a character that a Python string may have. */
    errno = 0;
    json_t *body = json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (body == NULL)
        return status_fail(st, errno == ENOMEM ? STATUS_MEMORY : STATUS_DATA,
                           "its reply is no JSON object: %s (%s)", error.text, excerpt);
    const json_t *reply_id = json_object_get(body, "id");
    const json_t *ok = json_object_get(body, "ok");
    bool orderly = false;
    if (!json_is_object(body))
        status_fail(st, STATUS_DATA, "its reply is no JSON object (%s)", excerpt);
    else if (!json_is_integer(reply_id))
        status_fail(st, STATUS_DATA, "its reply has no integer 'id' (%s)", excerpt);
    else if (json_integer_value(reply_id) != id)
        status_fail(st, STATUS_DATA,
                    "its reply is for command %" PRId64 " and not %" PRId64 " (%s)",
                    (int64_t)json_integer_value(reply_id), (int64_t)id, excerpt);
    else if (!json_is_boolean(ok))
        status_fail(st, STATUS_DATA, "its reply does not say 'ok': true or false (%s)", excerpt);
    else
        orderly = json_is_true(ok) || error_status(json_object_get(body, "error"), st);
    if (!orderly) {
        json_decref(body);
        return false;
    }
    bool success = json_is_true(ok);
    *reply = body;
    return success;
}

/* The command as a line: the object with its id first, for whoever reads a log. */
static char *command_line(const json_t *command, json_int_t id, size_t *length, struct status *st)
{
    json_t *full = json_pack("{sI}", "id", id);
    char *text = NULL;
    if (full != NULL && json_object_update(full, (json_t *)command) == 0 &&
        json_object_set_new(full, "id", json_integer(id)) == 0)
        text = json_dumps(full, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(full);
    if (text == NULL) {
        status_fail(st, STATUS_MEMORY, "the command cannot be written as JSON");
        return NULL;
    }
    *length = strlen(text) + 1;
    if (*length > CHANNEL_LINE_LIMIT) {
        status_fail(st, STATUS_USAGE, "the command is larger than %zu MiB",
                    CHANNEL_LINE_LIMIT >> 20);
        free(text);
        return NULL;
    }
    text[*length - 1] = '\n'; /* in place of the NUL: nobody needs it any more */
    return text;
}

static bool call_over(struct protocol *protocol, const char *text, size_t length, json_int_t id,
                      int64_t deadline_ns, json_t **reply, struct status *st)
{
    const char *line;
    size_t line_length;
    if (channel_excess(&protocol->channel) > 0)
        return status_fail(st, STATUS_DATA, "it sent more than one reply to a command");
    return channel_send(&protocol->channel, text, length, deadline_ns, st) &&
           channel_receive(&protocol->channel, deadline_ns, &line, &line_length, st) &&
           protocol_parse(line, line_length, id, reply, st);
}

bool protocol_call(struct protocol *protocol, const json_t *command, double timeout_s,
                   json_t **reply, struct status *st)
{
    *reply = NULL;
    const char *name = json_string_value(json_object_get(command, "cmd"));
    if (name == NULL)
        return status_fail(st, STATUS_USAGE, "a command is an object with a 'cmd'");

    json_int_t id = protocol->next_id++;
    size_t length;
    char *text = command_line(command, id, &length, st);
    if (text == NULL)
        return false;
    bool success = call_over(protocol, text, length, id, wait_deadline(timeout_s), reply, st);
    free(text);
    if (!success && st->code == STATUS_TIMEOUT)
        status_fail(st, STATUS_TIMEOUT, "no reply to '%s' within %g s", name, timeout_s);
    return success;
}

static bool hex_decode(const char *digits, size_t length, unsigned char *data, size_t *size)
{
    if (length % 2 != 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        static const char known[] = "0123456789abcdef";
        const char *digit = digits[i] != '\0' ? strchr(known, digits[i]) : NULL;
        if (digit == NULL)
            return false;
        unsigned value = (unsigned)(digit - known);
        data[i / 2] = (unsigned char)(i % 2 == 0 ? value << 4 : data[i / 2] | value);
    }
    *size = length / 2;
    return true;
}

bool protocol_bytes(const json_t *text, const char *what, unsigned char **data, size_t *size,
                    struct status *st)
{
    if (!json_is_string(text))
        return status_fail(st, STATUS_DATA, "%s is not a base64 string", what);
    enum { MARK = 4 }; /* no base64 has a colon */
    const char *chars = json_string_value(text);
    size_t length = json_string_length(text);
    bool hex = strncmp(chars, "hex:", MARK) == 0;
    unsigned char *bytes = malloc(base64_size_limit(length) + 1); /* hex needs less */
    if (bytes == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %s", what);
    if (!(hex ? hex_decode(chars + MARK, length - MARK, bytes, size)
              : base64_decode(chars, length, bytes, size))) {
        free(bytes);
        return status_fail(st, STATUS_DATA, "%s is not valid %s", what, hex ? "hex" : "base64");
    }
    *data = bytes;
    return true;
}
