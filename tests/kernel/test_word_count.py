#!/usr/bin/env python3
"""The ports of kernel/word_count against Python: the same dict, in the same order."""

import random

import harness

WORDS = harness.Kernel("word_count")
ASCII_SPACE = "".join(chr(c) for c in range(128) if chr(c).isspace())


def texts():
    yield from ("", " ", "a", " a", "a ", "a a", "a b a", "\0", "\0 \0", ASCII_SPACE)
    # Every character as a separator between the same two words, if it is one.
    yield from ("one%sone" % chr(c) for c in range(0x3001))
    yield "".join("w%sw" % c for c in ASCII_SPACE)
    yield "caf\xe9 caf\xe9\xa0x \u20ac\u2003\u20ac \udc80 \U0001f600"
    chance = random.Random(9)
    for distinct in (3, 50, 5000):
        vocabulary = ["%x" % chance.getrandbits(chance.randrange(1, 40)) for _ in range(distinct)]
        yield "".join(chance.choice(vocabulary) + chance.choice(ASCII_SPACE)
                      for _ in range(4 * distinct))


class Count(harness.Case):
    def agrees(self, port):
        for text in texts():
            got, expected = port(text), WORDS.reference.word_count(text)
            if list(got.items()) != list(expected.items()) or type(got) is not dict:
                self.fail(f"{text[:80]!r}: {got} instead of {expected}")
        for wrong in (None, b"a b", 7):
            with self.assertRaises((TypeError, AttributeError)):
                port(wrong)

    def test_counter(self):
        port = WORDS.import_module("counter").word_count
        for text in texts():
            self.assertEqual(list(port(text).items()),
                             list(WORDS.reference.word_count(text).items()))

    def test_cython(self):
        self.agrees(WORDS.module("cython", "words_cython").word_count)

    def test_capi_on_objects(self):
        self.agrees(WORDS.module("capi", "words_ext").word_count)

    def test_capi_on_a_table_of_its_own(self):
        self.agrees(WORDS.module("capi", "words_ext").word_count_table)


if __name__ == "__main__":
    harness.main()
