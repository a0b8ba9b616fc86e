"""The kernel: ask somebody, wait for the reply, do next to nothing with it.

The server is a timer: it always takes delay_us microseconds, and needs no network. While it does,
Python is not running either, so there is nothing that a port could do faster; what helps is to wait
for several replies at the same time.
"""

import time


def wait_reply(request: int, delay_us: int) -> int:
    time.sleep(delay_us / 1_000_000)
    return request * 2654435761 % (1 << 32)
