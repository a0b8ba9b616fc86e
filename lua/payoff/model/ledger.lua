-- ledger: what a port costs, beside what it brings: loading, starting workers, memory, disk, build,
-- CPU time, energy; and how many runs repay the build.
--
--   run.ledger = ledger.of(run, valid)
--   --> { { subject = "rust", load_ns = 1.2e6, build_s = 12.5, repaid = {median = 5, …},
--           reasons = { energy_j = "…" } }, … }
--
-- What is not known is nil, and `reasons` says why, by field.

local estimate = require "payoff.run.estimate"
local stats = require "payoff.native.stats"
local timing = require "payoff.run.timing"

local ledger = {}

-- The subject's serial row of the largest size, or its first row there.
local function main_cell(run, name, valid)
  local best
  for _, cell in ipairs(run.cells) do
    if cell.subject == name and valid(cell) and cell.time then
      local better = not best or cell.size > best.size
        or cell.size == best.size and cell.mode == "serial" and best.mode ~= "serial"
      if better then best = cell end
    end
  end
  return best
end

local function baseline(run, size)
  for _, cell in ipairs(run.cells) do
    if cell.baseline and cell.size == size then return cell end
  end
end

local function peak_rss(run, name)
  local most
  for _, cell in ipairs(run.cells) do
    local rss = cell.subject == name and cell.maxrss_bytes
    if rss and rss > 0 then most = math.max(most or 0, rss) end
  end
  return most
end

-- What starting the workers costs: a cold pool's time less a warm one's, by block, of most workers.
local function start_cost(run, name, valid, level)
  local warm, cold
  for _, cell in ipairs(run.cells) do
    if cell.subject == name and cell.mode == "process" and valid(cell) and cell.time then
      if cell.start == "warm" and (not warm or cell.jobs > warm.jobs) then warm = cell end
    end
  end
  for _, cell in ipairs(run.cells) do
    if warm and cell.subject == name and cell.mode == "process" and cell.start == "cold"
      and cell.jobs == warm.jobs and cell.size == warm.size and valid(cell) and cell.time then
      cold = cell
    end
  end
  if not cold then return nil, "no pool of processes was started cold and warm" end
  local a, b = estimate.pairs(cold, warm)
  if #a == 0 then return nil, "no block has both" end
  local list = {}
  for i = 1, #a do list[i] = a[i] - b[i] end
  local out = stats.median_interval(list, level)
  out.jobs, out.unit = warm.jobs, "ns"
  return out
end

-- What one run of the tasks saves, and how many runs repay the build.
local function repaid(base, cell, build_s, level, kind)
  local a, b = estimate.pairs(base, cell, timing.between(kind, base, cell))
  if #a == 0 then return nil end
  local saved = {}
  for i = 1, #a do saved[i] = a[i] - b[i] end
  local saving = stats.median_interval(saved, level)
  saving.unit = "ns"
  if not build_s then return saving end
  local function runs(ns) return ns and ns > 0 and build_s * 1e9 / ns or nil end
  local out = { median = runs(saving.median), low = runs(saving.high), high = runs(saving.low),
    level = saving.level, n = saving.n, reason = saving.reason }
  if not out.high and out.low then out.low, out.reason = nil, "it may save nothing" end
  if not out.median then return saving, nil, "it saves nothing" end
  return saving, out
end

-- Energy of the main row, of whatever metric the run has it by.
local function energy(run, cell)
  for _, metric in ipairs(run.metrics or {}) do
    if metric.name:match("energy") or metric.name:match("joule") then
      local value = cell and cell.metrics and cell.metrics[metric.name]
      if value and value.median then
        return { median = value.median, low = value.low, high = value.high, n = value.n,
          unit = metric.unit, title = metric.title, level = value.level }
      end
      return nil, metric.reason or "it was not measured for this row"
    end
  end
  return nil, "the experiment asks for no energy metric"
end

local function row_of(run, subject, valid, level)
  local cell = main_cell(run, subject.name, valid)
  local row = { subject = subject.name, reference = subject.reference or false, reasons = {},
    load_ns = subject.load_ns, rss_bytes = peak_rss(run, subject.name),
    file_bytes = subject.file_bytes, build_s = subject.build and subject.build.seconds,
    cell = cell and cell.id, size = cell and cell.size, cpu = cell and cell.cpu }
  local why = row.reasons
  row.start, why.start = start_cost(run, subject.name, valid, level)
  row.energy, why.energy = energy(run, cell)
  if not subject.load_ns then why.load_ns = subject.reason or "it was not loaded" end
  if not row.rss_bytes then why.rss_bytes = "no process of it ended in an orderly way" end
  if not row.file_bytes then why.file_bytes = "which file holds it is not known" end
  if not row.build_s then
    why.build_s = subject.build and "it was up to date and not built in this run"
      or "it needs no build"
  end
  if not row.cpu then why.cpu = "no valid row" end
  local base = cell and baseline(run, cell.size)
  if not subject.reference and base and valid(base) and base ~= cell then
    row.saved, row.repaid, why.repaid = repaid(base, cell, row.build_s, level,
      timing.of(run))
    if not row.repaid then why.repaid = why.repaid or why.build_s end
  end
  return row
end

function ledger.of(run, valid)
  local out, level = {}, run.level or run.confidence
  for i, subject in ipairs(run.subjects) do out[i] = row_of(run, subject, valid, level) end
  return out
end

return ledger
