-- decompose: a speed-up as a product: fewer instructions × better IPC × clock × CPUs at once.
--
--   cell.decomposition = decompose.cell(run, cell, base)
--   --> { text = "560× = 410× fewer instructions × 1.30 better IPC × 1.05 clock", terms = {…} }
--
-- Time is instructions × cycles per instruction ÷ clock ÷ CPUs kept busy, so the ratio of two times
-- is the product of four ratios, in every block exactly. What is left over, since a block's time is
-- its fastest sample and its counts are sums, is a term of its own: `rest`. Without counters of
-- cycles the terms that need them are one, and the reason stands beside it. The terms multiply to
-- the speed-up that the table shows (profiler/base/stats_split.h).

local estimate = require "payoff.run.estimate"
local series = require "payoff.store.series"
local stats = require "payoff.native.stats"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local decompose = {}

-- name -> words for a ratio above 1, and below.
local words = {
  instructions = { "fewer instructions", "(more instructions)" },
  cpi = { "better IPC", "worse IPC" },
  clock = { "clock", "clock" },
  per_instruction = { "less time per instruction", "(more time per instruction)" },
  cpu = { "less CPU time", "(more CPU time)" },
  parallel = { "more CPUs at once", "(fewer CPUs at once)" },
  rest = { "unexplained", "unexplained" },
}
decompose.titles = {
  instructions = "fewer instructions", cpi = "better IPC (instructions per cycle)",
  clock = "clock frequency", per_instruction = "less time per instruction (IPC and clock)",
  cpu = "less CPU time", parallel = "more CPUs at once", rest = "what no counter explains",
}

local function event_index(run, asked)
  for index, event in ipairs(run.events) do
    if event.asked == asked then return index, event end
  end
end

local function bracket_of(run, cell, index)
  for _, subject in ipairs(run.subjects) do
    local counts = subject.name == cell.subject and subject.bracket and subject.bracket.counts
    if counts and counts[index] then return counts[index].estimate or 0 end
  end
  return 0
end

-- The same of samples in columns.
local function sums_of_series(run, cell, own, kind)
  local names, overhead, out = {}, {}, {}
  for index, event in ipairs(run.events) do
    names[index] = (event.asked == "instructions" or event.asked == "cycles") and event.asked
      or "other " .. index
    overhead[index] = bracket_of(run, cell, index)
  end
  for _, sum in ipairs(own.columns:sums(names, cell.marked and cell.marked.left_out, overhead,
    kind)) do
    sum.wall, sum.cpu = kind == "cpu" and sum.cpu_ns or sum.wall_ns, sum.cpu_ns
    out[sum.block] = sum
  end
  return out
end

-- block -> what its samples add up to, by the time that the comparison rests on; a field is nil
-- where one of them lacks it.
local function sums_of(run, cell, kind)
  local own, elapsed = series.of(cell), estimate.elapsed(cell, kind)
  if own then return sums_of_series(run, cell, own, kind) end
  local out, left_out = {}, cell.marked and cell.marked.left_out
  local wanted = { instructions = event_index(run, "instructions"),
    cycles = event_index(run, "cycles") }
  for _, sample in ipairs(cell.samples) do
    local elapsed_ns, good = elapsed(sample)
    if good or not left_out then
      local sum = out[sample.block]
        or { wall = 0, cpu = 0, loops = 0, instructions = 0, cycles = 0 }
      out[sample.block] = sum
      sum.wall, sum.loops = sum.wall + elapsed_ns, sum.loops + sample.loops
      sum.cpu = sum.cpu and sample.cpu_ns and sum.cpu + sample.cpu_ns
      for name in pairs { instructions = 1, cycles = 1 } do
        local index = wanted[name]
        local reading = index and sample.counts and sample.counts[index]
        local count = reading and reading.estimate
        count = count and count - bracket_of(run, cell, index)
        sum[name] = sum[name] and count and count > 0 and sum[name] + count or nil
      end
    end
  end
  for _, sum in pairs(kind == "cpu" and out or {}) do sum.wall = sum.cpu or sum.wall end
  return out
end

local function simulated_per_run(cell)
  local counted = cell.simulated
  return counted and counted.count and counted.count > 0 and counted.count / counted.loops or nil
end

-- The logarithms of one block's factors, in order; nil where that cannot be worked out.
local kinds = {
  hardware = { needs = { "instructions", "cycles", "cpu" }, names = { "instructions", "cpi",
    "clock", "parallel" }, factors = function(b, c)
      return { (b.instructions / b.loops) / (c.instructions / c.loops),
        (b.cycles / b.instructions) / (c.cycles / c.instructions),
        (c.cycles / c.cpu) / (b.cycles / b.cpu), (c.cpu / c.wall) / (b.cpu / b.wall) }
    end },
  instructions = { needs = { "instructions", "cpu" }, names = { "instructions", "per_instruction",
    "parallel" }, factors = function(b, c)
      return { (b.instructions / b.loops) / (c.instructions / c.loops),
        (b.cpu / b.instructions) / (c.cpu / c.instructions), (c.cpu / c.wall) / (b.cpu / b.wall) }
    end },
  simulated = { needs = { "cpu" }, names = { "instructions", "per_instruction", "parallel" },
    factors = function(b, c, counted)
      return { counted, (b.cpu / b.loops) / (c.cpu / c.loops) / counted,
        (c.cpu / c.wall) / (b.cpu / b.wall) }
    end },
  cpu = { needs = { "cpu" }, names = { "cpu", "parallel" }, factors = function(b, c)
      return { (b.cpu / b.loops) / (c.cpu / c.loops), (c.cpu / c.wall) / (b.cpu / b.wall) }
    end },
}

local function has(sum, needs)
  for _, name in ipairs(needs) do
    if not sum or not sum[name] or sum[name] <= 0 then return false end
  end
  return sum.loops > 0 and sum.wall > 0
end

-- One list of logarithms per factor, the rest's last; one value per block that has everything.
local function logs_of(kind, base, cell, sums, counted)
  local times_b = estimate.block_map(base, sums.time)
  local times_c = estimate.block_map(cell, sums.time)
  local blocks, lists = {}, {}
  for block in pairs(times_b) do
    local both = has(sums.base[block], kind.needs) and has(sums.cell[block], kind.needs)
    if times_c[block] and both then
      blocks[#blocks + 1] = block
    end
  end
  table.sort(blocks)
  for k = 1, #kind.names + 1 do lists[k] = {} end
  for i, block in ipairs(blocks) do
    local left = math.log(times_b[block] / times_c[block])
    for k, factor in ipairs(kind.factors(sums.base[block], sums.cell[block], counted)) do
      lists[k][i] = math.log(factor)
      left = left - lists[k][i]
    end
    lists[#lists][i] = left
  end
  return lists, #blocks
end

local function exponent(interval)
  return { median = math.exp(interval.estimate), low = interval.low and math.exp(interval.low),
    high = interval.high and math.exp(interval.high), level = interval.level, n = interval.n,
    reason = interval.reason }
end

local function state_of(run, cell, base, name)
  local index = event_index(run, name)
  for _, one in ipairs { cell, base } do
    local counted = index and one.per_task and one.per_task[index]
    if counted and counted.state ~= "exact" then return counted.state end
  end
  return "exact"
end

-- Where a term comes from, how exact that is, and what to know about it.
local function provenance(run, cell, base, kind_name, name)
  if name == "rest" then
    return { source = "computed", state = "exact", reason = "a block's time is that of its fastest "
      .. "sample, its counts are those of all" }
  elseif name == "parallel" or name == "cpu" then
    return { source = "software", state = "exact" }
  elseif kind_name == "simulated" then
    return { source = name == "instructions" and "simulated" or "computed", state = "exact",
      reason = cell.simulated.reason }
  end
  local _, event = event_index(run, name == "instructions" and name or "cycles")
  local user = event and event.name:match(":u$") and "counted in user mode only"
  if user and name == "clock" then
    user = user .. ": time in the kernel counts as a slower clock"
  end
  return { source = event and event.source or "hardware", reason = user,
    state = state_of(run, cell, base, name == "instructions" and name or "cycles") }
end

-- Why cycles, or instructions, are no terms here.
local function why_not(run)
  for _, name in ipairs { "cycles", "instructions" } do
    local _, event = event_index(run, name)
    if not event then return name .. " were not asked for" end
    if event.state ~= "exact" and event.state ~= "scaled" then
      return event.reason or name .. " are not counted here"
    end
  end
  return "not every process of these rows has counts"
end

local function is_one(ratio) return ratio > 0.995 and ratio < 1.005 end

local waiting = { "less waiting", "(more waiting)" }

local function word(term, serial, ratio)
  local both = serial and term.name == "parallel" and waiting or words[term.name]
  return both[ratio >= 1 and 1 or 2]
end

local function text_of(total, terms, serial, reason)
  local parts = {}
  for i, term in ipairs(terms) do
    local ratio = term.ratio.median
    if not is_one(ratio) then
      local form = #parts == 0 and units.ratio or units.number
      parts[#parts + 1] = ("%s %s"):format(form(ratio), word(term, serial, ratio))
    elseif i == 1 and term.name == "instructions" then
      parts[1] = "1.00 as many instructions"
    end
  end
  local product = #parts > 0 and table.concat(parts, " × ") or "1"
  local text = ("%s = %s"):format(units.ratio(total), product)
  return reason and ("%s (not decomposed further here, because of this: %s)"):format(text,
    (reason:gsub("[%s.]+$", ""))) or text
end

-- nil for what has no speed-up.
function decompose.cell(run, cell, base)
  if not base or base == cell or not cell.speedup or not cell.speedup.median then return nil end
  local time = timing.between(timing.of(run), base, cell)
  local sums = { base = sums_of(run, base, time), cell = sums_of(run, cell, time), time = time }
  local own, theirs = simulated_per_run(cell), simulated_per_run(base)
  local counted, chosen, lists, blocks = own and theirs and theirs / own, nil, nil, 0
  for _, name in ipairs { "hardware", "instructions", "simulated", "cpu" } do
    if blocks == 0 and (name ~= "simulated" or counted) then
      chosen, lists, blocks = name, logs_of(kinds[name], base, cell, sums, counted)
    end
  end
  local out = { over = base.id, kind = chosen, terms = {},
    reason = chosen ~= "hardware" and why_not(run) or nil }
  if blocks == 0 then
    out.kind, out.reason = "none", "the CPU time of these rows is not known"
    return out
  end
  local split = stats.split(lists, math.log(cell.speedup.median), run.level or run.confidence)
  for k, interval in ipairs(split) do
    local name = kinds[chosen].names[k] or "rest"
    local term = provenance(run, cell, base, chosen, name)
    local waits = name == "parallel" and cell.mode == "serial"
    term.name, term.title = name, waits and "less waiting for a CPU, I/O or others"
      or decompose.titles[name]
    term.ratio, term.log = exponent(interval), interval.estimate
    out.terms[k] = term
  end
  local serial = cell.mode == "serial"
  out.text = text_of(cell.speedup.median, out.terms, serial)
  out.sentence = text_of(cell.speedup.median, out.terms, serial, out.reason)
  return out
end

return decompose
