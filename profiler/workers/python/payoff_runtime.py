"""What decides how fast this interpreter is, as far as it can be asked.

    describe()   {"executable": "/usr/bin/python3", "pointer_bits": 64, "gil": True, …}

Much is imported for it, so a process that is one of many (`brief` in PROTOCOL.md) is not asked.
"""

import struct
import sys
import sysconfig

from payoff_fault import clean


def start_methods():
    """How child processes can be started here, without importing all that would start them."""
    try:
        import _multiprocessing
        import _posixsubprocess  # noqa: F401
    except ImportError:
        return []
    return ["fork", "spawn", "forkserver"] if hasattr(_multiprocessing, "SemLock") else []


def describe():
    flags = sysconfig.get_config_var("CONFIG_ARGS")
    about = {
        "executable": clean(sys.executable or ""),
        "platform": sysconfig.get_platform(),
        "pointer_bits": struct.calcsize("P") * 8,
        "compiler": sys.version.rpartition("[")[2].rstrip("]"),
        "debug": hasattr(sys, "gettotalrefcount"),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "start_methods": start_methods(),
    }
    if sys.implementation.name != "cpython":
        about["implementation_version"] = "%d.%d.%d" % sys.implementation.version[:3]
    if flags:
        about["build_flags"] = clean(flags)
        about["optimized"] = "--enable-optimizations" in flags
    return about
