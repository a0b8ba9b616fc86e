"""Failures as the error objects of the protocol (`error.kind` in PROTOCOL.md).

    raise Failure("usage", "unknown command 'lod'")
    reply["error"] = describe(error, task=3)
"""

TEXT_MAX = 20000


def clean(text):
    """The text as UTF-8 can carry it, no longer than people read."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + " … (cut)"


def type_name(kind):
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else "%s.%s" % (module, kind.__qualname__)


def is_ours(frame):
    """Whether a frame is the worker's or the import system's, not the subject's."""
    file = frame.f_code.co_filename or "?"
    name = frame.f_globals.get("__name__") or ""
    imports = file[0] == "<" and "frozen importlib" in file
    return imports or name.startswith("payoff_")


def describe(error, kind="exception", **more):
    """The error object for an exception; its trace begins with the subject's own frames."""
    import traceback

    trace = error.__traceback__
    while trace and is_ours(trace.tb_frame):
        trace = trace.tb_next
    try:
        message = str(error)
        text = "".join(traceback.format_exception(type(error), error, trace))
    except BaseException as second:
        message = text = "(its text raises %s)" % type(second).__name__
    if isinstance(error, MemoryError):
        kind = "resource"
    more.update(kind=kind, type=clean(type_name(type(error))), message=clean(message))
    return dict(more, trace=clean(text[-TEXT_MAX:]))


class Failure(Exception):
    """An error reply: its kind, its message, and what else the error object holds."""

    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.error = dict(more, kind=kind, message=clean(message))

    @classmethod
    def of(cls, error, kind="exception", **more):
        """The failure that an exception of the subject's is."""
        failure = cls(kind, "")
        failure.error = describe(error, kind, **more)
        return failure
