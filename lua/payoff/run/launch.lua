-- launch: a subject -> how to start its worker and what to tell it to load.
--
--   local launcher = launch.new({ python = "/usr/bin/python3" })
--   local spec = launcher:spec(subject)        -- for payoff.native.worker.start
--   local message = launcher:load(subject)     -- the `load` command

local assets = require "payoff.native.assets"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local launch = {}

local Launcher = {}
Launcher.__index = Launcher

function launch.new(options)
  return setmetatable({ python = options.python, resolved = {} }, Launcher)
end

-- An interpreter on the PATH may be a shim (a shell script that looks up the real one): counted and
-- timed, it would be part of every measurement. Ask it once who it really is.
function Launcher:interpreter(subject)
  local asked = subject.python or self.python or sys.environ().PAYOFF_PYTHON or "python3"
  local known = self.resolved[asked]
  if known == nil then
    local result, message = sys.run {
      argv = { asked, "-c", "import sys; sys.stdout.write(sys.executable)" }, timeout_s = 30,
    }
    if result and result.exit == 0 and result.stdout ~= "" then
      known = result.stdout
    else
      known = { reason = ("python: '%s' cannot be started: %s"):format(asked, message
        or (result.stderr ~= "" and result.stderr) or ("exit status " .. tostring(result.exit))) }
    end
    self.resolved[asked] = known
  end
  if type(known) == "table" then return nil, known.reason end
  return known
end

-- What every worker inherits: the caller's environment, and nothing that would trace the worker.
-- The rule is documented in the README ("What a subject's process finds").
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
    local python, reason = self:interpreter(subject)
    if not python then return nil, reason end
    spec.argv = { python, "{script}" }
    spec.script = fault.check("internal", nil, assets.read("workers/python_worker.py"))
  elseif subject.kind == "native" then
    spec.argv = { fault.check("internal", nil, sys.realpath("/proc/self/exe")), "worker", "native" }
  else
    spec.argv = subject.command
  end
  return spec
end

local function absolute(path) return sys.realpath(path) or path end

function Launcher.load(_, subject)
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

return launch
