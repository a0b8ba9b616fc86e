#include "workers/native/signature.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

struct parser {
    const char *text;
    size_t length, at;
    struct status *st;
};

struct word {
    const char *text;
    size_t length, column;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool word_is(struct word word, const char *text)
{
    return strlen(text) == word.length && memcmp(text, word.text, word.length) == 0;
}

static bool word_is_reserved(struct word word)
{
    return type_find(word.text, word.length) != NULL || word_is(word, "const") ||
           word_is(word, "out") || word_is(word, "inout");
}

static bool fail_at(struct parser *p, size_t column, const char *message)
{
    return status_fail(p->st, STATUS_USAGE, "signature: column %zu: %s", column, message);
}

/* The next character after white space; 0 at the end (a NUL in the text is no word either). */
static char peek(struct parser *p)
{
    while (p->at < p->length && strchr(" \t\r\n", p->text[p->at]) != NULL && p->text[p->at] != '\0')
        p->at++;
    return p->at < p->length ? p->text[p->at] : '\0';
}

static bool accept(struct parser *p, char c)
{
    if (peek(p) != c || p->at >= p->length)
        return false;
    p->at++;
    return true;
}

static struct word next_word(struct parser *p)
{
    peek(p);
    struct word word = {p->text + p->at, 0, p->at + 1};
    if (p->at < p->length && is_letter(p->text[p->at]))
        while (p->at < p->length && (is_letter(p->text[p->at]) || is_digit(p->text[p->at])))
            p->at++, word.length++;
    return word;
}

/* "column 5: expected WHAT, not 'x'": for whatever stands here that should not. */
static bool fail_expected(struct parser *p, const char *what)
{
    unsigned char c = (unsigned char)peek(p);
    char found[32];
    if (p->at >= p->length)
        snprintf(found, sizeof found, "the end");
    else if (c > ' ' && c < 127)
        snprintf(found, sizeof found, "'%c'", c);
    else
        snprintf(found, sizeof found, "the byte 0x%02x", c);
    return status_fail(p->st, STATUS_USAGE, "signature: column %zu: expected %s, not %s%s",
                       p->at + 1, what, found,
                       c == '*' ? "; a pointer is written as a buffer with its length, such as "
                                  "'const double[n]', or as 'string'"
                                : "");
}

/* What people who come from C, Rust or Python write, and what it is called here. */
static const struct {
    const char *foreign, *ours;
} foreign_words[] = {
    {"char", "string' (text) or 'int8"},
    {"str", "string"},
    {"short", "int16"},
    {"unsigned", "uint32"},
    {"signed", "int32"},
    {"integer", "int64"},
    {"longlong", "int64"},
    {"ulong", "uint64"},
    {"uint", "uint32"},
    {"size_t", "size"},
    {"ssize_t", "int64"},
    {"usize", "size"},
    {"isize", "int64"},
    {"i8", "int8"},
    {"i16", "int16"},
    {"i32", "int32"},
    {"i64", "int64"},
    {"u8", "uint8"},
    {"u16", "uint16"},
    {"u32", "uint32"},
    {"u64", "uint64"},
    {"f32", "float"},
    {"f64", "double"},
    {"real", "double"},
    {"number", "double"},
    {"byte", "uint8"},
    {"bytes", "const uint8[n]"},
    {"None", "void"},
};

/* What was probably meant, or NULL. */
static const char *suggest_type(struct word word, struct nearest *nearest)
{
    char wanted[NEAREST_NAME_SIZE] = "";
    for (size_t i = 0; i < sizeof foreign_words / sizeof *foreign_words; i++)
        if (word_is(word, foreign_words[i].foreign))
            return foreign_words[i].ours;

    const struct type *type;
    if (word.length < sizeof wanted)
        memcpy(wanted, word.text, word.length);
    nearest_start(nearest, wanted);
    for (size_t i = 0; (type = type_at(i)) != NULL; i++)
        nearest_offer(nearest, type->name);
    return nearest_found(nearest) ? nearest->name : NULL;
}

static bool fail_unknown_type(struct parser *p, struct word word)
{
    static const char *const wide[] = {"__int128", "__int128_t", "__uint128_t", "int128", "uint128",
                                       "int128_t", "uint128_t",  "i128",        "u128"};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (word_is(word, wide[i]))
            return fail_at(p, word.column,
                           "128-bit integers cannot be passed: there is no portable way to call "
                           "such a function; wrap it in one that takes int64, uint64 or double");

    struct nearest nearest;
    const char *ours = suggest_type(word, &nearest);
    int shown = word.length > SIGNATURE_NAME_MAX ? SIGNATURE_NAME_MAX : (int)word.length;
    if (ours != NULL)
        return status_fail(p->st, STATUS_USAGE,
                           "signature: column %zu: unknown type '%.*s'; did you mean '%s'?",
                           word.column, shown, word.text, ours);
    return status_fail(p->st, STATUS_USAGE,
                       "signature: column %zu: unknown type '%.*s'; the types are bool, int8 ... "
                       "int64, uint8 ... uint64, int, long, size, float, double, string and void",
                       word.column, shown, word.text);
}

static bool parse_type(struct parser *p, struct word word, const struct type **type)
{
    if (word.length == 0)
        return fail_expected(p, "a type");
    *type = type_find(word.text, word.length);
    if (*type != NULL)
        return true;
    fail_unknown_type(p, word);
    return false;
}

static bool copy_name(struct parser *p, struct word word, char *name)
{
    if (word.length > SIGNATURE_NAME_MAX)
        return fail_at(p, word.column, "a name has at most 31 characters");
    if (word_is_reserved(word))
        return status_fail(p->st, STATUS_USAGE,
                           "signature: column %zu: '%.*s' is a word of the language and cannot be "
                           "a name; is a comma missing before it?",
                           word.column, (int)word.length, word.text);
    memcpy(name, word.text, word.length);
    name[word.length] = '\0';
    return true;
}

/* Finds or adds the length called `word`. There is room: a parameter has at most one length. */
static bool parse_length_name(struct parser *p, struct word word, struct signature *s,
                              struct signature_parameter *parameter)
{
    struct signature_length fresh = {.parameter = SIGNATURE_NO_LENGTH};
    if (!copy_name(p, word, fresh.name))
        return false;
    size_t i = 0;
    while (i < s->length_count && strcmp(s->lengths[i].name, fresh.name) != 0)
        i++;
    if (i == s->length_count)
        s->lengths[s->length_count++] = fresh;
    s->lengths[i].uses++;
    if (parameter->role != SIGNATURE_OUT)
        s->lengths[i].from_buffer = true;
    parameter->length = i;
    return true;
}

static bool parse_length_number(struct parser *p, struct signature_parameter *parameter)
{
    uint64_t number = 0;
    while (p->at < p->length && is_digit(p->text[p->at])) {
        number = number * 10 + (uint64_t)(p->text[p->at++] - '0');
        if (number > UINT32_MAX)
            return fail_at(p, parameter->text_column, "no buffer is that long");
    }
    parameter->fixed = true;
    parameter->elements = number;
    return true;
}

/* After the "[": a name, a number or nothing, and the "]". */
static bool parse_length(struct parser *p, struct signature *s,
                         struct signature_parameter *parameter)
{
    char c = peek(p);
    parameter->text_column = p->at + 1;
    if (is_letter(c)) {
        if (!parse_length_name(p, next_word(p), s, parameter))
            return false;
    } else if (is_digit(c)) {
        if (!parse_length_number(p, parameter))
            return false;
    } else if (c == ']' && parameter->role == SIGNATURE_OUT) {
        return fail_at(p, parameter->text_column,
                       "an 'out' buffer needs a length: a number, or the name of a parameter");
    }
    return accept(p, ']') || fail_expected(p, "']'");
}

static enum signature_role parse_role(struct word word)
{
    return word_is(word, "const")   ? SIGNATURE_CONST
           : word_is(word, "out")   ? SIGNATURE_OUT
           : word_is(word, "inout") ? SIGNATURE_INOUT
                                    : SIGNATURE_VALUE;
}

static bool parse_parameter(struct parser *p, struct signature *s)
{
    struct word word = next_word(p), role_word = word;
    struct signature_parameter *parameter = &s->parameters[s->parameter_count];
    *parameter = (struct signature_parameter){
        .role = parse_role(word), .column = word.column, .length = SIGNATURE_NO_LENGTH};
    bool has_role = parameter->role != SIGNATURE_VALUE;
    if (has_role)
        word = next_word(p);
    if (!parse_type(p, word, &parameter->type) || parameter->type == NULL)
        return false;
    if (parameter->type->class == TYPE_VOID)
        return fail_at(p, word.column, "'void' is no type of a parameter");
    size_t type_column = word.column;

    if (is_letter(peek(p)) && !copy_name(p, next_word(p), parameter->name))
        return false;
    if (accept(p, '[')) {
        if (!type_is_number(parameter->type))
            return fail_at(p, type_column, "a buffer holds numbers");
        if (!has_role)
            parameter->role = SIGNATURE_INOUT;
        if (!parse_length(p, s, parameter))
            return false;
    } else if (has_role) {
        if (peek(p) == '*')
            return fail_expected(p, "'['");
        return status_fail(
            p->st, STATUS_USAGE,
            "signature: column %zu: '%.*s' belongs to a buffer, such as '%.*s %s[n]'",
            role_word.column, (int)role_word.length, role_word.text, (int)role_word.length,
            role_word.text, "double");
    }
    s->parameter_count++;
    return true;
}

static bool parse_parameters(struct parser *p, struct signature *s)
{
    struct parser before = *p;
    if (word_is(next_word(p), "void") && accept(p, ')'))
        return true;
    *p = before;
    if (accept(p, ')'))
        return true;
    for (;;) {
        if (s->parameter_count == SIGNATURE_PARAMETERS_MAX) {
            peek(p);
            return fail_at(p, p->at + 1, "more than 32 parameters");
        }
        if (!parse_parameter(p, s))
            return false;
        if (accept(p, ')'))
            return true;
        if (!accept(p, ','))
            return fail_expected(p, "',' or ')'");
    }
}

/* A parameter that has the name of a length is that length, and names must be different. */
static bool bind_name(struct parser *p, struct signature *s, size_t index)
{
    struct signature_parameter *parameter = &s->parameters[index];
    if (parameter->name[0] == '\0')
        return true;
    for (size_t i = 0; i < index; i++)
        if (strcmp(s->parameters[i].name, parameter->name) == 0)
            return status_fail(p->st, STATUS_USAGE,
                               "signature: column %zu: a second parameter called '%s'",
                               parameter->column, parameter->name);

    for (size_t i = 0; i < s->length_count; i++) {
        struct signature_length *length = &s->lengths[i];
        if (strcmp(length->name, parameter->name) != 0)
            continue;
        if (signature_is_buffer(parameter) || !type_is_integer(parameter->type))
            return status_fail(p->st, STATUS_USAGE,
                               "signature: column %zu: '%s' is the length of a buffer, so it must "
                               "be an integer, such as 'size %s'",
                               parameter->column, parameter->name, parameter->name);
        length->parameter = index;
        parameter->length = i;
        if (length->from_buffer)
            parameter->role = SIGNATURE_LENGTH;
    }
    return true;
}

static bool check_length(struct parser *p, const struct signature *s,
                         const struct signature_parameter *parameter)
{
    if (!signature_is_buffer(parameter) || parameter->length == SIGNATURE_NO_LENGTH)
        return true;
    const struct signature_length *length = &s->lengths[parameter->length];
    if (length->parameter != SIGNATURE_NO_LENGTH || (length->from_buffer && length->uses > 1))
        return true;
    return status_fail(
        p->st, STATUS_USAGE, "signature: column %zu: no parameter is called '%s': %s%s'",
        parameter->text_column, length->name,
        length->from_buffer ? "write '[]' if the function does not take the length, or add 'size "
                            : "nothing says how long the buffer is; add 'size ",
        length->name);
}

bool signature_parse(const char *text, size_t length, struct signature *signature,
                     struct status *st)
{
    struct parser p = {text, length, 0, st};
    *signature = (struct signature){0};
    if (length > SIGNATURE_TEXT_MAX)
        return fail_at(&p, SIGNATURE_TEXT_MAX + 1, "longer than 2048 characters");
    if (peek(&p) == '\0' && p.at >= length)
        return fail_at(&p, 1, "empty; write for example 'double(int64, int64)'");
    if (!parse_type(&p, next_word(&p), &signature->result))
        return false;
    if (is_letter(peek(&p)))
        return fail_at(&p, p.at + 1,
                       "expected '(': the function's name is no part of its signature");
    if (!accept(&p, '('))
        return fail_expected(&p, "'('");
    if (!parse_parameters(&p, signature))
        return false;
    peek(&p);
    if (p.at < p.length)
        return fail_expected(&p, "the end after ')'");

    for (size_t i = 0; i < signature->parameter_count; i++)
        if (!bind_name(&p, signature, i))
            return false;
    for (size_t i = 0; i < signature->parameter_count; i++) {
        if (!check_length(&p, signature, &signature->parameters[i]))
            return false;
        signature->tuple_size += signature_in_tuple(&signature->parameters[i]);
    }
    return true;
}
