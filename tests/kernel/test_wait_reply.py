#!/usr/bin/env python3
"""The ports of kernel/wait_reply against Python: the same replies, not before their time."""

import ctypes
import threading
import time

import harness

WAIT = harness.Kernel("wait_reply")


class Wait(harness.Case):
    def agrees(self, port):
        for request in (0, 1, 7, 123_456_789, (1 << 32) - 1, 1 << 40, -1, -(1 << 63)):
            self.alike(port(request, 0), WAIT.reference.wait_reply(request, 0), request=request)
        for delay_us in (1, 1500, 1_000_100):
            begun = time.monotonic()
            port(1, delay_us)
            self.assertGreaterEqual(time.monotonic() - begun, delay_us / 1e6)

    def refuses(self, port):
        for function in (port, WAIT.reference.wait_reply):
            self.assertRaises(ValueError, function, 1, -1)
            self.assertRaises(TypeError, function, "1", "1")

    def test_reference(self):
        self.assertTrue(harness.releases_gil(lambda: WAIT.reference.wait_reply(1, 1000)))

    def test_c(self):
        port = WAIT.function("c", "libwait_reply.so", "wait_reply", *[ctypes.c_int64] * 3)
        self.agrees(port)
        self.assertEqual(port(1, -1), -1)

    def test_capi(self):
        port = WAIT.module("capi", "wait_ext").wait_reply
        self.agrees(port)
        self.refuses(port)
        self.assertTrue(harness.releases_gil(lambda: port(1, 1000)))

    def test_capi_that_keeps_the_gil(self):
        port = WAIT.module("capi", "wait_ext").wait_reply_gil
        self.agrees(port)
        self.refuses(port)
        self.assertFalse(harness.releases_gil(lambda: port(1, 1000)))

    def test_threads_wait_at_the_same_time(self):
        port = WAIT.module("capi", "wait_ext").wait_reply
        replies = {}
        threads = [threading.Thread(target=lambda n=n: replies.update({n: port(n, 20_000)}))
                   for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(replies, {n: WAIT.reference.wait_reply(n, 0) for n in range(8)})


if __name__ == "__main__":
    harness.main()
