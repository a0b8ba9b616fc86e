-- bytecode: the Python worker's program, compiled once for an interpreter, not by each process.
--
--   local executable, program, reason = bytecode.ask("python3", source)
--
-- One process of the interpreter says who it really is (a shim on the PATH is a script that looks
-- it up: started each time, it would be part of every measurement) and compiles the program.
-- CPython starts a compiled program under any name; others get the source, and so does everybody
-- when compiling fails. It is kept in memory only: nothing is left on the disk.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local bytecode = {}

-- `codes = {}` of the program (profiler/workers/python/bundle.py) is filled with its modules. What
-- is written is the interpreter's path, a zero byte, and the compiled program.
local question = [[
import sys
sys.stdout.write(sys.executable + chr(0))
sys.stdout.flush()
try:
    import ast, importlib.util, marshal
    text = sys.stdin.buffer.read().decode()
    if sys.implementation.name == "cpython" and text:
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "sources":
                sources = ast.literal_eval(node.value)
        codes = {}
        for name in sources:
            codes[name] = marshal.dumps(compile(sources[name], name + ".py", "exec"))
        text = text.replace("codes = {}\n", "codes = %r\n" % codes, 1)
        program = compile(text, "python_worker.py", "exec")
        sys.stdout.buffer.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(program))
except Exception:
    pass
]]

-- path, program | nil, reason
function bytecode.ask(asked, source)
  local result, message = fault.ran(sys.run {
    argv = { asked, "-c", question }, stdin = source, timeout_s = 30,
  })
  local path, program
  if result and result.exit == 0 then path, program = result.stdout:match("^(.-)%z(.*)$") end
  if path and path ~= "" then return path, #program > 16 and program or source end
  return nil, ("python: '%s' cannot be started: %s"):format(asked, message
    or (result.stderr ~= "" and result.stderr) or ("exit status " .. tostring(result.exit)))
end

return bytecode
