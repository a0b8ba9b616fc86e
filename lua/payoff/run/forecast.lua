-- forecast: what the budget will bring, said after the first block and before all the others.
--
--   local spreads = forecast.spreads(cells, reading)    --> { [cell] = 0.03, … }
--   local f = forecast.new(cells, spreads, plan, { precision = 0.02, spent_s = 4 })
--   f.text      --> "27 blocks in about 55 s: about ±1.8 % on 9 rows and ±6 % on 2 (a guess …)"
--   f.bad, f.budget_s                                   -- what would do, in seconds
--   f.widths                                            -- false: too few blocks for intervals
--   forecast.before(cells, { budget_s = 3, spent_s = 0, level = 0.95 })
--   --> nil, or "3 s: too little for intervals, …", from what the check of each subject took
--
-- One block cannot show how blocks differ: this is a guess, and says so. It rests on how the
-- samples of a process differ, widened: on a shared virtual machine samples of one process had a
-- correlation of 0.57 (wall time), so that their own variance is less than half of all there is.

local units = require "payoff.units"

local forecast = {}

local correlation = 0.57

-- How many blocks it takes for an interval of a median: 6 for 95 %, 8 for 99 %. All of so few lie
-- on one side of it in 2 of 2^n cases.
function forecast.needed(level) return math.ceil(1 - math.log(1 - level, 2) - 1e-9) end

local function deviation(list)
  local sum, squares = 0, 0
  for _, x in ipairs(list) do sum = sum + x end
  for _, x in ipairs(list) do squares = squares + (x - sum / #list) ^ 2 end
  return math.sqrt(squares / (#list - 1))
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function elapsed()
  return function(sample) return sample.wall_ns / sample.loops, not sample.marked end
end

-- all: samples taken in a bad moment as well.
local function logs_of(cell, read, all)
  local logs = {}
  for _, sample in ipairs(cell.samples) do
    local ns, good = read(sample)
    if ns and ns > 0 and (all or good) then logs[#logs + 1] = math.log(ns) end
  end
  return logs
end

-- The spread (of log time) between blocks, guessed for each cell from its samples so far. That of
-- three samples is itself uncertain, so it is drawn halfway to the median of all; a cell with one
-- sample has just that. Empty when no cell has two samples. reading(cell): a function (sample) ->
-- the time that the run rests on, and whether the sample is good; elapsed time by default.
function forecast.spreads(cells, reading)
  local own, known, out = {}, {}, {}
  for _, cell in ipairs(cells) do
    local read = (reading or elapsed)(cell)
    local logs = logs_of(cell, read, false)
    if #logs < 2 then logs = logs_of(cell, read, true) end
    if #logs >= 2 then
      own[cell] = deviation(logs) / math.sqrt(1 - correlation)
      known[#known + 1] = own[cell]
    end
  end
  local middle = #known > 0 and median(known)
  for _, cell in ipairs(middle and cells or {}) do
    out[cell] = math.sqrt(((own[cell] or middle) ^ 2 + middle ^ 2) / 2)
  end
  return out
end

-- Two-sided normal quantile (Abramowitz and Stegun 26.2.23, to 0.0005).
local function quantile(level)
  local t = math.sqrt(-2 * math.log((1 - level) / 2))
  return t - (2.515517 + t * (0.802853 + t * 0.010328))
    / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
end

-- Relative half-width of the median over `blocks` of the log ratio to the baseline (of the time
-- itself for the baseline).
function forecast.width(cell, base, spreads, blocks, level)
  local variance = spreads[cell] ^ 2 / (cell.processes or 1)
  if base and base ~= cell and spreads[base] then
    variance = variance + spreads[base] ^ 2 / (base.processes or 1)
  end
  return math.exp(math.sqrt(math.pi / 2 * variance / blocks) * quantile(level)) - 1
end

local function rows(count) return count == 1 and "1 row" or count .. " rows" end

local function split(cells, spreads, plan, options)
  local base, good, bad, worst = {}, {}, {}, 0
  for _, cell in ipairs(cells) do
    if cell.baseline then base[cell.size] = cell end
  end
  for _, cell in ipairs(cells) do
    local over = base[cell.size] or cell
    local theirs = options.spreads_of and options.spreads_of(cell, over) or spreads
    local width = forecast.width(cell, over, theirs, plan.blocks, plan.level)
    table.insert(width <= options.precision and good or bad, width)
    worst = math.max(worst, width)
  end
  return good, bad, worst
end

local function widths_text(good, bad)
  local function part(list, noun)
    local width = median(list)
    return ("±%s %% on %s"):format(units.two_digits(width * 100), noun)
  end
  if #bad == 0 then return part(good, rows(#good)) end
  if #good == 0 then return part(bad, rows(#bad)) end
  return ("%s and %s"):format(part(good, rows(#good)), part(bad, tostring(#bad)))
end

-- A little more than it takes, in steps that people would say.
local function round_up(seconds)
  local step = seconds > 300 and 60 or seconds > 60 and 10 or 5
  return math.ceil(seconds / step) * step
end

forecast.round_up = round_up

-- Before anything is timed: will the budget bring intervals at all? options: budget_s, spent_s,
-- level.
function forecast.before(cells, options)
  local block_s = 0
  for _, cell in ipairs(cells) do block_s = block_s + (cell.of.check_s or 0) end
  local needed, left_s = forecast.needed(options.level), options.budget_s - options.spent_s
  if block_s * needed <= left_s then return nil end
  return ("%.4g s: too little for intervals, it seems: they need %d blocks of some %s s each; "
    .. "--budget %d would do"):format(options.budget_s, needed, units.two_digits(block_s),
    round_up(options.spent_s + needed * block_s))
end

-- options: precision, spent_s, done (blocks, default 1); spreads_of(cell, baseline): those of the
-- time that this comparison rests on, where it is not the one of all. nil when nothing can be said.
function forecast.new(cells, spreads, plan, options)
  local done = options.done or 1
  local takes_s = options.spent_s + math.max(0, plan.blocks - done) * plan.block_s
  local function budget(blocks) return round_up(options.spent_s + blocks * plan.block_s) end
  local needed = forecast.needed(plan.level)
  if plan.blocks < needed then
    return { bad = true, budget_s = budget(needed), text = ("%d block%s in about %.0f s: no "
      .. "intervals, which need %d; --budget %d would do"):format(plan.blocks,
      plan.blocks == 1 and "" or "s", takes_s, needed, budget(needed)) }
  end
  if not next(spreads) then return nil end
  local good, bad, worst = split(cells, spreads, plan, options)
  local out = { bad = #bad > 0, widths = true, text =
    ("%d blocks in about %.0f s: about %s (a guess from the spread in the first %s)"):format(
      plan.blocks, takes_s, widths_text(good, bad), done == 1 and "block" or "two blocks") }
  if out.bad then
    out.budget_s = budget(plan.blocks * (worst / options.precision) ^ 2)
    out.text = ("%s; ±%.2g %% everywhere would take about --budget %d"):format(out.text,
      options.precision * 100, out.budget_s)
  end
  return out
end

return forecast
