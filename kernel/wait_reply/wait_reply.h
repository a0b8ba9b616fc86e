/* wait_reply in C. */
#ifndef WAIT_REPLY_H
#define WAIT_REPLY_H

#include <stdint.h>

/* Waits delay_us microseconds, 0 or more, and returns the reply to request, an integer below 2^32.
 * -1 at once for a negative delay. Thread-safe. */
__attribute__((visibility("default"))) int64_t wait_reply(int64_t request, int64_t delay_us);

#endif
