-- options: values of command-line options that several commands share, checked and converted.
--
--   options.number(arguments, "budget", 0.1)     --> 30.0 | nil where it was not given
--   options.settings(arguments)                  --> { steps = "1000" } of --set steps=1000
--   options.subjects({ "a.py:f", "b.py:f" })     --> { {kind = "python", fields = {…}}, … }
--   options.tasks(arguments)                     --> { {0, 1} } of --args '[0, 1]'

local fault = require "payoff.fault"
local json = require "payoff.native.json"
local paths = require "payoff.paths"
local spelling = require "payoff.spelling"
local values = require "payoff.values"

local options = {}

-- The folder of the reports where --out names no other.
options.reports = "payoff-reports"

-- What --out says; nil where it says nothing else.
function options.folder(arguments)
  return arguments.out ~= options.reports and arguments.out or nil
end

function options.number(arguments, name, low, integer)
  local text = arguments[name]
  if text == nil then return nil end
  local value = tonumber(text)
  if integer then value = math.tointeger(value) end
  if not value or value < low or value ~= value or value == math.huge then
    fault.raise("usage", "--%s %s: a %snumber of at least %g is wanted", name, text,
      integer and "whole " or "", low)
  end
  return value
end

function options.settings(arguments)
  local out = {}
  for _, pair in ipairs(arguments.set) do
    local name, value = pair:match("^([%w_]+)=(.*)$")
    if not name then fault.raise("usage", "--set %s: NAME=VALUE is wanted", pair) end
    out[name] = value
  end
  return out
end

-- What else a subject could be called where its file's name is taken: "k.py:f" and "k.py:g" are f
-- and g, and beside score.py the library libscore.so keeps its ending.
local function other_name(fields)
  if fields.library then return paths.name(fields.library) end
  return fields.func
end

local function count_names(list)
  local count = {}
  for _, item in ipairs(list) do
    count[item.fields.name] = (count[item.fields.name] or 0) + 1
  end
  return count
end

-- Each gets a name of its own; a number helps where nothing else does.
local function name_apart(list)
  local count = count_names(list)
  for _, item in ipairs(list) do
    local fields = item.fields
    if count[fields.name] > 1 and (fields.library or fields.file) then
      fields.name = other_name(fields)
    end
  end
  count = count_names(list)
  local seen = {}
  for i, item in ipairs(list) do
    local fields = item.fields
    if count[fields.name] > 1 and seen[fields.name] then
      fields.name = ("%s-%d"):format(fields.name, i)
    end
    seen[fields.name] = true
  end
  return list
end

-- Subjects as written on the command line.
function options.subjects(texts)
  local list = {}
  for i, text in ipairs(texts) do
    local fields = spelling.subject(text)
    if not fields then
      fault.raise("usage", "'%s' is no subject: write FILE.py:FUNC, MODULE:FUNC or "
        .. "LIBRARY.so:SYMBOL:SIGNATURE", text)
    end
    local kind = fields.kind
    fields.kind = nil
    list[i] = { kind = kind, fields = fields }
  end
  return name_apart(list)
end

-- The tasks as JSON has them: null is json.null. Without --args, one task without arguments.
function options.tasks(arguments)
  local tasks = {}
  for i, text in ipairs(arguments.args) do
    local task, message = json.decode(text)
    if type(task) ~= "table" then
      fault.raise("usage", "--args %s: a JSON list of arguments is wanted, like '[0, 1]'%s", text,
        message and (" (" .. message .. ")") or "")
    end
    tasks[i] = task
  end
  return #tasks > 0 and tasks or { {} }
end

-- JSON's null as Python's None, for tasks that are to be run.
function options.with_none(value)
  if value == json.null then return values.none end
  if type(value) ~= "table" then return value end
  local out = {}
  for key, item in pairs(value) do out[key] = options.with_none(item) end
  return out
end

return options
