-- json: the run model (reports/MODEL.md) as it is, for programs. Unknown is null or absent.
--
--   require("payoff.formats.json").render(run) --> text

local clean = require("payoff.text").clean
local fault = require "payoff.fault"
local json = require "payoff.native.json"

local format = { name = "json", extension = ".json" }
format.every_sample = true -- reads them one by one

-- Lists of the model: an empty one is [], and a hole in one is null. `counts` and `per_task` are as
-- long as run.events.
local LISTS = { libraries = true, warnings = true, sizes = true, events = true, subjects = true,
  cells = true, samples = true, warming = true, workers = true, comparisons = true, scaling = true,
  cpus = true, points = true, findings = true, missing = true,
  break_even = true, earlier = true, entries = true, gains = true, ledger = true, limits = true,
  places = true, terms = true, verdicts = true,
  watched = true, measured = true }
local PER_EVENT = { counts = true, per_task = true }

local plain

local function list(value, count, events)
  local out = {}
  for i = 1, count do
    local item = plain(value[i], nil, events)
    out[i] = item == nil and json.null or item
  end
  return json.array(out)
end

-- A copy that JSON can carry. What is no data (functions and the like) is left out, and so are
-- numbers that are none.
function plain(value, key, events)
  local kind = type(value)
  if kind == "string" then
    return clean(value)
  elseif kind == "number" then
    return value == value and value ~= math.huge and value ~= -math.huge and value or nil
  elseif kind == "boolean" or value == json.null then
    return value
  elseif kind ~= "table" then
    return nil
  elseif PER_EVENT[key] then
    return list(value, events, events)
  elseif #value > 0 or LISTS[key] and next(value) == nil then
    return list(value, #value, events)
  end
  local out = {}
  for name, item in pairs(value) do
    name = clean(name)
    out[name] = plain(item, name, events)
  end
  return out
end

function format.render(run)
  local copy = plain(run, nil, #(run.events or {}))
  copy.metrics = copy.metrics and json.array(copy.metrics) -- a cell's metrics are an object
  local text = fault.check("internal", "json", json.encode(copy, { indent = 1 }))
  return text .. "\n"
end

return format
