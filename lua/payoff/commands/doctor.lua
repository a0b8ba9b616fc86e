-- doctor: `payoff doctor`: what this machine can measure and how well. Nothing is changed on it.

local later = require "payoff.later"
local calibrate = later "payoff.calibrate"
local counters = require "payoff.native.counters"
local doctor = later "payoff.doctor"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local machine = require "payoff.native.machine"
local sys = require "payoff.native.sys"

local command = {}

function command.define(parser)
  local it = parser:command("doctor")
    :summary("Say what this machine can measure, how well, and what would help.")
    :description("Looks at everything that makes measurements good or bad here: ok, caution, or "
      .. "blocks, each with the command that would mend it. Nothing is changed on the machine.")
  it:flag("--calibrate", "Measure as well, for some twenty seconds: how the times of one and the "
    .. "same function scatter here and now, and which difference a run would find.")
  it:flag("--json", "The same as JSON.")
end

-- Interpreters on the PATH, each once, by asking nobody: starting ten shims takes seconds.
local function pythons()
  local found, seen = {}, {}
  local names = { "python3" }
  for minor = 20, 8, -1 do names[#names + 1] = "python3." .. minor end
  names[#names + 1] = "pypy3"
  for _, name in ipairs(names) do
    local path = sys.which(name)
    if path and not seen[path] then
      seen[path] = true
      found[#found + 1] = { name = name, path = path }
    end
  end
  return found
end

-- CPU time that the host of a virtual machine took, over a short look.
local function steal(span_s)
  local before = machine.cpu_times()
  sys.sleep_s(span_s)
  local after = machine.cpu_times()
  if not before or not after then return nil end
  local total = 0
  for key, value in pairs(after) do
    if key ~= "resolution_ns" then total = total + value - (before[key] or 0) end
  end
  if total <= 0 or not after.steal_ns then return nil end
  return (after.steal_ns - before.steal_ns) / total
end

local function probes()
  local span_s = 0.1
  return {
    steal_share = steal(span_s), steal_span_ns = span_s * 1e9,
    instructions = counters.probe("instructions"), pythons = pythons(),
  }
end

local styles = { ok = "32", caution = "33", blocks = "31", unknown = "2" }

local function text(findings, color)
  local rows, remedies = {}, {}
  for i, item in ipairs(findings) do
    rows[i] = { item.topic, item.level, item.text }
    if item.remedy then
      remedies[#remedies + 1] = ("  %s: %s\n"):format(item.topic, item.remedy)
    end
  end
  local width = (sys.columns() or 80) - 1
  local out = layout.table({ "what", "verdict", "what was found" }, rows, width,
    function(row, column, shown)
      if not color or column ~= 2 or row == 0 then return shown end
      return ("\27[%sm%s\27[0m"):format(styles[findings[row].level], shown)
    end)
  if #remedies > 0 then out = out .. "\nWhat would help:\n" .. table.concat(remedies) end
  return out
end

local function calibration()
  if sys.isatty(2) then sys.write(2, "measuring for about twenty seconds …\n") end
  local list = {}
  for i, name in ipairs { "Python", "native" } do
    list[i] = calibrate.measure(name, { seconds = 8 })
  end
  return list
end

function command.run(arguments)
  local facts = fault.check("system", "this machine", machine.describe())
  local findings = doctor.examine(facts, probes())
  local measured = arguments.calibrate and calibration()
  local out
  if arguments.json then
    local report = { findings = json.array(findings), machine = facts,
      calibration = measured and json.array(measured) or nil }
    local encoded = json.encode(report, { indent = 2, sort = true })
    out = fault.check("internal", "doctor", encoded) .. "\n"
  else
    out = text(findings, sys.isatty(1) and not sys.environ().NO_COLOR)
    if measured then out = out .. "\n" .. calibrate.text(measured, sys.columns()) end
  end
  fault.shown(sys.write(1, out))
  return fault.status.ok
end

return command
