"""The kernel, as published: the sum of sqrt(i³ + i² + i·n), ten million terms per multiplier.

Python's integers grow as needed, so every term is exact until ``math.sqrt`` rounds it to a double
(ties to even). Whoever ports this function to fixed-width arithmetic must keep that: i³ leaves 32
bits at i = 1,626, the exact integers of a double at 208,064 and 64 bits at 2,642,246.
"""

import math


def cpu_intensive(n: int, multiplier: int) -> float:
    result = 0
    for i in range(10_000_000 * multiplier):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result


def cpu_intensive_steps(n: int, steps: int) -> float:
    """The same loop with its bound as an argument, for small workloads."""
    result = 0
    for i in range(steps):
        result += math.sqrt(i**3 + i**2 + i * n)
    return result
