"""Ends the worker: as the interpreter would, but for taking itself apart.

That takes a third as long as starting it, in every process of a run, and the kernel takes
everything back anyway. What a program may rely on is done: threads are waited for, exit handlers
are called, streams are flushed.
"""

import atexit
import os
import sys


def end_process():
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()  # waits for threads that are no daemons
    atexit._run_exitfuncs()
    for stream in sys.stdout, sys.stderr:
        try:
            stream.flush()
        except Exception:
            pass  # the subject's, and it may have done anything to them
    os._exit(0)
