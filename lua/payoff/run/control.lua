-- control: a negative control in every block: one fixed native loop (profiler/workers/native/
-- control.h) that has nothing to do with any subject. When its time moves from block to block, the
-- machine did, and the run is contaminated: paired comparisons still hold, times do less.
--
--   local it = control.new()
--   control.measure(it, context)             -- once per block, in a process of its own
--   run.control = control.judge(it.values, 0.95)
--   --> { state = "steady" | "contaminated" | "unknown", text, change, interval, measured = {…} }
--
-- A block's value is the fastest of its samples: what is left of the machine's mood when passing
-- disturbances are gone. It has moved when the values change their level by more than `tolerance`
-- (change points, profiler/base/stats_changepoint.h), or scatter so that the interval of their
-- median reaches further than that.
--
-- PAYOFF_SPOIL_CONTROL=4 in the environment is for tests: from block 4 on the loop has twice as
-- many steps, which looks like a machine at half its speed; the run's warnings say so.

local session = require "payoff.run.session"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"
local units = require "payoff.units"

local control = {}

control.tolerance = 0.02
control.samples = 5
local steps = 1 << 20 -- some ms
local fewest = 6

local function tasks_of(count) return { { "t", { "i", tostring(count) } } } end

-- values: of the blocks that were measured before the run was resumed.
function control.new(values)
  local of = { name = "control", kind = "native", library = "payoff:control", symbol = "spin",
    signature = "int64(int64)" }
  local cell = {
    id = "control/serial/1/warm/1", subject = "control", of = of, mode = "serial", jobs = 1,
    start = "warm", size = 1, tasks = 1, loops = 1, samples = {}, warming = {}, baseline = false,
    workload = { size = 1, tasks = tasks_of(steps) },
    verdict = { state = "unmeasured", text = "the control" },
  }
  return { values = values or {}, cell = cell,
           spoilt_from = tonumber(sys.environ().PAYOFF_SPOIL_CONTROL) }
end

-- context: as for payoff.run.session. A control that fails is told, and asked no more; a block that
-- was begun before the run was resumed may have its value already.
function control.measure(it, context)
  local last = it.values[#it.values]
  if it.reason or last and last.block >= context.block then return end
  if it.spoilt_from and context.block >= it.spoilt_from then
    it.cell.workload.tasks = tasks_of(2 * steps)
  end
  context.recorder, context.repeats, context.samples = nil, nil, control.samples
  context.expected = nil
  local outcome = session.run(it.cell, context)
  it.process_s = outcome.seconds
  local best
  for _, sample in ipairs(outcome.samples) do best = math.min(best or math.huge, sample.wall_ns) end
  if best then
    it.values[#it.values + 1] = { block = context.block, wall_ns = best }
  else
    it.reason = outcome.verdict and outcome.verdict.text or "it could not be measured"
  end
end

local function percent(share) return ("%.1f %%"):format(share * 100) end

-- The greatest change of level, and the block with which it came: nil where there is none.
local function change_of(values)
  local logs = {}
  for i, value in ipairs(values) do logs[i] = math.log(value.wall_ns) end
  local stretches = stats.warmup(logs, { tolerance = control.tolerance }).stretches
  local change, at = 0, nil
  for i = 2, #stretches do
    local step = stretches[i].level - stretches[i - 1].level
    if math.abs(step) > math.abs(change) then
      change, at = step, values[stretches[i].first].block
    end
  end
  return math.exp(change) - 1, at
end

-- values: { {block, wall_ns}, … }; reason: why there are no more.
function control.judge(values, level, reason)
  local out = { measured = values, tolerance = control.tolerance }
  if #values < fewest then
    out.state = "unknown"
    out.text = ("The control kernel was measured in %d block%s, and it takes %d to see whether the "
      .. "machine moved%s."):format(#values, #values == 1 and "" or "s", fewest,
      reason and " (" .. reason .. ")" or "")
    return out
  end
  local list = {}
  for i, value in ipairs(values) do list[i] = value.wall_ns end
  out.interval = stats.median_interval(list, level)
  out.interval.unit = "ns"
  local change, at = change_of(values)
  local reach = out.interval.low and math.max(out.interval.high / out.interval.median - 1,
    1 - out.interval.low / out.interval.median) or 0
  if math.abs(change) > control.tolerance then
    out.state, out.change, out.since_block = "contaminated", change, at
    out.text = ("This run is contaminated: the control kernel, which always does the same, took "
      .. "%s %s from block %d on. The machine itself changed."):format(percent(math.abs(change)),
      change > 0 and "more" or "less", at)
  elseif reach > control.tolerance then
    out.state = "contaminated"
    out.text = ("This run is contaminated: the control kernel, which always does the same, took %s "
      .. "over the blocks. The machine was not steady to within ±%s.")
      :format(units.interval(out.interval, units.time), percent(control.tolerance))
  else
    out.state = "steady"
    out.text = ("The control kernel, which always does the same, stayed within ±%s over %d blocks.")
      :format(percent(math.max(reach, 0.001)), #values)
  end
  return out
end

return control
