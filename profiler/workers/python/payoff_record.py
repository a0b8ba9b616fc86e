"""Notes the calls of one function in a program that knows nothing of it (`payoff record`).

Imported as the interpreter starts (sitecustomize); PAYOFF_RECORD says what to do. The function is
wrapped as soon as its module is imported; lines of JSON are appended to a file that all processes
of the program share.
"""

import atexit
import importlib.util
import json
import os
import sys
import threading


class Recorder:
    """What is asked for, and what was seen in this process."""

    def __init__(self, asked):
        self.asked = asked
        self.calls = self.left_out = 0
        self.seen = set()
        self.inside = threading.local()

    def write(self, entry):
        data = (json.dumps(entry) + "\n").encode()
        fd = os.open(self.asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(fd, data)
        finally:
            os.close(fd)

    def task(self, signature, args, kwargs):
        """The arguments as the protocol has them; None where they cannot be repeated."""
        from payoff_values import encode

        if kwargs:
            if signature is None:
                return None
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            if bound.kwargs:
                return None
            args = bound.args
        text = encode(tuple(args))
        return None if '["o"' in text else text

    def note(self, text, outcome, known=True):
        from payoff_values import encode

        self.calls += 1
        if text is None:
            self.left_out += 1
        elif text not in self.seen and len(self.seen) < self.asked["calls"]:
            self.seen.add(text)
            entry = {"task": json.loads(text)}
            if not known:
                pass  # returned None, or raised
            elif isinstance(outcome, BaseException):
                entry["outcome"] = {"exception": type(outcome).__name__}
            else:
                entry["outcome"] = {"value": json.loads(encode(outcome))}
            self.write(entry)

    def wrap(self, func):
        import functools
        import inspect

        try:
            signature = inspect.signature(func)
        except (TypeError, ValueError):
            signature = None

        @functools.wraps(func)
        def recorded(*args, **kwargs):
            if getattr(self.inside, "now", False):  # recursion, or our own work
                return func(*args, **kwargs)
            self.inside.now = True
            try:
                try:
                    text = self.task(signature, args, kwargs)
                except Exception:
                    text = None
                try:
                    outcome = func(*args, **kwargs)
                except Exception as error:
                    self.note(text, error)
                    raise
                try:
                    self.note(text, outcome)
                except Exception:
                    pass
                return outcome
            finally:
                self.inside.now = False

        return recorded

    def install(self, module):
        owner, parts = module, self.asked["func"].split(".")
        for part in parts[:-1]:
            owner = getattr(owner, part, None)
        func = getattr(owner, parts[-1], None)
        if callable(func):
            setattr(owner, parts[-1], self.wrap(func))
        else:
            sys.stderr.write("payoff record: %s has no function %s\n" % (
                self.asked["module"], self.asked["func"]))

    def end(self):
        if self.calls:
            self.write({"calls": self.calls, "left_out": self.left_out})
            self.calls = self.left_out = 0


class Finder:
    """Lets the others find the module, and wraps the function once it is there."""

    def __init__(self, recorder):
        self.recorder = recorder

    def find_spec(self, name, path=None, target=None):
        if name != self.recorder.asked["module"]:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return None
        load, recorder = spec.loader.exec_module, self.recorder

        def exec_module(module):
            load(module)
            recorder.install(module)

        spec.loader.exec_module = exec_module
        return spec


class Main:
    """A function of the program's own script: nobody imports that. Until the function is there,
    every call that the program makes is an occasion to look for it."""

    def __init__(self, recorder):
        self.recorder, self.frame, self.text = recorder, None, None

    def function(self):
        thing = sys.modules.get("__main__")
        for part in self.recorder.asked["func"].split("."):
            thing = getattr(thing, part, None)
        return thing

    def begin(self):
        sys.setprofile(self.look)

    def look(self, frame, event, value):
        if self.frame is not None:  # the very first call is on its way already
            if event == "return" and frame is self.frame:
                sys.setprofile(None)
                self.recorder.note(self.text, value, known=value is not None)
                self.frame = None
            return
        func = self.function()
        if not callable(func):
            return
        sys.setprofile(None)
        self.recorder.install(sys.modules["__main__"])
        code = getattr(func, "__code__", None)
        if event == "call" and frame.f_code is code and not code.co_flags & 0x0C:
            args = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount]]
            try:
                self.text = self.recorder.task(None, args, {})
            except Exception:
                self.text = None
            self.frame = frame
            sys.setprofile(self.look)


def other_sitecustomize(folder):
    """The one that would have run without us."""
    sys.path[:] = [one for one in sys.path if os.path.abspath(one or ".") != folder]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        pass
    if ours is not None:  # the import that runs us asks for it
        sys.modules.setdefault("sitecustomize", ours)


def begin():
    asked = json.loads(os.environ["PAYOFF_RECORD"])
    import payoff_fault  # noqa: F401
    import payoff_values  # noqa: F401

    recorder = Recorder(asked)
    if asked["module"] == "__main__":
        Main(recorder).begin()
    else:
        sys.meta_path.insert(0, Finder(recorder))
    atexit.register(recorder.end)
    try:  # a process of multiprocessing does not come to atexit
        import multiprocessing.util

        multiprocessing.util.Finalize(recorder, recorder.end, exitpriority=-100)
        os.register_at_fork(after_in_child=lambda: recorder.__init__(asked))
    except ImportError:
        pass
    other_sitecustomize(asked["folder"])
