"""The same sieve in Python that knows what is C inside: no compiler, no boundary.

A slice assignment strikes out all multiples of a prime at once, and bytearray.count counts.
"""

from math import ceil, sqrt


def sieve(limit: int) -> int:
    if limit < 3:
        return 0
    prime = bytearray(b"\1") * limit
    prime[0] = prime[1] = 0
    for number in range(2, ceil(sqrt(limit))):
        if prime[number]:
            square = number * number
            prime[square::number] = bytes(len(range(square, limit, number)))
    return prime.count(1)
