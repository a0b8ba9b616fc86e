-- script: runs a user's Lua file, and returns the experiment or whatever else it makes.
--
--   local experiment = script.load("scripts/cpu_intensive.lua", {settings = {steps = "1000"}})
--   local value = script.run("mine.lua", {})          -- what the file returns, of any type
--   local text = script.call("mine.lua", render, run) -- calls a function of such a file
--
-- With `text` it is that text that is run, as if it stood at the path (payoff.check.sides).
-- Every mistake comes out as `file:line: what to write instead`, never as a stack of ours.

local fault = require "payoff.fault"
local nearest = require "payoff.nearest"
local payoff = require "payoff"
local sys = require "payoff.native.sys"

local script = {}

local most_bytes = 16 << 20

-- The user's own line, where the mistake only showed itself deeper, in a module of ours.
local function line_in(path, trace)
  for line in trace:gmatch("[^\n]+") do
    local at, number = line:find(path .. ":", 1, true)
    number = at and line:match("^(%d+):", number + 1)
    if number then return ("%s:%s"):format(path, number) end
  end
end

local function explainer(path)
  return function(problem)
    if fault.is(problem) then return problem end
    local text = tostring(problem)
    if text:find(path, 1, true) ~= 1 then
      local where = line_in(path, debug.traceback("", 2))
      text = ("%s: %s"):format(where or path, (text:gsub("^[^%s:]+:%d+: ", "")))
    end
    return { script_error = text }
  end
end

-- Signals set a flag that our own loops look at; a user's loop does not, and may never end.
local look_every = 1000000 -- instructions of Lua's: some milliseconds

local function look_for_interrupt()
  if sys.interrupt.interrupted() then fault.raise("interrupted", "interrupted") end
end

-- Calls a function that a user wrote in the file at `path`.
function script.call(path, body, ...)
  local before = debug.gethook() -- of a call around this one; or of a host, which C set
  if not before then debug.sethook(look_for_interrupt, "", look_every) end
  local ok, result = xpcall(body, explainer(path), ...)
  if not before then debug.sethook() end
  if ok then return result end
  if type(result) ~= "table" or fault.is(result) then error(result, 0) end -- or: no memory
  fault.raise("data", "%s", result.script_error)
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

-- The text of the file; a device, say, would never end.
function script.read(path)
  local text, message, code = sys.read_file(path, most_bytes)
  if not text and code == "data" then fault.raise("data", "%s is no script: %s", path, message) end
  return fault.check("noinput", nil, text, message, code)
end

-- Runs the file and returns what it returns.
function script.run(path, options)
  local text = options.text or script.read(path)
  local chunk, message = load(text, "@" .. path, "t", environment())
  if message == "not enough memory" then error(message, 0) end -- Lua's own words; no mistake
  if not chunk then fault.raise("data", "%s", message) end
  payoff.begin(path, { settings = options.settings, quick = options.quick, text = text })
  return script.call(path, chunk), text
end

-- The experiment of a script; with options.tours also the tour.
function script.load(path, options)
  local result, text = script.run(path, options)
  local class = getmetatable(result)
  if class == payoff.Tour and not options.tours then
    fault.raise("data", "%s: this is a tour, and an experiment is wanted here", path)
  elseif class ~= payoff.Experiment and class ~= payoff.Tour then
    fault.raise("data", "%s: the script must end with `return payoff.experiment { … }`", path)
  end
  check_settings(options.settings or {})
  result.text = text
  return result
end

return script
