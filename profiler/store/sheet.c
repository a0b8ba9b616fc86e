#include "store/sheet.h"

#include "base/counts.h"
#include "store/sample.h"
#include "store/sheet_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 256 * 1024, DIGITS_MAX = 24 };

struct writer {
    const struct sheet *sheet;
    char *data;
    size_t size, room;
    int64_t rows;
    struct sheet_notes notes; /* of this row */
};

static bool grow(struct writer *out, size_t more, struct status *st)
{
    size_t room = (out->size + more) * 2 + PIECE_BYTES;
    char *larger = realloc(out->data, room);
    if (larger == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for rows of text");
    out->data = larger;
    out->room = room;
    return true;
}

static bool put(struct writer *out, const char *text, size_t size, struct status *st)
{
    if (out->room - out->size < size && !grow(out, size, st))
        return false;
    memcpy(out->data + out->size, text, size);
    out->size += size;
    return true;
}

static bool put_integer(struct writer *out, int64_t value, struct status *st)
{
    char digits[DIGITS_MAX];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (value < 0)
        digits[--at] = '-';
    return put(out, digits + at, sizeof digits - at, st);
}

static bool put_real(struct writer *out, double value, struct status *st)
{
    char digits[DIGITS_MAX + 16];
    int size = snprintf(digits, sizeof digits, "%.17g", value);
    return put(out, digits, (size_t)size, st);
}

static bool put_word(struct writer *out, struct json_text text, bool json, struct status *st)
{
    struct json_text written = {NULL, 0};
    return out->sheet->word(out->sheet->context, text, json, &written, st) &&
           put(out, written.text, written.size, st);
}

static bool is_whole(struct json_text value)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = value.text[i];
        if (c == '.' || c == 'e' || c == 'E')
            return false;
    }
    return true;
}

/* A value of the notes: a whole number, true and false stay as they are. */
static bool put_value(struct writer *out, struct json_text value, struct status *st)
{
    double real = 0;
    if (value.text == NULL || json_text_is(value, "null"))
        return true;
    if (value.text[0] == '"')
        return put_word(out, value, true, st);
    if (!is_whole(value) && json_text_number(value, &real))
        return put_real(out, real, st);
    return put(out, value.text, value.size, st);
}

/* `rank`: of the column among those of SHEET_WORKERS. */
static bool put_workers(struct writer *out, size_t rank, struct status *st)
{
    size_t before = out->size;
    bool known = false, ok = true;
    for (size_t i = 0; ok && i < out->notes.worker_count; i++) {
        struct json_text found = out->notes.found[i * out->notes.asked + rank];
        ok = i == 0 || put(out, " ", 1, st);
        ok = ok && (found.text != NULL ? put_value(out, found, st) : put(out, "nan", 3, st));
        known = known || found.text != NULL;
    }
    if (!known)
        out->size = before;
    return ok;
}

/* The share of the time that it was counted follows its state; see counts_estimate. */
static bool put_count(struct writer *out, const struct counts *counts, struct status *st)
{
    double estimate = 0;
    const char *state = counts_state_name(counts->state);
    if (counts->state == COUNTS_EXACT)
        return put_integer(out, (int64_t)counts->count, st) && put(out, ",exact,1", 8, st);
    if (counts_estimate(*counts, &estimate) && !put_real(out, estimate, st))
        return false;
    if (!put(out, ",", 1, st) || !put(out, state, strlen(state), st) || !put(out, ",", 1, st))
        return false;
    return counts->state != COUNTS_SCALED || counts->enabled_ns == 0 ||
           put_real(out, (double)counts->running_ns / (double)counts->enabled_ns, st);
}

static bool put_known(struct writer *out, int64_t value, struct status *st)
{
    return value == SAMPLE_UNKNOWN || put_integer(out, value, st);
}

static bool put_column(struct writer *out, size_t i, const struct sample_row *sample,
                       struct status *st)
{
    const struct sheet_column *column = &out->sheet->columns[i];
    switch (column->source) {
    case SHEET_BLOCK:
        return put_known(out, sample->block, st);
    case SHEET_ORDER:
        return put_known(out, sample->block_order, st);
    case SHEET_PROCESS:
        return put_known(out, sample->process, st);
    case SHEET_INDEX:
        return put_known(out, sample->process_index, st);
    case SHEET_LOOPS:
        return put_known(out, sample->loops, st);
    case SHEET_WALL_NS:
        return put_known(out, sample->wall_ns, st);
    case SHEET_CPU_NS:
        return put_known(out, sample->cpu_ns, st);
    case SHEET_MARKED:
        return sample->marked == NULL ||
               put_word(out, (struct json_text){sample->marked, strlen(sample->marked)}, false, st);
    case SHEET_NOISE:
    case SHEET_MORE:
        return put_value(out, out->notes.values[i], st);
    case SHEET_WORKERS:
        return put_workers(out, out->notes.ranks[i], st);
    }
    return true;
}

static bool put_row(struct writer *out, const struct sample_row *sample, struct status *st)
{
    const struct sheet *sheet = out->sheet;
    bool ok = put(out, sheet->prefix, sheet->prefix_size, st);
    for (size_t i = 0; ok && i < sheet->column_count; i++)
        ok = (i == 0 || put(out, ",", 1, st)) && put_column(out, i, sample, st);
    for (size_t i = 0; ok && i < sheet->event_count; i++) {
        ok = put(out, ",", 1, st);
        if (ok && i < sample->count_count)
            ok = put_count(out, &sample->counts[i], st);
        else if (ok)
            ok = put(out, ",,", 2, st);
    }
    return ok && put(out, "\r\n", 2, st);
}

static bool flush(struct writer *out, struct status *st)
{
    size_t size = out->size;
    out->size = 0;
    return size == 0 || out->sheet->piece(out->sheet->context, out->data, size, st);
}

static bool visit(void *context, int64_t id, const struct sample_row *sample, struct status *st)
{
    struct writer *out = context;
    (void)id;
    if (!sheet_notes_take(&out->notes, sample->noise, sample->more, st) ||
        !put_row(out, sample, st))
        return false;
    out->rows++;
    return out->size < PIECE_BYTES || flush(out, st);
}

bool sheet_write(struct store *store, int64_t cell, const struct sheet *sheet, int64_t *rows,
                 struct status *st)
{
    struct writer out = {.sheet = sheet};
    sheet_notes_open(&out.notes, sheet, store_path(store));
    bool ok = sample_each_counted(store, cell, visit, &out, st) && flush(&out, st);
    *rows = out.rows;
    sheet_notes_close(&out.notes);
    free(out.data);
    return ok;
}
