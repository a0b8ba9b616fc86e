#include "workers/value_order.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *left, const void *right)
{
    const struct value_order_item *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    /* Equal keys (a hostile dict) keep their order. */
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

bool value_order_make(const json_t *value, struct value_order *order, struct status *st)
{
    bool dict = value_type(value) == VALUE_DICT;
    size_t count = value_length(value);
    order->items = calloc(count + 1, sizeof *order->items);
    if (order->items == NULL)
        return status_fail(st, STATUS_MEMORY, "out of memory for %zu items of a set", count);
    order->count = count;
    for (size_t i = 0; i < count; i++) {
        struct value_order_item *item = &order->items[i];
        item->value = dict ? value_key(value, i) : value_item(value, i);
        item->index = i;
        item->text = json_dumps(item->value, JSON_COMPACT);
        if (item->text == NULL)
            return status_fail(st, STATUS_MEMORY, "out of memory for %zu items of a set", count);
    }
    qsort(order->items, count, sizeof *order->items, by_text);
    return true;
}

void value_order_free(struct value_order *order)
{
    for (size_t i = 0; i < order->count; i++)
        free(order->items[i].text);
    free(order->items);
    *order = (struct value_order){0};
}

void value_order_difference(const struct value_order *a, const struct value_order *b,
                            const json_t **only_a, const json_t **only_b)
{
    *only_a = NULL;
    *only_b = NULL;
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        int order = i == a->count   ? 1
                    : j == b->count ? -1
                                    : strcmp(a->items[i].text, b->items[j].text);
        if (order < 0 && *only_a == NULL)
            *only_a = a->items[i].value;
        if (order > 0 && *only_b == NULL)
            *only_b = b->items[j].value;
        i += order <= 0;
        j += order >= 0;
    }
}
