"""The kernel: how often each word occurs in a text, as a dict in order of first appearance.

The work is done on Python's objects: a string per word, a hash, a look-up in a dict, an integer. A
port that returns the same dict may use the same objects, or its own until the end.
"""


def word_count(text: str) -> dict:
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
