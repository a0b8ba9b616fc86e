"""A small Python function to be counted."""


def total(n, steps):
    result = 0.0
    for i in range(steps):
        result += (i * i + n) ** 0.5
    return result
