-- metrics: which events answer which question, and how. Metrics are data: one file each.
--
--   local list = metrics.load({ "ipc", "my_metric.lua" }, "scripts")
--   list[1].events            --> { "cycles", "instructions" }: kept in one group
--   metrics.value(list[1].values[1], { instructions = 3e9, cycles = 1e9 })   --> 3.0
--
-- A metric file returns { name, title, events, values, prose }; each of its values is a
-- { name, title, unit, formula }. A formula sees the events' counts by the name as asked,
-- `wall_ns`, how many `tasks` were run, and, where they are known, `slots_per_cycle` and
-- `cpu_revision`; and as a second argument how each was counted ("cycles:u"). It may return nil.
--
-- Where processors differ in more than names, `variants` stands in place of `events` and formulas:
-- a list of { events, formulas = { [name of a value] = function } }; the first whose events this
-- processor knows is taken. metrics/topdown.lua shows it.

local fault = require "payoff.fault"
local nearest = require "payoff.nearest"
local paths = require "payoff.paths"
local sys = require "payoff.native.sys"

local metrics = {}

metrics.shipped = {
  "ipc", "branches", "cache", "tlb", "memory", "stalls", "topdown", "topdown2",
  "clock", "os", "energy",
}

-- A formula that asks the variant whose events are there.
local function of_variants(variants, name)
  return function(events, counted_as)
    for _, variant in ipairs(variants) do
      local formula, whole = variant.formulas[name], true
      for _, event in ipairs(variant.events) do whole = whole and events[event] ~= nil end
      if formula and whole then return formula(events, counted_as) end
    end
    return nil
  end
end

-- From variants to events and formulas, so that nobody else need know of them.
local function unfold(metric, complain)
  if type(metric.variants) ~= "table" or #metric.variants == 0 then
    complain("variants must be a list with something in it")
  end
  for i, variant in ipairs(metric.variants) do
    if type(variant.events) ~= "table" or type(variant.formulas) ~= "table" then
      complain(("variants[%d] needs events and formulas"):format(i))
    end
  end
  metric.events = metric.events or metric.variants[1].events
  for _, value in ipairs(metric.values or {}) do
    value.formula = of_variants(metric.variants, value.name)
  end
end

local function check(metric, source)
  local function complain(message) fault.raise("data", "%s: %s", source, message) end
  if type(metric) ~= "table" then complain("a metric file returns a table") end
  for _, field in ipairs { "name", "title", "prose" } do
    if type(metric[field]) ~= "string" then complain(field .. " must be a string") end
  end
  if metric.variants ~= nil then unfold(metric, complain) end
  for _, field in ipairs { "events", "values" } do
    if type(metric[field]) ~= "table" or #metric[field] == 0 then
      complain(field .. " must be a list with something in it")
    end
  end
  for i, value in ipairs(metric.values) do
    if type(value.name) ~= "string" or type(value.formula) ~= "function" then
      complain(("values[%d] needs a name and a formula"):format(i))
    end
  end
  return metric
end

local function load_file(path)
  local text = fault.check("data", nil, sys.read_file(path))
  local chunk, message = load(text, "@" .. path, "t")
  if not chunk then fault.raise("data", "%s", message) end
  local ok, metric = pcall(chunk)
  if not ok then fault.raise("data", "%s", tostring(metric)) end
  return check(metric, path)
end

function metrics.load(names, folder)
  local list = {}
  for i, name in ipairs(names) do
    if type(name) ~= "string" then fault.raise("data", "metrics[%d] must be a name", i) end
    if name:match("%.lua$") then
      list[#list + 1] = load_file(paths.join(folder, name))
    else
      local known = false
      for _, shipped in ipairs(metrics.shipped) do known = known or shipped == name end
      if not known then
        fault.raise("data", "metrics[%d]: no metric '%s'%s", i, name,
          nearest.hint(name, metrics.shipped))
      end
      list[#list + 1] = check(require("payoff.metrics." .. name), name)
    end
  end
  return list
end

-- nil, or why the metric is not available: an event that this processor has no name for.
-- `describe` is payoff.native.counters.describe.
function metrics.missing(metric, describe)
  if metric.variants then
    for _, variant in ipairs(metric.variants) do
      if not metrics.missing(variant, describe) then
        metric.events = variant.events
        return nil
      end
    end
    return "this processor, or its kernel, counts none of the sets of events that it is made of"
  end
  for _, event in ipairs(metric.events) do
    local known, message = describe(event)
    if not known then return message end
  end
  return nil
end

-- What formulas may know of the processor: of the machine of a run.
function metrics.facts(machine)
  local slots, kinds = nil, 0
  machine = machine or {}
  for _, pmu in ipairs(machine.pmus or {}) do
    if pmu.slots then slots, kinds = pmu.slots, kinds + 1 end
  end
  return { slots_per_cycle = kinds == 1 and slots or nil,
           cpu_revision = machine.cpu and machine.cpu.stepping }
end

-- nil where an event is missing or the formula has no answer (a division by zero, NaN).
-- counted_as: event as asked -> as it was counted ("cycles:u").
function metrics.value(value, events, counted_as)
  local ok, result = pcall(value.formula, events, counted_as)
  if not ok or type(result) ~= "number" or result ~= result or math.abs(result) == math.huge then
    return nil
  end
  return result
end

return metrics
