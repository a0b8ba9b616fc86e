-- energy: what the processor's packages used during each sample, where they tell (RAPL).
--
--   local meter = energy.new(metric_list)  --> nil where no metric asks for energy.event
--   meter.event                            -- of run.events, with its state and reason
--   meter:begin()
--   … the sample …
--   meter:finish(sample, index)            -- sample.counts[index]
--
-- The counters belong to whole packages, and nobody can take one program's share out. So it is no
-- event of a worker's plan: payoff itself reads it, just outside the sample's clock, and every
-- report says what is in it.

local counters = require "payoff.native.counters"

local energy = {}

energy.event = "package-energy"

local whole = "of the whole machine: all %s and everything that ran on %s, idle cores too, between "
  .. "payoff's readings just before and just after each sample (%s)"

local Meter = {}
Meter.__index = Meter

-- The events without this one, which no plan knows.
function energy.without(events)
  local out = {}
  for _, event in ipairs(events) do
    if event ~= energy.event then out[#out + 1] = event end
  end
  return out
end

-- counters.describe, for metrics that name it.
function energy.describe(name)
  if name == energy.event then return { name = name } end
  return counters.describe(name)
end

local function is_asked(metric_list)
  for _, metric in ipairs(metric_list) do
    for _, event in ipairs(metric.events) do
      if event == energy.event and not metric.reason then return true end
    end
  end
  return false
end

function energy.new(metric_list)
  if not is_asked(metric_list) then return nil end
  local self = setmetatable({ event = { asked = energy.event, name = energy.event, unit = "µJ",
    source = "hardware" } }, Meter)
  local reason
  self.counter, reason = counters.energy()
  self.event.state = self.counter and "exact" or "not counted"
  if self.counter then
    local how, packages = self.counter:how()
    reason = whole:format(packages == 1 and "of one package" or packages .. " packages",
      packages == 1 and "it" or "them", how)
  end
  self.event.reason, self.reason = reason, reason
  return self
end

function Meter:begin()
  self.broken = nil
  if self.counter then
    local ok, message = self.counter:begin()
    self.broken = not ok and message or nil
  end
end

function Meter:finish(sample, index)
  local microjoules, reason = nil, self.broken or self.reason
  if self.counter and not self.broken then
    microjoules, reason = self.counter:finish()
  end
  sample.counts[index] = { event = energy.event, source = "hardware",
    state = microjoules and "exact" or "not counted", count = microjoules, estimate = microjoules,
    enabled_ns = microjoules and sample.wall_ns or 0,
    running_ns = microjoules and sample.wall_ns or 0, share = microjoules and 1 or 0,
    reason = not microjoules and reason or nil }
end

return energy
