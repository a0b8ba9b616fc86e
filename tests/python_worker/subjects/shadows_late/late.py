"""Between modules of names that the worker needs itself, late."""


def pair(number, numbers):
    return number, b"ab", len(numbers)
