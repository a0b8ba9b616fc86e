-- launch: a subject -> how to start its worker and what to tell it to load.
--
--   local launcher = launch.new({ python = "/usr/bin/python3" })
--   local spec = launcher:spec(subject)        -- for payoff.native.worker.start
--   local message = launcher:load(subject)     -- the `load` command

local assets = require "payoff.native.assets"
local bytecode = require "payoff.run.bytecode"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local launch = {}

local Launcher = {}
Launcher.__index = Launcher

function launch.new(options)
  return setmetatable({ python = options.python, resolved = {}, loads = {} }, Launcher)
end

local function worker_source()
  return fault.check("internal", nil, assets.read("workers/python_worker.py"))
end

-- The interpreter's own path, its command line and its worker program | nil, reason. Each is asked
-- once.
function Launcher:interpreter(subject)
  local asked = subject.python or self.python or sys.environ().PAYOFF_PYTHON or "python3"
  local known = self.resolved[asked]
  if not known then
    local path, words, program = bytecode.ask(asked, worker_source())
    known = { path = path, words = words, program = program }
    self.resolved[asked] = known
  end
  return known.path, known.words, known.program
end

-- payoff itself is a native worker, too; the smaller program that it carries is run in its place
-- where that can be.
local function native_program(self)
  if not self.native then
    local payoff = fault.check("system", nil, sys.realpath("/proc/self/exe"))
    self.native = { argv = { payoff, "worker", "native" },
                    image = fault.check("internal", nil, assets.read("workers/native-worker")) }
  end
  return self.native.argv, self.native.image
end

-- What every worker inherits: the caller's environment, and nothing that would trace the worker.
-- The rule is documented in reports/REFERENCE.md ("What a subject's process finds").
local function environment(subject, changes)
  local env = sys.environ()
  env.PYTHONUNBUFFERED = nil
  for name, value in pairs(changes or {}) do env[name] = value end
  for name, value in pairs(subject.env or {}) do env[name] = tostring(value) end
  return env
end

-- spec | nil, reason
function Launcher:spec(subject, changes)
  local spec = { env = environment(subject, changes), memory_bytes = subject.memory }
  if subject.kind == "python" then
    local python, words, program = self:interpreter(subject)
    if not python then return nil, words end
    spec.argv, spec.script = words, program
  elseif subject.kind == "native" then
    spec.argv, spec.image = native_program(self)
  else
    spec.argv = subject.command
  end
  return spec
end

local function absolute(path) return sys.realpath(path) or path end

local function load_message(subject)
  local message
  if subject.kind == "python" then
    local path = {}
    for i, entry in ipairs(subject.path) do path[i] = absolute(entry) end
    message = {
      module = subject.module, file = subject.file and absolute(subject.file),
      func = subject.func, path = path, start_method = subject.start_method,
    }
  elseif subject.kind == "native" then
    message = {
      library = absolute(subject.library), symbol = subject.symbol, signature = subject.signature,
    }
  else
    message = subject.subject or {}
  end
  return { cmd = "load", subject = message }
end

-- Made once for each subject; not to be changed.
function Launcher:load(subject)
  self.loads[subject] = self.loads[subject] or load_message(subject)
  return self.loads[subject]
end

return launch
