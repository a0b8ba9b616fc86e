"""The same with the standard library's own port: collections.Counter counts in C."""

from collections import Counter


def word_count(text):
    return dict(Counter(text.split()))
