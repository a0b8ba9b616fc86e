"""The kernel: how many primes there are below a limit, by the sieve of Eratosthenes.

Branches and small integers, nothing else: for each number a test, for each multiple of a prime a
store. The interpreter makes an object of every index and looks up what to do with it; a processor
needs an instruction or two.
"""


def sieve(limit: int) -> int:
    if limit < 3:
        return 0
    composite = bytearray(limit)
    count = 0
    for number in range(2, limit):
        if composite[number]:
            continue
        count += 1
        for multiple in range(number * number, limit, number):
            composite[multiple] = 1
    return count
