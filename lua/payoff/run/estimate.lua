-- estimate: samples -> numbers with intervals. The process is the unit of evidence.
--
--   estimate.time(cell, 0.95)       --> { median, low, high, level, n, unit = "ns" } | nil
--   estimate.ratio(over, under, 0.95)
--
-- Samples of one process are correlated, so a process counts once: with its fastest sample (noise
-- only ever adds time; Chen & Revels 2016). A block's value is the median over its processes.
-- Across blocks: the median and its interval from order statistics, whatever the distribution. Two
-- cells are compared block by block, as log ratios: what slowed the machine in one block slowed
-- both.

local noise = require "payoff.run.noise"
local passes = require "payoff.run.passes"
local series = require "payoff.store.series"
local stats = require "payoff.native.stats"

local estimate = {}

-- block -> process -> its fastest sample; `of(sample)` may return nil.
local function by_process(cell, of, keep)
  local blocks = {}
  for _, sample in ipairs(cell.samples) do
    local x = of(sample)
    if x and keep(sample) then
      local block = blocks[sample.block] or {}
      blocks[sample.block] = block
      local process = sample.process or 1
      block[process] = math.min(block[process] or x, x)
    end
  end
  return blocks
end

local function count(map)
  local n = 0
  for _ in pairs(map) do n = n + 1 end
  return n
end

local function unmarked(sample) return not sample.marked end
local function every() return true end

-- For times without the waits for a CPU, a moment in which one had to wait is no bad one.
local function undisturbed(sample)
  return not sample.marked or sample.marked:find("^waited for a CPU") ~= nil
end

local function has_marked(cell)
  for _, sample in ipairs(cell.samples) do
    if sample.marked then return true end
  end
  return false
end

-- Samples taken in a bad moment are left out, as long as half of the blocks still have others, and
-- not so many that there would be no interval any more: noise in it is better than none at all.
local function usable(cell, of, keep)
  local all = by_process(cell, of, every)
  if not has_marked(cell) then return all, true end
  local clean = by_process(cell, of, keep or unmarked)
  local enough = math.min(count(all), stats.needed(0.95))
  if 2 * count(clean) >= count(all) and count(clean) >= enough then return clean, true end
  return all, false
end

local function wall_per_run(sample) return sample.wall_ns / sample.loops end

local function cpu_per_run(sample) return sample.cpu_ns and sample.cpu_ns / sample.loops end

-- Elapsed time without what the worker stood in the queue for a CPU that others had. Of pools and
-- threads the kernel does not tell it.
local function own_per_run(sample)
  return (sample.wall_ns - (noise.waiting(sample) or 0)) / sample.loops
end

local kinds = { wall = wall_per_run, cpu = cpu_per_run, own = own_per_run }

-- What is known of a cell: of pools and threads no time of their own.
local function known(cell, kind)
  return kind == "own" and cell.mode ~= "serial" and "wall" or kind or "wall"
end

-- Which time of a cell is meant, and which samples are good for it.
local function reader(cell, kind)
  kind = known(cell, kind)
  return kinds[kind], kind == "own" and undisturbed or unmarked
end

-- (sample) -> its time per run, and whether it is good for that: for payoff.run.forecast.
function estimate.reading(cell, kind)
  local of, keep = reader(cell, kind)
  return function(sample) return of(sample), keep(sample) end
end

-- (sample) -> elapsed time as this kind has it, and whether the sample is good for it: what is
-- added up beside an estimate of the cell (payoff.model.decompose).
function estimate.elapsed(cell, kind)
  local own, _, keep = known(cell, kind) == "own", reader(cell, kind)
  return function(sample)
    return sample.wall_ns - (own and noise.waiting(sample) or 0), keep(sample)
  end
end

local function medians_by_block(cell, kind, all)
  local of, keep = reader(cell, kind)
  local values = {}
  for block, processes in pairs(all and by_process(cell, of, every) or usable(cell, of, keep)) do
    local list = {}
    for _, x in pairs(processes) do list[#list + 1] = x end
    values[block] = stats.median(list)
  end
  return values
end

local remembered -- what was made of which cell's samples, where these stay as they are

-- block -> the median over its processes, each with its fastest sample. all: also of blocks that
-- have none but marked ones. Not to be changed.
local function by_block(cell, kind, all)
  local own = series.of(cell)
  kind = known(cell, kind)
  if own then return own:times(kind, all).map end
  if not remembered then return medians_by_block(cell, kind, all) end
  local of_cell = remembered[cell] or {}
  remembered[cell] = of_cell
  local key = all and kind .. " of all" or kind
  of_cell[key] = of_cell[key] or medians_by_block(cell, kind, all)
  return of_cell[key]
end

-- Runs step(…), which measures nothing: what is made of the samples is made once.
function estimate.at_rest(step, ...)
  local before = remembered
  local _ <close> = setmetatable({}, { __close = function() remembered = before end })
  remembered = before or {}
  return step(...)
end

local function in_order(values)
  local blocks, list = {}, {}
  for block in pairs(values) do blocks[#blocks + 1] = block end
  table.sort(blocks)
  for i, block in ipairs(blocks) do list[i] = values[block] end
  return list
end

local function interval(values, level, unit)
  local list = in_order(values)
  if #list == 0 then return nil end
  local out = stats.median_interval(list, level)
  out.unit = unit
  return out
end

function estimate.time(cell, level)
  return interval(by_block(cell, "wall"), level, "ns")
end

function estimate.cpu(cell, level)
  return interval(by_block(cell, "cpu"), level, "ns")
end

-- kind: "wall" (default), "cpu", or "own": elapsed time without the waits for a CPU.
function estimate.of(cell, level, kind)
  return interval(by_block(cell, kind or "wall"), level, "ns")
end

-- block -> time: what a caller pairs with other things of the block.
function estimate.block_map(cell, kind) return by_block(cell, kind or "wall") end

-- One value per block, in order.
function estimate.list(cell, kind) return in_order(by_block(cell, kind or "wall")) end

-- How many samples are no good for times of this kind, and whether the estimates leave them out;
-- nil when all are good.
function estimate.marked(cell, kind)
  local own, marked = series.of(cell), 0
  if own then
    kind = known(cell, kind)
    marked = own.columns:marked(kind)
    return marked > 0
      and { samples = marked, of = #own, left_out = own:times(kind).left_out } or nil
  end
  local of, keep = reader(cell, kind)
  for _, sample in ipairs(cell.samples) do marked = marked + (keep(sample) and 0 or 1) end
  if marked == 0 then return nil end
  local _, left_out = usable(cell, of, keep)
  return { samples = marked, of = #cell.samples, left_out = left_out }
end

-- How many samples of how many a comparison cannot do without although they were taken in bad
-- moments; nil where enough others are left, or none is marked.
function estimate.spoilt(cell, kind)
  local of, keep = reader(cell, kind)
  if kind == "cpu" then keep = undisturbed end
  local spoilt = 0
  for _, sample in ipairs(cell.samples) do spoilt = spoilt + (keep(sample) and 0 or 1) end
  if spoilt == 0 then return nil end
  local _, left_out = usable(cell, of, keep)
  return not left_out and spoilt or nil, #cell.samples
end

local function in_pairs(a, b)
  local blocks, x, y = {}, {}, {}
  for block in pairs(a) do
    if b[block] then blocks[#blocks + 1] = block end
  end
  table.sort(blocks)
  for i, block in ipairs(blocks) do x[i], y[i] = a[block], b[block] end
  return x, y
end

-- The values of those blocks that both have, as two lists. Where each has enough good blocks, but
-- too few that are good of both, all are taken, as with one row (`usable`).
function estimate.pairs(first, second, kind)
  kind = kind or "wall"
  local x, y = in_pairs(by_block(first, kind), by_block(second, kind))
  if #x >= stats.needed(0.95) then return x, y end
  local all_x, all_y = in_pairs(by_block(first, kind, true), by_block(second, kind, true))
  if #all_x > #x then return all_x, all_y end
  return x, y
end

-- How many times as fast `under` is as `over`, paired by block; divided by `workers`.
function estimate.ratio(over, under, level, workers, kind)
  local first, second = estimate.pairs(over, under, kind)
  if #first == 0 then return nil end
  for i, x in ipairs(first) do first[i] = x / (workers or 1) end
  return stats.paired_ratio(first, second, level)
end

-- block -> the mean over its processes of the mean over their samples; of marked ones as `usable`.
local function means_by_block(cell, kind)
  local own, of, keep = series.of(cell), reader(cell, kind)
  if own then return own:means(known(cell, kind)) end
  local _, left_out = usable(cell, of, keep)
  local sums = {}
  for _, sample in ipairs(cell.samples) do
    local x = of(sample)
    if x and not (left_out and not keep(sample)) then
      local block = sums[sample.block] or {}
      sums[sample.block] = block
      local process = block[sample.process or 1] or { sum = 0, n = 0 }
      block[sample.process or 1] = process
      process.sum, process.n = process.sum + x, process.n + 1
    end
  end
  local values = {}
  for block, processes in pairs(sums) do
    local sum, n = 0, 0
    for _, process in pairs(processes) do sum, n = sum + process.sum / process.n, n + 1 end
    values[block] = sum / n
  end
  return values
end

-- The ratio of the mean times, over / under, as { estimate, low, high, … }: what the total costs,
-- with the collections of garbage that the fastest sample of a process does not show. Samples lie
-- within processes within blocks, and are drawn again at the top alone, as pairs of blocks: what
-- Davison & Hinkley (1997, section 3.8) advise for nested data.
function estimate.means(over, under, level, seed, kind)
  local a = means_by_block(over, kind or "wall")
  local b = means_by_block(under, kind or "wall")
  local blocks, first, second = {}, {}, {}
  for block in pairs(a) do
    if b[block] then blocks[#blocks + 1] = block end
  end
  if #blocks == 0 then return nil end
  table.sort(blocks)
  for i, block in ipairs(blocks) do first[i], second[i] = a[block], b[block] end
  return stats.means_ratio(first, second, { level = level, seed = seed, paired = true })
end

-- What the processes of a subject told once each: "start_ns", until the runtime answered, or
-- "load_ns", the import or dlopen.
function estimate.of_processes(cells, field, level)
  local list = {}
  for _, cell in ipairs(cells) do
    local own = series.of(cell)
    if own then table.move(own[field], 1, #own[field], #list + 1, list) end
    for _, samples in ipairs { cell.warming or {}, not own and cell.samples or nil } do
      for _, sample in ipairs(samples) do list[#list + 1] = sample[field] end
    end
  end
  if #list == 0 then return nil end
  local out = stats.median_interval(list, level)
  out.unit = "ns"
  return out
end

-- The first call of a process: { median, … } over the blocks; nil where it was not measured.
function estimate.first(cell, level)
  local own, first = series.of(cell), { samples = {} }
  for _, list in ipairs { cell.warming or {}, not own and cell.samples or nil } do
    for _, sample in ipairs(list) do
      if sample.first then table.insert(first.samples, sample) end
    end
  end
  if own and #first.samples == 0 then
    first.samples = own:first()
  elseif own then
    for _, sample in ipairs(own:first()) do table.insert(first.samples, sample) end
  end
  return estimate.time(first, level)
end

-- block -> counts per task; the first reading that is not exact; the first of all.
local function per_task_by_block(cell, index, overhead)
  local own, sums, worst = series.of(cell), {}, nil
  if own then
    return own:per_task(index, overhead, cell.tasks), own.worst[index], own.any[index]
  end
  for _, sample in ipairs(cell.samples) do
    local reading = sample.counts and sample.counts[index]
    if reading then
      if reading.state ~= "exact" and not passes.is_elsewhere(reading) then
        worst = worst or reading
      end
      if reading.estimate then
        local sum = sums[sample.block] or { events = 0, tasks = 0 }
        sum.events = sum.events + math.max(0, reading.estimate - overhead)
        sum.tasks = sum.tasks + sample.loops * cell.tasks
        sums[sample.block] = sum
      end
    end
  end
  local values = {}
  for block, sum in pairs(sums) do values[block] = sum.events / sum.tasks end
  return values, worst,
    cell.samples[1] and cell.samples[1].counts and cell.samples[1].counts[index]
end

-- One counter per task: the process's own mean over its samples, then the median over processes.
-- What the empty bracket counted (`bracket`, one reading) is taken off each sample, down to 0.
function estimate.per_task(cell, index, level, bracket)
  local values, worst, first = per_task_by_block(cell, index, bracket and bracket.estimate or 0)
  local out, any = interval(values, level), worst or first
  if not out then
    return any and { state = any.state, source = any.source, reason = any.reason } or nil
  end
  out.state, out.source = worst and worst.state or "exact", any.source
  if worst then out.reason = worst.reason end
  return out
end

-- What a simulator counted per task (payoff.run.simulate): one count of each cell, no interval.
function estimate.simulated(cell, name)
  local counted = cell.simulated
  if not counted then return nil end
  local out = { state = counted.state, source = counted.source, reason = counted.reason }
  local events = counted.totals and counted.totals[name]
  if events then
    out.median, out.n = events / (counted.loops * (counted.tasks or cell.tasks)), 1
    if counted.apart and counted.apart[name] then out.state = "scaled" end
  elseif counted.totals then
    out.state, out.reason = "not counted", "the simulator was not asked for it"
  end
  return out
end

-- A metric's value, computed per process from the sums over its samples.
function estimate.metric(cell, value, names, compute, level)
  local own, sums, values = series.of(cell), {}, {}
  if own then
    for _, sum in ipairs(own:sums(names)) do values[sum.block] = compute(value, sum) end
    return interval(values, level, value.unit)
  end
  for _, sample in ipairs(cell.samples) do
    local sum = sums[sample.block] or { wall_ns = 0, cpu_ns = 0, loops = 0 }
    sums[sample.block] = sum
    sum.loops = sum.loops + sample.loops
    sum.wall_ns = sum.wall_ns + sample.wall_ns
    for index, name in ipairs(names) do
      local reading = sample.counts and sample.counts[index]
      if reading and reading.estimate then sum[name] = (sum[name] or 0) + reading.estimate end
    end
  end
  for block, sum in pairs(sums) do values[block] = compute(value, sum) end
  return interval(values, level, value.unit)
end

return estimate
