/* value_number: single numbers of values: as Python writes them, and the elements of flat arrays.
 *
 * Pure and thread-safe. */
#ifndef PAYOFF_WORKERS_VALUE_NUMBER_H
#define PAYOFF_WORKERS_VALUE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* repr() of Python: the shortest digits that read back to the same double; 0.0, 1e+16, inf, nan. */
enum { VALUE_FLOAT_TEXT = 64 };
void value_float_text(double number, char text[VALUE_FLOAT_TEXT]);

/* One element of an array's content (value_bytes) as Python shows it. */
void value_element_text(char code, const unsigned char *element, char text[VALUE_FLOAT_TEXT]);

/* An element of an integer array, sign-extended, and whether its code is a signed one. */
uint64_t value_element_integer(char code, const unsigned char *element);
bool value_element_signed(char code);

#endif
