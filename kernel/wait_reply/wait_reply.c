#include "wait_reply.h"

#include <errno.h>
#include <time.h>

int64_t wait_reply(int64_t request, int64_t delay_us)
{
    if (delay_us < 0) {
        return -1;
    }
    struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
    /* A signal may end the wait early; nanosleep then says what is left of it. */
    while (nanosleep(&left, &left) && errno == EINTR) {
    }
    return (int64_t)(uint32_t)((uint64_t)request * 2654435761u);
}
