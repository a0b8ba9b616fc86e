-- The worker's program, compiled by the interpreter that runs it.
local assets = require "payoff.native.assets"
local bytecode = require "payoff.run.bytecode"
local check = require "check"
local sys = require "payoff.native.sys"

local source = assets.read("workers/python_worker.py")
local python = sys.environ().PAYOFF_PYTHON or "python3"

check.test("an interpreter compiles the program once", function()
  local path, words, program = bytecode.ask(python, source)
  check.truthy(sys.stat(path), path)
  local kind = sys.run { argv = { path, "-c", "import sys; print(sys.implementation.name)" } }
  if kind.stdout:find("cpython", 1, true) then
    check.truthy(program ~= source, "compiled")
    check.contains(program, "payoff_worker") -- with its modules
    check.equal(#words, 4)
  else
    check.equal(program, source)
    check.same(words, { path, "{script}" })
  end
end)

check.test("what cannot be compiled stays as it is", function()
  local path, words, program = bytecode.ask(python, "this is no Python")
  check.same(words, { path, "{script}" })
  check.equal(program, "this is no Python")
end)

check.test("no interpreter is a reason", function()
  local path, reason = bytecode.ask("no-such-python", source)
  check.equal(path, nil)
  check.contains(reason, "no-such-python")
end)
