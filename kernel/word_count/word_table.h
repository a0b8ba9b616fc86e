/* word_table: the words of an ASCII text and how often they occur, in C's own memory. */
#ifndef WORD_TABLE_H
#define WORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
    const char *text; /* points into the text that was counted; not terminated */
    size_t length;
    uint64_t hash;
    size_t count;
};

struct word_table {
    struct word *words; /* in order of first appearance */
    size_t count, room;
    uint32_t *slots; /* index of the word plus 1; 0 is empty */
    size_t slot_mask;
};

/* Counts the words of text[0, length), separated by what str.split() takes for ASCII white space.
 * False when there is no memory. In either case word_table_free releases what the table holds. */
bool word_table_count(struct word_table *table, const char *text, size_t length);
void word_table_free(struct word_table *table);

#endif
