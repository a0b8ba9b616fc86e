-- script: runs a user's experiment file and returns the experiment it makes.
--
--   local experiment = script.load("scripts/cpu_intensive.lua", {settings = {steps = "1000"}})
--
-- Every mistake comes out as `file:line: what to write instead`, never as a stack of ours.

local fault = require "payoff.fault"
local nearest = require "payoff.nearest"
local payoff = require "payoff"
local sys = require "payoff.native.sys"

local script = {}

local function explain(problem)
  if fault.is(problem) then return problem end
  return { script_error = tostring(problem) }
end

-- A script sees the standard library and `payoff`, and leaves nothing behind in our globals.
local function environment()
  return setmetatable({}, { __index = _G })
end

local function check_settings(settings)
  for name in pairs(settings) do
    if not payoff.settings_read[name] then
      local known = {}
      for key in pairs(payoff.settings_read) do known[#known + 1] = key end
      table.sort(known)
      fault.raise("usage", "--set %s: this experiment reads no such setting%s", name,
        #known == 0 and " (it reads none)"
          or nearest.hint(name, known) .. " (it reads: " .. table.concat(known, ", ") .. ")")
    end
  end
end

function script.load(path, options)
  local text = fault.check("noinput", nil, sys.read_file(path))
  local chunk, message = load(text, "@" .. path, "t", environment())
  if not chunk then fault.raise("data", "%s", message) end

  payoff.begin(path, { settings = options.settings, quick = options.quick, text = text })
  local ok, result = xpcall(chunk, explain)
  if not ok then
    if fault.is(result) then error(result, 0) end
    fault.raise("data", "%s", result.script_error)
  end
  if getmetatable(result) ~= payoff.Experiment then
    fault.raise("data", "%s: the script must end with `return payoff.experiment { … }`", path)
  end
  check_settings(options.settings or {})
  result.text = text
  return result
end

return script
