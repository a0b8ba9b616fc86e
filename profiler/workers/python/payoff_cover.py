"""Which branches of a Python function were reached: both ways of each conditional jump.

    cover = watch(func)
    with cover:                     # as often as one likes
        func(1)
    cover.report()                  {"reached": 3, "of": 4, "missing": [7], "lines": [5, 6]}

Branches are the interpreter's own: every conditional jump of the function's code, of what is
nested in it and of the functions of the same file that it entered. A for loop is one (another
turn, or the end), `a and b` is one more.
"""

import dis
import sys
from types import CodeType

EVENTS_MAX = 200000  # per call: then the function goes on unwatched, at its own speed


def is_conditional(name):
    return "JUMP" in name and "_IF_" in name or name == "FOR_ITER"


def jumps_of(code):
    """Offset of each conditional jump -> its line."""
    found, line = {}, code.co_firstlineno
    for one in dis.get_instructions(code):
        line = (one.line_number if sys.version_info >= (3, 13) else one.starts_line) or line
        if is_conditional(one.opname):
            found[one.offset] = line
    return found


def nested(code):
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from nested(one)


class Cover:
    """Traces opcodes in the functions of one file: up to Python 3.11."""

    def __init__(self, func):
        while hasattr(func, "__wrapped__"):
            func = func.__wrapped__
        code = getattr(getattr(func, "__func__", func), "__code__", None)
        self.file = code.co_filename if code else None
        self.jumps = {}  # code -> its jumps
        self.taken = {}  # code -> {(jump, where it led)}
        self.lines = set()
        self.left = 0
        if code:
            for one in nested(code):
                self.add(one)

    def add(self, code):
        self.jumps[code] = jumps_of(code)
        self.taken[code] = set()

    def __enter__(self):
        if self.file is not None:
            self.left = EVENTS_MAX
            sys.settrace(self.entered)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def entered(self, frame, event, _):
        code = frame.f_code
        if code.co_filename != self.file or self.left <= 0:
            return None
        if code not in self.jumps:
            self.add(code)
        frame.f_trace_opcodes = True
        jumps, taken, state = self.jumps[code], self.taken[code], [None]

        def step(frame, event, _):
            if event == "opcode":
                at = frame.f_lasti
                if state[0] is not None:
                    taken.add((state[0], at))
                state[0] = at if at in jumps else None
                self.left -= 1
                if self.left <= 0:
                    sys.settrace(None)
                    frame.f_trace = None
                    return None
            elif event == "line":
                self.lines.add(frame.f_lineno)
            return step

        return step

    def report(self):
        """A jump may lead to two places; where it leads to one alone, its line is missing."""
        of = reached = 0
        missing = set()
        for code, jumps in self.jumps.items():
            ways = {}
            for jump, to in self.taken[code]:
                ways.setdefault(jump, set()).add(to)
            for jump, line in jumps.items():
                seen = min(2, len(ways.get(jump, ())))
                of += 2
                reached += seen
                if seen < 2:
                    missing.add(line)
        return {"reached": reached, "of": of, "missing": sorted(missing), "known": bool(self.file)}


class Monitor(Cover):
    """The same by sys.monitoring, from Python 3.12 on; tracing loses opcodes there."""

    TOOL = 4  # an id that no well-known tool has

    def __init__(self, func):
        self.tool = sys.monitoring
        events = self.tool.events
        self.branch = getattr(events, "BRANCH_LEFT", 0) | getattr(events, "BRANCH_RIGHT", 0)
        self.branch = self.branch or events.BRANCH
        self.inside = False
        super().__init__(func)
        if self.file is None or self.tool.get_tool(self.TOOL) is not None:
            self.file = None
            return
        self.tool.use_tool_id(self.TOOL, "payoff")
        for bit in range(32):
            if self.branch >> bit & 1:
                self.tool.register_callback(self.TOOL, 1 << bit, self.branched)
        self.tool.register_callback(self.TOOL, events.PY_START, self.started)
        self.tool.set_events(self.TOOL, events.PY_START)
        for code in self.jumps:
            self.tool.set_local_events(self.TOOL, code, self.branch)

    def __enter__(self):
        self.inside, self.left = True, EVENTS_MAX
        if self.file is not None:
            self.tool.restart_events()
        return self

    def __exit__(self, *_):
        self.inside = False

    def started(self, code, offset):
        if code.co_filename == self.file and code not in self.jumps:
            self.add(code)
            self.tool.set_local_events(self.TOOL, code, self.branch)
        return self.tool.DISABLE

    def branched(self, code, offset, to):
        if not self.inside:
            return self.tool.DISABLE
        self.taken[code].add((offset, to))
        self.left -= 1
        return self.tool.DISABLE if self.left <= 0 else None


def watch(func):
    return Monitor(func) if hasattr(sys, "monitoring") else Cover(func)
