"""The kernel: the dot product of two arrays of floats.

A multiplication and an addition per element. array.array holds plain doubles, so a port can use
them where they lie; Python makes a float object of each, twice, and of each result.
"""


def dot_product(xs, ys) -> float:
    # Not sum(): from Python 3.12 on it corrects its rounding, and no plain loop agrees with it.
    if len(xs) != len(ys):
        raise ValueError("the arrays have different lengths")
    total = 0.0
    for x, y in zip(xs, ys):
        total += x * y
    return total
