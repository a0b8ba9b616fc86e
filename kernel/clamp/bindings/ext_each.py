"""The small function from a C extension module, called for each number: the cheapest boundary that
there is, but still one crossing per number.
"""

from clamp_ext import clamp


def clamp_all(values, low, high):
    return [clamp(value, low, high) for value in values]
