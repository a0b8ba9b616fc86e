"""The kernel: follow a chain of indices through a table, as a linked list or a graph is followed.

Each step needs the result of the step before, and where it leads cannot be foreseen: when the table
is larger than the caches, whoever asks waits for memory, and waits as long in C as in Python.
"""


def pointer_chase(table, steps: int) -> int:
    """Where one is after so many steps from 0; table is an array of unsigned 32-bit indices."""
    place = 0
    for _ in range(steps):
        place = table[place]
    return place
