/* value_text: values as Python writes them, for people: 1.264911011363067e+17, (0, 'a\n'), [nan].
 *
 * Text that does not fit is cut and ends in "…". Pure and thread-safe. */
#ifndef PAYOFF_WORKERS_VALUE_TEXT_H
#define PAYOFF_WORKERS_VALUE_TEXT_H

#include "workers/value.h"

/* Room for any text of `width` characters: UTF-8 takes up to 4 bytes each. */
#define VALUE_TEXT_SIZE(width) ((size_t)(width)*4 + 1)

/* Writes at most `width` (≥ 1) characters, the "…" included, and a NUL into `text`, which has room
 * for VALUE_TEXT_SIZE(width). Returns the bytes written, without the NUL. A NUL inside a value is
 * written as \x00. The cost is bounded by `width`, not by the value, but for arrays and bytes. */
size_t value_text(const json_t *value, size_t width, char *text);

#endif
