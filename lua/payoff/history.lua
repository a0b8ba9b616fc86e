-- history: one row's time over the runs of a store, and where its level changed.
--
--   local list = history.of(models, { level = 0.95, cell = "c" })
--   --> { { cell = "c/serial/1/warm/1", name = "c, serial", series = { {
--             differences = {}, points = { {run = 3, id =, started =, commit =, median =, low =,
--             high =}, … }, stretches = { {first = 1, level = 5.1e6}, … } }, … } }, … }
--   history.sparkline({ 5, 5, 9 })  --> "▁▁█"
--
-- Only runs with the same fingerprint (processor, libc, compilers, interpreters) of the same
-- machine are one series; others are series of their own, with what differs from the newest. Change
-- points are those of stats_changepoint.c: exact segmentation with a bounded loss, so that one bad
-- run is no change; differences below 0.5 % are of no interest.

local cells = require "payoff.run.cells"
local estimate = require "payoff.run.estimate"
local fingerprint = require "payoff.fingerprint"
local machines = require "payoff.run.machines"
local stats = require "payoff.native.stats"
local store = require "payoff.store"
local clean_all = require("payoff.text").clean_all

local history = {}

history.MOST = 1024 -- values that are searched for changes, the newest
history.FEWEST = 5
local LEAST = 0.005

local BLOCKS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

-- On a logarithmic scale from the least to the largest value; alike ones are all low.
function history.sparkline(values)
  local low, high = math.huge, -math.huge
  for _, x in ipairs(values) do low, high = math.min(low, x), math.max(high, x) end
  local out = {}
  for i, x in ipairs(values) do
    local share = high > low * 1.001 and math.log(x / low) / math.log(high / low) or 0
    out[i] = BLOCKS[1 + math.floor(share * 7 + 0.5)]
  end
  return table.concat(out)
end

local function commit_of(model)
  local checkout = model.git and model.git.checkouts and model.git.checkouts[1]
  if not checkout or not checkout.commit then return nil end
  return checkout.commit:sub(1, 12) .. (checkout.dirty and "+" or "")
end

local RIGHT = { identical = true, within = true }

local function point_of(model, cell, level)
  if not RIGHT[cell.verdict and cell.verdict.state] then return nil end
  local time = estimate.time(cell, level)
  if not time or time.median <= 0 then return nil end
  return { run = model.run, id = model.id, started = model.started, commit = commit_of(model),
    median = time.median, low = time.low, high = time.high, n = time.n, model = model }
end

-- What keeps two runs of a subject from being compared.
local function differences(a, b, subject)
  local list = fingerprint.compare(a.fingerprint, b.fingerprint, subject)
  for _, text in ipairs((machines.compare(a.machine, b.machine))) do
    list[#list + 1] = text
  end
  return list
end

-- The runs of the newest's fingerprint first, then others in the order in which they appeared.
local function part(points, subject)
  local series = {}
  for i = #points, 1, -1 do
    local point, home = points[i], nil
    for _, one in ipairs(series) do
      if #differences(one.points[1].model, point.model, subject) == 0 then home = one break end
    end
    if not home then
      home = { points = {}, differences = series[1]
        and differences(series[1].points[1].model, point.model, subject) or {} }
      series[#series + 1] = home
    end
    table.insert(home.points, point)
  end
  for _, one in ipairs(series) do
    local list = {}
    for i = math.min(#one.points, history.MOST), 1, -1 do list[#list + 1] = one.points[i] end
    one.points = list
  end
  return series
end

-- Nothing is concluded from fewer runs than `history.FEWEST`, nor from one odd run.
local function find_changes(one)
  local logs = {}
  for i, point in ipairs(one.points) do logs[i] = math.log(point.median) end
  one.stretches = {}
  local found = #logs >= history.FEWEST
    and stats.warmup(logs, { tolerance = LEAST, least = LEAST }).stretches or {}
  for i, stretch in ipairs(found) do
    local length = (found[i + 1] and found[i + 1].first or #logs + 1) - stretch.first
    if length > 1 then
      local first = #one.stretches == 0 and 1 or stretch.first
      table.insert(one.stretches, { first = first, level = math.exp(stretch.level) })
    end
  end
  for _, point in ipairs(one.points) do point.model = nil end
end

local function matches(cell, wanted)
  return wanted == nil or cell.id == wanted or cell.subject == wanted
    or cell.id:sub(1, #wanted + 1) == wanted .. "/"
end

-- models: runs of one experiment, oldest first, as the store loads them. options.cell: a row's id,
-- the beginning of one, or a subject.
function history.of(models, options)
  local order, of = {}, {}
  for _, model in ipairs(models) do
    for _, cell in ipairs(model.cells) do
      local point = matches(cell, options.cell) and point_of(model, cell, options.level)
      if point then
        local row = of[cell.id]
        if not row then
          row = { cell = cell.id, subject = cell.subject, name = cells.describe(cell), points = {} }
          of[cell.id], order[#order + 1] = row, row
        end
        table.insert(row.points, point)
      end
    end
  end
  for _, row in ipairs(order) do
    row.series = part(row.points, row.subject)
    row.points = nil
    for _, one in ipairs(row.series) do find_changes(one) end
  end
  return order
end

-- The newest runs of one experiment, without what was counted, oldest first: by when they began,
-- since a store that runs were merged into has them in another order.
function history.load(db, name, most)
  local chosen, models = {}, {}
  local all, message, code = db:runs()
  if not all then return nil, message, code end
  for _, run in ipairs(all) do
    if run.experiment.name == name then chosen[#chosen + 1] = run end
  end
  table.sort(chosen, function(a, b)
    local x, y = a.started or "", b.started or ""
    return x < y or x == y and a.run < b.run
  end)
  for i = math.max(1, #chosen - most + 1), #chosen do
    local model
    model, message, code = db:load(chosen[i].run, { samples = "times" })
    if not model then return nil, message, code end
    models[#models + 1] = clean_all(model, { samples = true, warming = true })
  end
  return models
end

-- So much of a store is read for a report, which is to be quick; `payoff history` reads all.
history.REPORT_RUNS, history.REPORT_SAMPLES = 30, 300000

-- Gives a run the history of its rows (run.history), where its store has other runs of the same
-- experiment. A store that cannot be read costs the section, not the report.
function history.attach(run, path)
  local db = path and store.open(path, { read_only = true })
  local all = db and db:runs()
  local samples, others = 0, 0
  for _, one in ipairs(all or {}) do
    if one.experiment.name == run.experiment.name then
      samples, others = samples + (one.samples or 0), others + 1
    end
  end
  if others > 1 and samples <= history.REPORT_SAMPLES then
    local models = history.load(db, run.experiment.name, history.REPORT_RUNS)
    run.history = models and history.of(models, { level = run.confidence })
  end
  if db then db:close() end
end

return history
