#include "word_table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* Room for twice as many words: at most half of the slots are ever taken. */
static bool grow(struct word_table *table)
{
    size_t slots = table->slots ? (table->slot_mask + 1) * 2 : FIRST_SLOTS;
    if (slots > UINT32_MAX) {
        return false;
    }
    struct word *words = realloc(table->words, slots / 2 * sizeof *words);
    if (!words) {
        return false;
    }
    table->words = words;
    uint32_t *fresh = calloc(slots, sizeof *fresh);
    if (!fresh) {
        return false;
    }
    free(table->slots);
    table->slots = fresh;
    table->slot_mask = slots - 1;
    table->room = slots / 2;
    for (size_t i = 0; i < table->count; i++) {
        size_t slot = words[i].hash & table->slot_mask;
        while (fresh[slot]) {
            slot = (slot + 1) & table->slot_mask;
        }
        fresh[slot] = (uint32_t)i + 1;
    }
    return true;
}

static bool add(struct word_table *table, const char *text, size_t length, uint64_t hash)
{
    size_t slot = hash & table->slot_mask;
    for (; table->slots[slot]; slot = (slot + 1) & table->slot_mask) {
        struct word *word = &table->words[table->slots[slot] - 1];
        if (word->hash == hash && word->length == length && memcmp(word->text, text, length) == 0) {
            word->count++;
            return true;
        }
    }
    table->words[table->count++] = (struct word){text, length, hash, 1};
    table->slots[slot] = (uint32_t)table->count;
    return table->count < table->room || grow(table);
}

bool word_table_count(struct word_table *table, const char *text, size_t length)
{
    *table = (struct word_table){0};
    if (!grow(table)) {
        return false;
    }
    const char *end = text + length;
    while (true) {
        while (text < end && is_space((unsigned char)*text)) {
            text++;
        }
        if (text == end) {
            return true;
        }
        const char *word = text;
        uint64_t hash = 0;
        for (; text < end && !is_space((unsigned char)*text); text++) {
            hash = (hash ^ (unsigned char)*text) * 0x9e3779b97f4a7c15u;
        }
        /* Multiplication moves information upwards only; the slot is taken from the lower bits. */
        if (!add(table, word, (size_t)(text - word), hash ^ hash >> 32)) {
            return false;
        }
    }
}

void word_table_free(struct word_table *table)
{
    free(table->words);
    free(table->slots);
    *table = (struct word_table){0};
}
