-- derive: from a run's samples to everything that is computed: intervals, speed-ups, metrics.
--
--   derive.run(run, metric_list)      -- fills cells[].time, .speedup, …; run.metrics
--
-- Works on the plain run model: a run out of the store is treated like one just taken.

local beside = require "payoff.run.beside"
local compare = require "payoff.run.compare"
local estimate = require "payoff.run.estimate"
local metrics = require "payoff.metrics"
local model = require "payoff.model"
local scaling = require "payoff.run.scaling"
local simulated = require "payoff.run.simulated"
local timing = require "payoff.run.timing"

local derive = {}

-- May this cell's time be compared with others'? A wrong port has no speed-up.
function derive.valid(run, cell)
  local subject = run.subject_of[cell.subject]
  local wrong = subject and subject.verdict and subject.verdict.state == "wrong"
  local state = cell.verdict.state
  return #cell.samples > 0 and not wrong and (state == "identical" or state == "within")
end

local function find(run, cell, fits)
  for _, other in ipairs(run.cells) do
    if other.size == cell.size and fits(other) then return other end
  end
end

function derive.baseline(run, cell)
  return find(run, cell, function(other) return other.baseline end)
end

function derive.serial(run, cell)
  return find(run, cell, function(other)
    return other.subject == cell.subject and other.mode == "serial"
  end)
end

local function index_subjects(run)
  local index = {}
  for _, subject in ipairs(run.subjects) do index[subject.name] = subject end
  -- Not part of the model that formats see: a look-up for this module.
  return setmetatable(run, { __index = { subject_of = index } })
end

local function ratios(run, cell, level)
  if not derive.valid(run, cell) then return end
  local base, serial = derive.baseline(run, cell), derive.serial(run, cell)
  if base and base ~= cell and derive.valid(run, base) then
    local kind = timing.between(timing.of(run), base, cell)
    cell.speedup = estimate.ratio(base, cell, level, 1, kind)
    if cell.speedup then cell.speedup.over = base.subject .. "/serial/1" end
    cell.speedup_cpu = estimate.ratio(base, cell, level, 1, "cpu")
    cell.speedup_mean = estimate.means(base, cell, level, math.tointeger(run.seed) or 1, kind)
  end
  if serial and serial ~= cell and derive.valid(run, serial) then
    cell.efficiency = estimate.ratio(serial, cell, level, math.min(cell.jobs, cell.tasks),
      timing.between(timing.of(run), serial, cell))
  end
end

local function counts(run, cell, metric_list, names, level)
  local counted_as, facts = {}, metrics.facts(run.machine)
  for _, event in ipairs(run.events) do counted_as[event.asked] = event.name end
  cell.per_task, cell.metrics = {}, {}
  for index, event in ipairs(run.events) do
    local subject = run.subject_of[cell.subject]
    local bracket = subject and subject.bracket and subject.bracket.counts[index]
    cell.per_task[index] = event.source == "simulated"
      and estimate.simulated(cell, event.name)
      or estimate.per_task(cell, index, level, bracket)
  end
  for _, metric in ipairs(metric_list) do
    for _, value in ipairs(metric.values) do
      local function compute(_, events)
        for name, fact in pairs(facts) do events[name] = fact end
        events.tasks = events.loops * cell.tasks
        return metrics.value(value, events, counted_as)
      end
      cell.metrics[value.name] = estimate.metric(cell, value, names, compute, level)
    end
  end
  simulated.fill_metrics(cell, metric_list, metrics.value)
end

local function reason_of(run, metric)
  if metric.reason then return metric.reason end
  for _, event in ipairs(run.events) do
    for _, name in ipairs(metric.events) do
      if event.asked == name and event.state ~= "exact" and event.reason then
        return event.reason
      end
    end
  end
  return "what was counted here does not make it"
end

local function metric_rows(run, metric_list)
  local rows = {}
  for _, metric in ipairs(metric_list) do
    for _, value in ipairs(metric.values) do
      local available = false
      for _, cell in ipairs(run.cells) do
        available = available or cell.metrics[value.name] ~= nil
      end
      rows[#rows + 1] = {
        name = value.name, title = value.title or metric.title, unit = value.unit or "",
        prose = metric.prose, available = available,
        reason = not available and reason_of(run, metric) or nil,
      }
    end
  end
  return simulated.add_metrics(rows, run, metric_list)
end

-- Of the samples of a study only the judgement knows which were taken before the steady state.
local function name_phases(cell)
  local steady = cell.warmup and cell.warmup.steady_index
  for _, sample in ipairs(cell.warming or {}) do
    if sample.phase == "study" and steady and sample.process == cell.warmup.process then
      sample.phase = sample.index < steady and "warming" or "settled"
    end
  end
end

function derive.name_phases(run)
  for _, cell in ipairs(run.cells) do name_phases(cell) end
end

local function derive_all(run, metric_list)
  index_subjects(run)
  derive.name_phases(run)
  local level, names = run.level or run.confidence, {}
  run.rests_on = timing.of(run)
  for i, event in ipairs(run.events) do names[i] = event.asked end
  for _, cell in ipairs(run.cells) do
    cell.rests_on = timing.between(run.rests_on, cell)
    cell.time, cell.cpu = estimate.of(cell, level, cell.rests_on), estimate.cpu(cell, level)
    cell.marked = estimate.marked(cell, cell.rests_on)
    cell.first = estimate.first(cell, level)
    cell.speedup, cell.efficiency, cell.speedup_cpu, cell.speedup_mean = nil, nil, nil, nil
    ratios(run, cell, level)
    counts(run, cell, metric_list, names, level)
  end
  for _, subject in ipairs(run.subjects) do
    local own = {}
    for _, cell in ipairs(run.cells) do
      if cell.subject == subject.name then own[#own + 1] = cell end
    end
    subject.start = estimate.of_processes(own, "start_ns", level)
    subject.load = estimate.of_processes(own, "load_ns", level)
  end
  local function valid(cell) return derive.valid(run, cell) end
  run.comparisons = beside.add(run, compare.inside(run, valid))
  run.scaling = scaling.of(run, valid)
  run.metrics = metric_rows(run, metric_list)
  model.derive(run, valid)
  return run
end

function derive.run(run, metric_list) return estimate.at_rest(derive_all, run, metric_list) end

local function half_width(interval)
  if not interval or not interval.low then return math.huge end
  return (interval.high - interval.low) / 2 / interval.median
end

-- Is every interval that a verdict rests on as narrow as asked? For the looks of payoff.run.plan.
function derive.precise_enough(run, level, precision)
  index_subjects(run)
  for _, cell in ipairs(run.cells) do
    if derive.valid(run, cell) then
      local base = derive.baseline(run, cell)
      local kind = timing.between(timing.of(run), cell, base or cell)
      local interval = cell.baseline and estimate.of(cell, level, kind)
        or base and estimate.ratio(base, cell, level, 1, kind)
      if half_width(interval) > precision then return false end
    end
  end
  return true
end

return derive
