#!/usr/bin/env python3
"""Write one program that holds several modules, because payoff starts its workers from one file.

usage: bundle.py OUT ENTRY.py MODULE.py …      (run by the build)

The program imports each module from itself when it is first asked for, and calls ENTRY's
main(sources), where sources holds the text of all of them by name. Where somebody has filled
`codes` (lua/payoff/run/bytecode.lua does, once per interpreter), they need not be compiled, and
sources may have less.
"""

import os
import sys

STUB = '''# Made by the build from {files}; see there.
import marshal
import sys

if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # where this lies; what a subject may import is in its `path`

try:
    from _frozen_importlib import ModuleSpec  # without the package around it
except ImportError:
    from importlib.machinery import ModuleSpec


class Bundle:
    """Finds and loads the modules of this program (an entry of sys.meta_path)."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name in codes or name in sources else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        if name in codes:
            code = marshal.loads(codes[name])
        else:
            code = compile(sources[name], name + ".py", "exec")
        exec(code, module.__dict__)


codes = {{}}
sources = {{
{sources}
}}
sys.meta_path.insert(0, Bundle())
import {entry}

# The subject has a `__main__` to itself, and without a file: a spawned child does not run it again.
sys.modules["__main__"] = type(sys)("__main__")
sys.exit({entry}.main(sources))
'''


def bundle(paths):
    """The text of the program; the first path is the entry."""
    sources = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            sources.append((os.path.basename(path)[: -len(".py")], file.read()))
    return STUB.format(
        files=", ".join(name + ".py" for name, _ in sources),
        entry=sources[0][0],
        sources="\n".join("%r: %a," % source for source in sources),
    )


def main(argv):
    with open(argv[1], "w", encoding="utf-8") as file:
        file.write(bundle(argv[2:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
