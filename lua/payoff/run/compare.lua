-- compare: is one faster than another? A verdict in words, with the effect and its interval.
--
--   compare.inside(run, valid)                  --> run.comparisons' value: ports against the
--                                                   reference, and the best port against the next
--   compare.judge(items, options)               -- fills state, interval and p (payoff.run.between)
--
-- A comparison is { state, interval, p, text }: state is "faster", "slower", "equal" (within
-- ±margin) or "unresolved"; the interval is of the ratio of times, new over old, so below 1 is
-- faster. Inside a run times are paired by block; two runs are payoff.run.between's.
--
-- Two that are the same must not be called different in more than one case of a hundred, and an
-- interval of 95 % leaves out the truth in five. So "faster" and "slower" ask for both: the
-- interval that is shown leaves out 1, and a test of "the two do not differ" has p ≤ 0.01. Paired:
-- Wilcoxon's signed ranks, or with so few blocks that it cannot reach that, Student's test; two
-- runs: the rank sums of Mann and Whitney. "Equal" is proven by the interval within the margin
-- (the two one-sided tests, here with the wider two-sided interval).
--
-- Many comparisons make a false one likely, so the rows of two runs share the error (Holm): p is
-- adjusted within its family. The interval that is shown is not adjusted. Inside a run each
-- comparison stands alone, as its row does in the table.

local cells = require "payoff.run.cells"
local estimate = require "payoff.run.estimate"
local stats = require "payoff.native.stats"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local compare = {}

compare.margin = 0.01

-- The most that "different" may err where nothing differs.
compare.error = 0.01

-- What of it this run may spend now: as much as its intervals may of theirs (payoff.run.plan).
function compare.error_of(run)
  local allowed, spent = 1 - run.confidence, 1 - (run.level or run.confidence)
  return math.min(compare.error, allowed) * (allowed > 0 and math.min(1, spent / allowed) or 1)
end

-- The smallest error at which `holds(interval)`; 1 when there is none up to one half.
local function smallest_error(interval_at, holds)
  local function at(exponent) return holds(interval_at(1 - 10 ^ exponent)) end
  local high, low = math.log(0.5, 10), -9.0
  if not at(high) then return 1 end
  if at(low) then return 10 ^ low end
  for _ = 1, 24 do
    local middle = (low + high) / 2
    if at(middle) then high = middle else low = middle end
  end
  return 10 ^ high
end

-- Of a ratio of times: is it surely more than so many times as long, or as short?
function compare.is_beyond(interval, factor)
  return interval.low ~= nil and (interval.low > factor or interval.high < 1 / factor)
end

function compare.leaves_out_one(interval) return compare.is_beyond(interval, 1) end

local leaves_out_one = compare.leaves_out_one

-- Did it surely change, and in the direction of the other?
function compare.is_confirmed(interval, other)
  return leaves_out_one(interval) and (interval.median > 1) == (other.median > 1)
end

local function state_of(item, error, different)
  if item.p_equal <= error then return "equal", item.p_equal end
  if item.p_different <= different and leaves_out_one(item.interval) then
    return item.interval.median < 1 and "faster" or "slower", item.p_different
  end
  return "unresolved", math.min(item.p_equal, item.p_different)
end

-- items: { { interval_at = function(level) … end, test = function() return p end }, … }, a family.
-- Fills interval, state and p. options: level; error (of "different"); margin; `alone`: no error
-- is shared.
function compare.judge(items, options)
  local different, equal = {}, {}
  local low, high = 1 / (1 + options.margin), 1 + options.margin
  for i, item in ipairs(items) do
    item.interval = item.interval_at(options.level)
    different[i] = item.interval.low and item.test() or 1
    equal[i] = smallest_error(item.interval_at, function(interval)
      return stats.relation(interval, 1, low, high) == "equivalent"
    end)
  end
  if not options.alone then different, equal = stats.holm(different), stats.holm(equal) end
  for i, item in ipairs(items) do
    item.p_different, item.p_equal, item.interval_at, item.test = different[i], equal[i], nil, nil
    item.state, item.p = state_of(item, 1 - options.level, options.error)
  end
  return items
end

local function inverse(interval)
  return { median = 1 / interval.median, low = interval.low and 1 / interval.high,
           high = interval.low and 1 / interval.low }
end

-- Of a ratio of times: "560× as fast [540, 571]", "3.2 % less time [2.1, 4.0]".
function compare.effect(interval)
  local ratio = interval.median
  if not ratio then return "no times to compare" end
  if ratio < 0.8 or ratio > 1.25 then
    local text, low_high = (ratio < 1 and units.interval(inverse(interval), units.ratio)
      or units.interval(interval, units.ratio)):match("^(%S+)%s*(.*)$")
    return ("%s as %s%s"):format(text, ratio < 1 and "fast" or "slow",
      low_high ~= "" and " " .. low_high or "")
  end
  local sign = ratio < 1 and -1 or 1
  local change = { median = sign * (ratio - 1) * 100 }
  if interval.low then
    change.low = sign * ((sign < 0 and interval.high or interval.low) - 1) * 100
    change.high = sign * ((sign < 0 and interval.low or interval.high) - 1) * 100
  end
  local middle, rest = units.interval(change, units.number):match("^(%S+)%s*(.*)$")
  return ("%s %% %s time%s"):format(middle, sign < 0 and "less" or "more",
    rest ~= "" and " " .. rest or "")
end

local function margin_text(margin) return ("within ±%.3g %%"):format(margin * 100) end

local function sentence(item, margin)
  local effect = compare.effect(item.interval)
  if item.state == "equal" then
    return ("%s and %s are equal %s (%s)"):format(item.name, item.over_name, margin_text(margin),
      effect)
  elseif item.state == "unresolved" then
    local why = not item.interval.low and "; too few processes for an interval"
      or item.crowded and "; the CPUs were busy, and CPU time does not show it"
      or leaves_out_one(item.interval) and "; a difference must be surer than this" or ""
    return ("whether %s is faster than %s is unresolved (%s%s)"):format(item.name,
      item.over_name, effect, why)
  end
  return ("%s is %s than %s: %s"):format(item.name, item.state, item.over_name, effect)
end

-- From so many pairs on the signed ranks can reach p ≤ 0.01, also at one look of several.
local rank_pairs = 9

-- Of the log ratios of pairs: how likely they are where the two do not differ.
function compare.p_different(logs)
  return #logs < rank_pairs and stats.student(logs) or stats.signed_rank(logs)
end

local function paired_test(first, second)
  return function()
    local logs = {}
    for i, x in ipairs(first) do logs[i] = math.log(x / second[i]) end
    return compare.p_different(logs)
  end
end

-- time: what the run rests on (payoff.run.timing).
local function paired(kind, cell, over, time)
  local first, second = estimate.pairs(cell, over, timing.between(time, cell, over))
  return {
    kind = kind, size = cell.size, cell = cell.id, over = over.id,
    subject = cell.subject, name = cells.describe(cell), over_name = cells.describe(over),
    first = cell, second = over,
    interval_at = function(level) return stats.paired_ratio(first, second, level) end,
    test = paired_test(first, second),
  }
end

-- Where samples of bad moments had to be used, elapsed time is largely how often a row had to wait,
-- and that is not the same for samples of different lengths: of 60 comparisons of the same on a
-- busy machine 4 were called different, by up to a factor of 2. So there CPU time must say it too,
-- or the difference be beyond all that.
local beyond_waiting = 4

local function is_crowded(cell) return cell.marked ~= nil and not cell.marked.left_out end

local function hold_back(item, level)
  local cell, over = item.first, item.second
  item.first, item.second = nil, nil
  if item.state ~= "faster" and item.state ~= "slower" then return end
  if not is_crowded(cell) and not is_crowded(over) then return end
  local interval, cpu = item.interval, estimate.ratio(cell, over, level, 1, "cpu")
  if compare.is_beyond(interval, beyond_waiting) then return end
  if cpu and compare.is_confirmed(cpu, interval) then return end
  item.state, item.crowded = "unresolved", true
end

-- The fastest valid row of each port, fastest port first.
local function best_of_ports(run, size, valid, reference)
  local best, list = {}, {}
  for _, cell in ipairs(run.cells) do
    if cell.size == size and cell.time and cell.subject ~= reference and valid(cell) then
      local known = best[cell.subject]
      if not known or cell.time.median < known.time.median then best[cell.subject] = cell end
    end
  end
  for _, cell in pairs(best) do list[#list + 1] = cell end
  table.sort(list, function(a, b)
    if a.time.median ~= b.time.median then return a.time.median < b.time.median end
    return a.id < b.id
  end)
  return list
end

-- Each port's fastest row against the serial reference, and the best port's against the next's.
-- valid(cell): may its time be compared?
function compare.inside(run, valid)
  local items, level, time = {}, run.level or run.confidence, timing.of(run)
  for _, base in ipairs(run.cells) do
    if base.baseline and valid(base) then
      local ports = best_of_ports(run, base.size, valid, base.subject)
      for _, cell in ipairs(ports) do items[#items + 1] = paired("reference", cell, base, time) end
      if ports[2] then items[#items + 1] = paired("next", ports[1], ports[2], time) end
    end
  end
  -- Each alone, as the rows of the table show them: six blocks resolve one comparison, and would
  -- resolve none of twelve that share the error.
  compare.judge(items, { level = level, error = compare.error_of(run), margin = compare.margin,
    alone = true })
  for _, item in ipairs(items) do
    hold_back(item, level)
    item.margin, item.text = compare.margin, sentence(item, compare.margin)
  end
  return items
end

local function names_of(comparisons, size, state)
  local names = {}
  for _, item in ipairs(comparisons) do
    if item.kind == "reference" and item.size == size and item.state == state then
      names[#names + 1] = item.subject
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

-- Sentences for the foot of a table: one for the ports against the reference, one for the best.
function compare.sentences(run)
  local out = {}
  for _, size in ipairs(run.sizes) do
    local parts, over, nearest = {}, nil, nil
    for _, item in ipairs(run.comparisons or {}) do
      if item.size == size.size and item.kind == "reference" then over = item.over_name end
      if item.size == size.size and item.kind == "next" then nearest = item.text end
    end
    for _, state in ipairs { "faster", "equal", "slower", "unresolved" } do
      local names = names_of(run.comparisons or {}, size.size, state)
      if names then parts[#parts + 1] = ("%s: %s"):format(state, names) end
    end
    local prefix = #run.sizes > 1 and ("size %s, "):format(size.size) or ""
    if over then
      out[#out + 1] = ("%sports at their best against %s: %s"):format(prefix, over,
        table.concat(parts, "; "))
    end
    if nearest then out[#out + 1] = ("%sbest against next: %s"):format(prefix, nearest) end
  end
  return out
end

return compare
