-- bytecode: the Python worker's program, compiled once for an interpreter, not by each process.
--
--   local python, words, program = bytecode.ask("python3", source)
--   --> "/usr/bin/python3.11", { "/usr/bin/python3.11", "-c", …, "{script}" }, what {script} is
--   --> nil, reason
--
-- One process of the interpreter says who it really is (a shim on the PATH is a script that looks
-- it up: started each time, it would be part of every measurement) and compiles the program.
-- CPython starts a compiled program under any name, but looks first whether it is a Zip archive,
-- and then reads it twice; so a line of Python loads it. Other interpreters get the source, and so
-- does everybody when compiling fails. It is kept in memory only: nothing is left on the disk.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local bytecode = {}

-- `codes = {}` of the program (profiler/workers/python/bundle.py) is filled with the modules that
-- measuring needs. Those of `payoff verify`, whose processes are few and live long, stay text, as
-- do those that a child compiles that was not forked (payoff_pool.CHILD): each process reads all
-- this.
-- What is written is the interpreter's path, a zero byte, the line that loads the program, a zero
-- byte, and the compiled program. The interpreter may be replaced while a run lasts, and must not
-- run code of another version.
local question = [[
import sys
sys.stdout.write(sys.executable + chr(0))
sys.stdout.flush()
loader = """import marshal, sys
if sys.hexversion != %d: sys.exit("this interpreter was replaced while it was in use")
with open(sys.argv[1], "rb", 0) as file: code = marshal.loads(file.read())
del sys.argv[0], file
exec(code)
""" % sys.hexversion
try:
    import _ast, marshal # `ast` takes longer to import than all this
    def parse(text, mode):
        return compile(text, "python_worker.py", mode, _ast.PyCF_ONLY_AST)
    text = sys.stdin.buffer.read().decode()
    if sys.implementation.name == "cpython" and text:
        tree = parse(text, "exec")
        parts = {}
        for node in tree.body:
            if isinstance(node, _ast.Assign) and isinstance(node.targets[0], _ast.Name):
                parts[node.targets[0].id] = node
        texts = _ast.Expression(parts["sources"].value)
        sources, codes, kept = eval(compile(texts, "python_worker.py", "eval"), {}), {}, {}
        late = ("payoff_cover", "payoff_examine", "payoff_rewrite", "payoff_terms")
        for name in sources:
            if name not in late:
                code = compile(sources[name], name + ".py", "exec", optimize=2) # no docstrings
                codes[name] = marshal.dumps(code)
            if name in late + ("payoff_fault", "payoff_task"):
                kept[name] = sources[name]
        for name, value in ("codes", codes), ("sources", kept):
            parts[name].value = parse(repr(value), "eval").body
        program = marshal.dumps(compile(tree, "python_worker.py", "exec"))
        sys.stdout.write(loader + chr(0))
        sys.stdout.flush()
        sys.stdout.buffer.write(program)
except Exception:
    pass
]]

-- path, words, program | nil, reason
function bytecode.ask(asked, source)
  local result, message = fault.ran(sys.run {
    argv = { asked, "-c", question }, stdin = source, timeout_s = 30,
  })
  local path, rest
  if result and result.exit == 0 then path, rest = result.stdout:match("^(.-)%z(.*)$") end
  if path and path ~= "" then
    local loader, program = rest:match("^(.-)%z(.+)$")
    if program then return path, { path, "-c", loader, "{script}" }, program end
    return path, { path, "{script}" }, source
  end
  return nil, ("python: '%s' cannot be started: %s"):format(asked, message
    or (result.stderr ~= "" and result.stderr) or ("exit status " .. tostring(result.exit)))
end

return bytecode
