/* value_order: the items of a set, or the keys of a dict, in the order of their canonical text.
 *
 * Workers sort sets by the text that they write, and two of them may write the same text in two
 * ways
 * ("é" or "\u00e9"), so payoff sorts by a text of its own. Pure; thread-safe on its own trees. */
#ifndef PAYOFF_WORKERS_VALUE_ORDER_H
#define PAYOFF_WORKERS_VALUE_ORDER_H

#include "workers/value.h"

struct value_order_item {
    char *text;          /* compact JSON of the item */
    const json_t *value; /* the item, or the key; borrowed */
    size_t index;        /* where it stands in the set or the dict */
};

struct value_order {
    struct value_order_item *items;
    size_t count;
};

/* `value` is a checked set or dict and outlives the order. *order starts zeroed, and is the
 * caller's to free in either case. */
bool value_order_make(const json_t *value, struct value_order *order, struct status *st);
void value_order_free(struct value_order *order);

/* The first item that only a has, and the first that only b has; NULL where there is none. */
void value_order_difference(const struct value_order *a, const struct value_order *b,
                            const json_t **only_a, const json_t **only_b);

#endif
