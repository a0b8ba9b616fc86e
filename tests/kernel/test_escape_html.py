#!/usr/bin/env python3
"""The ports of kernel/escape_html against Python, the reference against the standard library."""

import html
import random

import harness

ESCAPE = harness.Kernel("escape_html")
# Special and plain, each width of a str, a lone surrogate, and a NUL.
CHARACTERS = "&<>\"' abc;=?@\x00\x7f\xe9\xff\u0100\u20ac\udc80\uffff\U0001f600"


def texts():
    yield from ("", "&", "&&", "plain", "&amp;", "a<b", "a<", "<b", "'" * 100, "x" * 1000)
    chance = random.Random(7)
    for _ in range(300):
        some = chance.sample(CHARACTERS, chance.randrange(1, 12))
        yield "".join(chance.choices(some, k=chance.randrange(60)))


class Text(str):
    pass


class Escape(harness.Case):
    def agrees(self, port):
        for text in texts():
            self.alike(port(text), ESCAPE.reference.escape_html(text), text=text)
        for wrong in (None, b"&", 7):
            with self.assertRaises((TypeError, AttributeError)):
                port(wrong)

    def test_reference(self):
        for text in texts():
            self.assertEqual(ESCAPE.reference.escape_html(text), html.escape(text))

    def test_translate(self):
        self.agrees(ESCAPE.import_module("translate").escape_html)

    def test_cython(self):
        self.agrees(ESCAPE.module("cython", "escape_cython").escape_html)

    def test_capi(self):
        port = ESCAPE.module("capi", "escape_ext").escape_html
        self.agrees(port)
        self.assertIs(type(port(Text("plain"))), str)
        self.assertEqual(port(Text("a&b")), "a&amp;b")
        plain = "nothing to do"
        self.assertIs(port(plain), plain)


if __name__ == "__main__":
    harness.main()
