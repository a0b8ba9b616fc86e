-- fault: a user's mistake or a failing world as an error value: one clear line and an exit status.
--
--   fault.raise("data", "scripts/x.lua:12: tasks: a task is a list of arguments, like {0, 1}")
--
-- Anything else that is raised is a bug in payoff and ends as an internal error with a traceback.

local text = require "payoff.text"

local fault = {}

-- Exit statuses are a promise (reports/REFERENCE.md): 0–4 are verdicts, the rest follow sysexits.h.
fault.status = {
  ok = 0,
  slower = 1,
  wrong = 2,
  unresolved = 3,
  failed = 4,
  usage = 64,
  data = 65,
  noinput = 66,
  unavailable = 69,
  internal = 70,
  system = 71,
  io = 74,
  interrupted = 130,
}

local Fault = {}
Fault.__index = Fault
Fault.__tostring = function(self) return self.message end

function fault.raise(kind, message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  error(setmetatable({
    kind = kind, status = assert(fault.status[kind], kind),
    message = text.clean(message), -- it may quote a stranger, to a terminal
  }, Fault), 0)
end

function fault.is(value)
  return getmetatable(value) == Fault
end

-- What is nobody's mistake: the native code -> the kind that the caller would have it -> the kind.
local world = {
  memory = { data = "system", usage = "system", noinput = "system", internal = "system",
    io = "system" },
  system = { data = "io", usage = "io", internal = "system" },
}

-- For results of native modules: value, or raises what nil, message, code says.
--   local text = fault.check("noinput", "scripts/x.lua", sys.read_file("scripts/x.lua"))
function fault.check(kind, context, value, message, code)
  if value ~= nil then return value end
  if code == "cancelled" then kind = "interrupted" end
  if world[code] and world[code][kind] then kind = world[code][kind] end
  if context then message = context .. ": " .. tostring(message) end
  return fault.raise(kind, "%s", message)
end

-- For sys.run: what it returns; but a program that an interrupt has ended has not failed.
--   local result, message = fault.ran(sys.run { argv = { "cc", … } })
function fault.ran(result, message, code)
  if code == "cancelled" or result and result.cancelled then
    fault.raise("interrupted", "interrupted")
  end
  return result, message, code
end

-- What was written to standard output; a reader that has gone away (`| head`) has seen what it
-- wanted.
--   fault.shown(sys.write(1, text))
function fault.shown(done, message, code)
  if code ~= "ended" then
    fault.check("io", "cannot write to standard output", done, message, code)
  end
end

-- "file:line" of the function `level` levels above the caller: where a user's script speaks.
function fault.where(level)
  local info = debug.getinfo(level + 1, "Sl")
  if not info or info.currentline < 0 then return nil end
  return info.short_src .. ":" .. info.currentline
end

return fault
