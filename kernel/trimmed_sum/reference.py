"""The kernel: the sum of the middle half of some numbers, as when outliers are left out.

sorted(), a slice and sum(): three calls into C that took decades to become what they are. Nothing
is left for a port to save but two function calls, and what it brings along has to beat theirs.
"""


def trimmed_sum(values: list) -> int:
    ordered = sorted(values)
    quarter = len(ordered) // 4
    return sum(ordered[quarter:len(ordered) - quarter])
