-- payoff: the words that an experiment is written in.
--
--   local payoff = require "payoff"
--   return payoff.experiment {
--     name = "cpu_intensive",
--     reference = payoff.python { module = "reference", func = "f", path = "../kernel/f" },
--     subjects = { payoff.native { name = "c", library = "libf.so", symbol = "f",
--                                  signature = "double(int64, int64)" } },
--     tasks = { {0, 1}, {1, 1} },
--   }

local experiment = require "payoff.experiment"
local fault = require "payoff.fault"
local machine = require "payoff.native.machine"
local nearest = require "payoff.nearest"
local paths = require "payoff.paths"
local subject = require "payoff.subject"
local tour = require "payoff.tour"
local values = require "payoff.values"

local payoff = {
  Experiment = experiment.Experiment,
  Report = {}, -- the metatable of payoff.report's
  Tour = tour.Tour,
  settings_read = {},
  quick = false,
  folder = ".",

  none = values.none,
  int = values.int,
  bytes = values.bytes,
  tuple = values.tuple,
  list = values.list,
  dict = values.dict,
  set = values.set,
  array = values.array,
}

-- What the script now being run was given; reset by begin.
local current = { path = "", settings = {}, text = "" }

-- Called by payoff.script before a script is run.
function payoff.begin(path, options)
  current = { path = path, settings = options.settings or {}, text = options.text or "" }
  payoff.settings_read = {}
  payoff.quick = options.quick or false
  payoff.folder = paths.folder(path)
end

-- `return payoff.experiment { … }` is a tail call, which leaves no line to ask for: find the word,
-- whatever name the script has for this module.
local function line_of(word)
  local number, found = 0, nil
  for line in (current.text .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    if line:find("." .. word, 1, true) then found = number end
  end
  return found and ("%s:%d"):format(current.path, found) or current.path
end

local ours = debug.getinfo(1, "S").source:gsub("init%.lua$", "")

-- Where the script, or a module of its user, looked a word up. It may be a function of ours that
-- did, given this module for a table. After a tail call no line of the script is known.
local function looked_up()
  local level, first = 3, nil
  local info = debug.getinfo(level, "S")
  while info and info.source ~= "@" .. current.path do
    if info.what ~= "C" and info.source:sub(1, #ours) ~= ours then first = first or level end
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  return info and fault.where(first or level) or current.path
end

local function new_subject(kind, t)
  local where = fault.where(3) or line_of(kind)
  return subject.new(kind, t, where, payoff.folder)
end

-- A subject in Python: { name, module | file, func, path, python, start_method, … }
function payoff.python(t) return new_subject("python", t) end

-- A subject in a shared library: { name, library, symbol, signature, … }
function payoff.native(t) return new_subject("native", t) end

-- A worker of one's own that speaks the protocol: { name, command = {…}, subject = {…}, … }
function payoff.executable(t) return new_subject("executable", t) end

function payoff.experiment(t)
  return experiment.new(t, fault.where(2) or line_of("experiment"), current.path)
end

-- Several experiments to be seen together: { name, title, budget, payoff.load "FILE.lua", … }
function payoff.tour(t)
  return tour.new(t, fault.where(2) or line_of("tour"), current.path)
end

-- The experiment of another script, whose path is relative to this one; settings as by --set.
function payoff.load(file, settings)
  local where = fault.where(2) or line_of("load")
  if type(file) ~= "string" then
    fault.raise("data", "%s: payoff.load takes the name of a script: payoff.load \"FILE.lua\"",
      where)
  end
  if settings ~= nil and type(settings) ~= "table" then
    fault.raise("data", "%s: payoff.load: settings are a table, like { steps = 1000 }", where)
  end
  local texts = {}
  for name, value in pairs(settings or {}) do texts[name] = tostring(value) end
  local outer = { current, payoff.settings_read, payoff.folder }
  local script = require "payoff.script" -- which requires this module
  local loaded = script.load(paths.join(payoff.folder, file),
    { settings = texts, quick = payoff.quick })
  current, payoff.settings_read, payoff.folder = table.unpack(outer)
  return loaded
end

-- A report of one's own, for `payoff report --script`: { render = function(run) return text end }.
-- `run` is the run model (reports/MODEL.md).
function payoff.report(t)
  local where = fault.where(2) or line_of("report")
  if type(t) ~= "table" or type(t.render) ~= "function" then
    fault.raise("data", "%s: payoff.report takes a table with a function: payoff.report { render = "
      .. "function(run) return text end }", where)
  end
  return setmetatable({ render = t.render, where = where }, payoff.Report)
end

local function convert(text, like, name)
  if type(like) == "number" then
    local number = math.tointeger(tonumber(text)) or tonumber(text)
    if not number then fault.raise("usage", "--set %s=%s: a number is wanted", name, text) end
    return number
  elseif type(like) == "boolean" then
    if text ~= "true" and text ~= "false" then
      fault.raise("usage", "--set %s=%s: true or false is wanted", name, text)
    end
    return text == "true"
  end
  return text
end

-- payoff.setting("steps", 10000000): what `--set steps=1000` gave, in the type of the default.
function payoff.setting(name, default)
  if type(name) ~= "string" then
    fault.raise("data", "%s: payoff.setting takes a name and what it is by default: "
      .. "payoff.setting(\"steps\", 1000)", fault.where(2) or line_of("setting"))
  end
  payoff.settings_read[name] = true
  local text = current.settings[name]
  if text == nil then return default end
  return convert(text, default, name)
end

-- payoff.host.cores and friends: what this machine is, read when first asked. Where not even the
-- number of usable cores is known, one is there: this program runs on it.
payoff.host = setmetatable({}, {
  __index = function(self, key)
    local facts = fault.check("system", "payoff.host", machine.describe())
    rawset(self, "machine", facts)
    rawset(self, "cores", facts.cpus_usable or 1)
    return rawget(self, key)
  end,
})

return setmetatable(payoff, {
  __index = function(_, key)
    local known = {}
    for name, value in pairs(payoff) do
      if type(value) == "function" then known[#known + 1] = name end
    end
    fault.raise("data", "%s: there is no payoff.%s%s; subjects are made with payoff.python, "
      .. "payoff.native and payoff.executable", looked_up(), tostring(key),
      nearest.hint(tostring(key), known))
  end,
})
