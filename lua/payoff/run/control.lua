-- control: a negative control in every block: one fixed native loop (profiler/workers/native/
-- control.h) that has nothing to do with any subject. When its time moves from block to block, the
-- machine did, and the run is contaminated: paired comparisons still hold, times do less.
--
--   local it = control.new()
--   control.measure(it, context)             -- once per block
--   control.close(it)
--   run.control = control.judge(it.values, 0.95)
--   --> { state = "steady" | "contaminated" | "unknown", text, change, interval, measured = {…} }
--
-- A block's value is the fastest of a few samples: what is left of the machine's mood when passing
-- disturbances are gone. The loop lives in registers, so no layout moves it: one process, which
-- sleeps in between, serves the whole run, and a block's value costs some 1 ms.
--
-- What is called contaminated where nothing moved is known, one run of a hundred for each rule:
--   1. the level changed: a permutation test (payoff.run.drift) has p ≤ 0.01, and the change is
--      more than ±1 %, within which payoff calls two equal;
--   2. the machine was not steady: more of the blocks than one in four are further than 5 % from
--      the median, and so many more that a binomial test has p ≤ 0.01.
--
-- PAYOFF_SPOIL_CONTROL=4 in the environment is for tests: from block 4 on the loop has twice as
-- many steps, which looks like a machine at half its speed; the run's warnings say so.

local drift = require "payoff.run.drift"
local fault = require "payoff.fault"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"
local units = require "payoff.units"
local worker = require "payoff.native.worker"

local control = {}

control.error = 0.01       -- how often each rule may cry wolf
control.tolerance = 0.01   -- a smaller change is none
control.far = 0.05         -- a block is off when it is further from the median
control.share = 0.25       -- so many may be
control.samples = 4
local steps = 1 << 17 -- 0.15 ms on an AMD EPYC (Zen 4)
local fewest = 6

-- values: of the blocks that were measured before the run was resumed.
function control.new(values)
  local of = { name = "control", kind = "native", library = "payoff:control", symbol = "spin",
    signature = "int64(int64)" }
  return { values = values or {}, cell = { of = of, mode = "serial", jobs = 1 }, spent_s = 0,
           spoilt_from = tonumber(sys.environ().PAYOFF_SPOIL_CONTROL) }
end

-- A call of the worker; its failure is told once, and it is asked no more.
local function ask(it, ok, message, code)
  if code == "cancelled" then fault.raise("interrupted", "interrupted") end
  if not ok then it.reason = message or "it could not be measured" end
  return ok
end

local function start(it, context)
  local spec, reason = context.launcher:spec(it.cell.of, context.env)
  if not spec then return ask(it, nil, reason) end
  spec.timeout_s, spec.cpus = 60, context.cpus or context.all_cpus
  it.process = ask(it, worker.start(spec))
  return it.process and ask(it, it.process:call(context.launcher:load(it.cell.of), 60))
end

-- The fastest of a few samples, ns.
local function fastest(it, count)
  local best
  if count ~= it.count then
    local tasks = { { "t", { "i", tostring(count) } } }
    if not ask(it, it.process:call({ cmd = "prepare", tasks = tasks }, 60)) then return nil end
    it.count = count
  end
  local list = ask(it, it.process:run_list { samples = control.samples, loops = 1 })
  for _, sample in ipairs(list or {}) do
    best = math.min(best or math.huge, sample.wall_ns)
  end
  return best
end

-- context: as for payoff.run.session. A block that was begun before the run was resumed may have
-- its value already.
function control.measure(it, context)
  local last, began_s = it.values[#it.values], sys.monotonic_s()
  if it.reason or last and last.block >= context.block then return end
  if it.process or start(it, context) then
    local spoilt = it.spoilt_from and context.block >= it.spoilt_from
    local best = fastest(it, spoilt and 2 * steps or steps)
    if best then it.values[#it.values + 1] = { block = context.block, wall_ns = best } end
  end
  it.process_s = sys.monotonic_s() - began_s
  it.spent_s = it.spent_s + it.process_s
end

function control.close(it)
  if it.process then it.process:stop(5) end
  it.process = nil
end

local function percent(share) return ("%.1f %%"):format(share * 100) end

-- The relative change of level, the block with which it came, and how likely chance makes such a
-- one; nil where it is too small to matter.
local function change_of(values)
  local list, before, after = {}, {}, {}
  for i, value in ipairs(values) do list[i] = value.wall_ns end
  local p, at = drift.test(list)
  if not at or p > control.error then return nil end
  for i, x in ipairs(list) do table.insert(i < at and before or after, x) end
  local change = stats.median(after) / stats.median(before) - 1
  if math.abs(change) <= control.tolerance then return nil end
  return change, values[at].block, p
end

-- How many blocks are off, when they are too many to be chance.
local function off_blocks(list, median)
  local off = 0
  for _, x in ipairs(list) do
    if math.abs(x / median - 1) > control.far then off = off + 1 end
  end
  return stats.binomial(off, #list, control.share, "greater") <= control.error and off or nil
end

local function quiet_text(list, reach)
  local many = #list >= drift.needed
  return ("The control kernel, which always does the same, %s over %d blocks (its median is known "
    .. "to ±%s)%s."):format(many and "did not drift" or "showed nothing", #list, percent(reach),
    many and "" or ("; it takes %d to tell a drift from chance"):format(drift.needed))
end

-- values: { {block, wall_ns}, … }; reason: why there are no more.
function control.judge(values, level, reason)
  local out = { measured = values, tolerance = control.tolerance, error = control.error,
                steps = steps }
  if #values < fewest then
    out.state = "unknown"
    out.text = ("The control kernel was measured in %d block%s, and it takes %d to see whether the "
      .. "machine moved%s."):format(#values, #values == 1 and "" or "s", drift.needed,
      reason and " (" .. reason .. ")" or "")
    return out
  end
  local list = {}
  for i, value in ipairs(values) do list[i] = value.wall_ns end
  out.interval = stats.median_interval(list, level)
  out.interval.unit = "ns"
  local change, at, p = change_of(values)
  local off = off_blocks(list, out.interval.median)
  local reach = out.interval.low and math.max(out.interval.high / out.interval.median - 1,
    1 - out.interval.low / out.interval.median, 0.001) or 0
  if change then
    out.state, out.change, out.since_block, out.p = "contaminated", change, at, p
    out.text = ("This run is contaminated: the control kernel, which always does the same, took "
      .. "%s %s from block %d on. The machine itself changed."):format(percent(math.abs(change)),
      change > 0 and "more" or "less", at)
  elseif off then
    out.state = "contaminated"
    out.text = ("This run is contaminated: the control kernel, which always does the same, was "
      .. "more than %s off its median of %s in %d of %d blocks. The machine was not steady.")
      :format(percent(control.far), units.time(out.interval.median), off, #list)
  else
    out.state = #list < drift.needed and "unknown" or "steady"
    out.text = quiet_text(list, reach)
  end
  return out
end

return control
