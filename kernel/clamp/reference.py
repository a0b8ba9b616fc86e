"""The kernel: bring each number of a list into a range, with a function that does it for one.

Each call does next to nothing, so that what is measured is the call itself. Where the boundary to
native code is drawn, around the small function or around the loop, decides everything.
"""


def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


def clamp_all(values: list, low, high) -> list:
    return [clamp(value, low, high) for value in values]
