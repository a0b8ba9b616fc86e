"""Every encoding, both ways."""

import array
import ctypes
import json
import math
import struct
import unittest

import driver  # noqa: F401 - it knows where the modules are
from payoff_fault import Failure
from payoff_values import decode, encode, encode_all


def through(value):
    return decode(json.loads(encode(value)))


class Values(unittest.TestCase):
    def test_known_text(self):
        for value, text in [
            (None, '["n"]'),
            (True, '["b",true]'),
            (False, '["b",false]'),
            (0, '["i","0"]'),
            (-123, '["i","-123"]'),
            (1.0, '["f","3ff0000000000000"]'),
            (-0.0, '["f","8000000000000000"]'),
            (1 - 2j, '["c","3ff0000000000000","c000000000000000"]'),
            ('a\0é\U0001f600"', '["s","a\\u0000\\u00e9\\ud83d\\ude00\\""]'),
            ("\ud800", '["u","eda080"]'),
            (b"\0\xff", '["y","AP8="]'),
            (bytearray(b"ab"), '["Y","YWI="]'),
            ((), '["t"]'),
            ((1, []), '["t",["i","1"],["l"]]'),
            ({"b": 1, "a": 2}, '["d",[["s","b"],["i","1"]],[["s","a"],["i","2"]]]'),
            ({10, 9}, '["S",["i","10"],["i","9"]]'),
            (frozenset("ba"), '["F",["s","a"],["s","b"]]'),
            (array.array("d", [1.0]), '["a","d","AAAAAAAA8D8="]'),
            (memoryview(array.array("H", [1, 258])), '["a","H","AQACAQ=="]'),
        ]:
            with self.subTest(text=text):
                self.assertEqual(encode(value), text)
                back = through(value)
                if not isinstance(value, memoryview):
                    self.assertIs(type(back), type(value))
                    self.assertEqual(back, value)
                self.assertEqual(encode(back), text)

    def test_doubles_by_their_bits(self):
        nans = [0x7FF8000000000001, 0xFFF8DEADBEEF0001]
        for one in nans + [0, 1, 1 << 63, 0x7FF0000000000000, 0x000F << 48]:
            value = struct.unpack(">d", struct.pack(">Q", one))[0]
            text = '["f","%016x"]' % one
            self.assertEqual(encode(value), text)
            self.assertEqual(encode(decode(["f", "%016x" % one])), text)
        self.assertTrue(math.isnan(through(complex(0, math.nan)).imag))

    def test_long_integers(self):
        for value in (10**5000, -(10**20000) + 7, 2**127, -(2**63)):
            self.assertEqual(through(value), value)

    def test_all_array_types(self):
        for code in "bBhHiIlLqQ":
            value = array.array(code, [0, 1, 100])
            self.assertEqual(through(value), value)
            self.assertEqual(through(value).typecode, code)

    def test_others_are_for_people(self):
        class Count(int):
            pass

        class Bad:
            def __repr__(self):
                raise ZeroDivisionError

        name = __name__ + ".Values.test_others_are_for_people.<locals>."
        self.assertEqual(json.loads(encode(Count(3))), ["o", name + "Count", "3"])
        self.assertEqual(json.loads(encode(Bad()))[2], "(repr raises ZeroDivisionError)")
        self.assertEqual(json.loads(encode(range(3))), ["o", "range", "range(0, 3)"])
        self.assertEqual(json.loads(encode(len))[1], type(len).__name__)
        named = type("T", (tuple,), {"__module__": "m", "__qualname__": "T"})
        self.assertEqual(json.loads(encode(named((1,)))), ["o", "m.T", "(1,)"])
        odd = type("B", (bytes,), {"__module__": "m", "__qualname__": "B"})
        self.assertEqual(json.loads(encode(odd(b"x")))[:2], ["o", "m.B"])
        surrogate = type("R", (), {"__repr__": lambda self: "\ud800"})
        encode(surrogate()).encode("ascii")
        self.assertIn("\\ud800", json.loads(encode(surrogate()))[2])

    def test_buffers_of_other_makes(self):
        numbers = (ctypes.c_double * 2)(1.0, 2.0)
        self.assertEqual(encode(numbers), encode(array.array("d", [1.0, 2.0])))
        one, two = [((ctypes.c_int * 2) * 2)() for _ in range(2)]
        two[1][1] = 5
        self.assertEqual(json.loads(encode(one))[0], "o")
        self.assertNotEqual(encode(one).rpartition(" ")[2], encode(two).rpartition(" ")[2])

    def test_sets_of_mixed_types_have_one_text(self):
        items = [1, "1", 1.5, None, (1, 2), b"1", frozenset([3])]
        self.assertEqual(encode(set(items)), encode(set(reversed(items))))
        self.assertEqual(through(set(items)), set(items))

    def test_depth(self):
        value = ()
        for _ in range(390):
            value = [value]
        self.assertEqual(through(value), value)
        value = {}
        for _ in range(390):
            value = {1: value}
        self.assertEqual(through(value), value)
        loop = []
        loop.append(loop)
        deep = ["n"]
        for _ in range(500):
            deep = ["l", deep]
        for function, bad in [(encode, loop), (decode, deep)]:
            with self.assertRaises(Failure) as caught:
                function(bad)
            self.assertEqual(caught.exception.error["kind"], "argument")

    def test_size(self):
        shared = "x" * 1000
        for _ in range(60):
            shared = (shared, shared)
        with self.assertRaises(Failure) as caught:
            encode(shared)
        self.assertIn("64 MiB", caught.exception.error["message"])
        with self.assertRaises(Failure):
            encode_all([bytes(20 << 20)] * 3)

    def test_malformed(self):
        for item in [
            None,
            5,
            "n",
            [],
            {},
            ["q"],
            [["n"]],
            ["n", 1],
            ["b"],
            ["b", 1],
            ["b", None],
            ["i"],
            ["i", 1],
            ["i", "1_0"],
            ["i", " 1"],
            ["i", "+1"],
            ["i", "-0"],
            ["i", "01"],
            ["f", "3FF0000000000000"],
            ["i", ""],
            ["i", "1\n"],
            ["i", "\u0661"],
            ["f", 1.5],
            ["f", "3ff"],
            ["f", "3ff000000000000g"],
            ["f", " ff0000000000000"],
            ["c", "3ff0000000000000"],
            ["s"],
            ["s", 1],
            ["u", "zz"],
            ["u", "ff"],
            ["y", "A"],
            ["y", "A*=="],
            ["y", 1],
            ["a", "d"],
            ["a", "u", ""],
            ["a", "", ""],
            ["a", "d", "AAAA"],
            ["a", "dd", ""],
            ["d", 1],
            ["d", [["n"]]],
            ["d", [["l"], ["n"]]],
            ["S", ["l"]],
            ["F", ["d"]],
            ["t", 1],
            ["l", []],
            ["o", "m.T", "x"],
        ]:
            with self.subTest(item=item):
                with self.assertRaises(Failure) as caught:
                    decode(item)
                self.assertEqual(caught.exception.error["kind"], "argument")


if __name__ == "__main__":
    unittest.main()
