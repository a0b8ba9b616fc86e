-- session: one fresh process of one cell: start, load, prepare, measure, check, bury.
--
--   local outcome = session.run(cell, { launcher = …, plan = …, samples = 3, expected = value })
--   --> { samples = {…}, results = value, load_ns = …, runtime = {…}, verdict = {…}, seconds = … }
--
-- A failure at any step is a verdict, not an error: the run goes on with the next cell.

local crew = require "payoff.run.crew"
local estimate = require "payoff.run.estimate"
local fault = require "payoff.fault"
local passes = require "payoff.run.passes"
local repeating = require "payoff.run.repeating"
local sampling = require "payoff.run.sampling"
local stopwatch = require "payoff.run.stopwatch"
local sys = require "payoff.native.sys"
local taking = require "payoff.run.taking"
local timing = require "payoff.run.timing"
local value = require "payoff.native.value"
local verdict = require "payoff.run.verdict"
local warmup = require "payoff.run.warmup"
local worker = require "payoff.native.worker"

local session = {}

local function failed(outcome, cell, message, code, problem)
  if code == "cancelled" then
    fault.raise("interrupted", "interrupted")
  end
  outcome.verdict = verdict.of_failure(message, problem, cell)
  return false
end

-- One run of the worker, for no record.
local function measure(process, cell, outcome, loops)
  local list, message, code, problem = taking.measure(process, cell, outcome, loops, 1)
  if not list then return failed(outcome, cell, message, code, problem) end
  return list[1]
end

-- Finds how many loops make one sample long enough. Cold cells are always one loop: a pool that is
-- used once is what they measure. Frozen for the rest of the run.
local function calibrate(process, cell, context, outcome)
  if cell.start == "cold" or cell.loops then
    cell.loops = cell.loops or 1
    return true
  end
  local loops, best_ns, tries, target_ns = 1, math.huge, 0,
    sampling.target_ns(cell, context.energy)
  while true do
    local sample = measure(process, cell, outcome, loops)
    if not sample then return false end
    best_ns, tries = math.min(best_ns, math.max(sample.wall_ns / loops, 1)), tries + 1
    local long = sample.wall_ns >= target_ns / 2 or loops >= 1 << 24
    -- One loop that seems long enough is tried again, where that costs little.
    local doubtful = tries == 1 and sample.wall_ns < 10 * target_ns
    if long and not doubtful then break end
    if not long then
      local wanted = target_ns / best_ns
      -- At most a hundredfold at a time: the first call of a fresh process is not typical.
      loops = math.ceil(math.min(math.max(wanted, loops * 2), loops * 100))
    end
  end
  -- From the fastest of them: one that was disturbed ends the search with half as many loops, and
  -- the same function twice would have samples of different lengths, which a busy machine favours.
  cell.loops = loops == 1 and 1
    or math.max(1, math.min(1 << 24, math.floor(target_ns / best_ns + 0.5)))
  return true
end

local function open(cell, context, outcome)
  local spec, reason = context.launcher:spec(cell.of, context.env)
  if not spec then return failed(outcome, cell, reason) end
  spec.plan, spec.timeout_s, spec.cpus = context.plan, 60, context.cpus or context.all_cpus
  spec.brief = cell.of.runtime ~= nil
  local began_s = sys.monotonic_s()
  local process, message, code = worker.start(spec)
  if not process then return failed(outcome, cell, message, code) end
  outcome.start_ns = math.floor((sys.monotonic_s() - began_s) * 1e9)
  return process
end

local function load_subject(process, cell, context, outcome)
  local command = context.launcher:load(cell.of)
  local reply, message, code, problem = process:call(command, taking.timeout(cell, 1))
  if not reply then return failed(outcome, cell, message, code, problem) end
  outcome.load_ns, outcome.file = reply.load_ns, reply.file
  reply, message, code, problem = process:call(
    { cmd = "prepare", tasks = cell.workload.tasks }, taking.timeout(cell, 1))
  if not reply then return failed(outcome, cell, message, code, problem) end
  return true
end

-- What the bracket itself costs in this runtime: reading clock and counters around no work at all.
-- The least of a few is the cost without disturbance; it is shown, and taken off what is counted.
local function measure_bracket(process, cell, outcome)
  for _ = 1, 5 do
    local sample, message, code, problem = process:run {
      mode = "empty", jobs = 1, start = "warm", loops = 1,
    }
    if not sample then
      -- A worker of one's own may lack this mode: then it is not known. A dead one is a failure.
      return process:alive() or failed(outcome, cell, message, code, problem)
    end
    local least = outcome.bracket
    if not least or sample.wall_ns < least.wall_ns then
      outcome.bracket = { wall_ns = sample.wall_ns, cpu_ns = sample.cpu_ns, counts = sample.counts }
    end
  end
  return true
end

-- Samples of the record, how: as payoff.run.taking has it.
local function take(process, cell, context, outcome, how)
  local list, message, code, problem = taking.samples(process, cell, context, outcome, how)
  if not list then return failed(outcome, cell, message, code, problem) end
  return list
end

local function take_sample(process, cell, context, outcome, phase, loops)
  local list = take(process, cell, context, outcome, { phase = phase, loops = loops, count = 1 })
  return list and list[1]
end

-- A slow first call that needs nothing before it is a sample like the others. Whether that is so,
-- the first process of a cell tells where its warm-up was not studied, with one call more: were it
-- taken on trust, a subject whose first call makes a table would be timed with it or without it,
-- depending on which side of "slow" that call happened to be.
local first_share, dearer = 0.1, 1.5

local function can_try(cell, context)
  local cost_s = (cell.run_ns or cell.cost_ns or cell.of.check_ns or 0) / 1e9
  return cell.mode == "serial" and not cell.first_ns
    and (not context.budget_s or cost_s <= first_share * context.budget_s)
end

local function before_slow(process, cell, context, outcome)
  if can_try(cell, context) then
    local first = take_sample(process, cell, context, outcome, "first", 1)
    cell.first_ns = first and first.wall_ns
    return first ~= nil, 0
  end
  return true, cell.first_ns and cell.first_ns > dearer * cell.run_ns and 1 or 0
end

-- Whether the first call may stand before the samples on one command: where a sample is one loop,
-- of those that are taken together anyway.
local function can_join_first(process, cell, context)
  local most = taking.most(process, cell, context)
  return cell.mode == "serial" and cell.loops == 1 and sampling.next(sampling.of(context.samples),
    0, cell.run_ns or cell.cost_ns or 0, most - 1) > 1
end

-- The way to the steady state: the first call, and what else must come before. True, and whether
-- the first call is still to come, with the samples.
local function warm_up(process, cell, context, outcome)
  local before = warmup.before(cell)
  local slow = (cell.run_ns or cell.cost_ns or cell.of.check_ns or 0) > sampling.slow_ns
  if context.block == 0 or cell.start ~= "warm" then return true end
  if slow and before == 0 then
    local ok
    ok, before = before_slow(process, cell, context, outcome)
    if not ok or before == 0 then return ok end
  end
  if before <= 1 and can_join_first(process, cell, context) then return true, true end
  if cell.mode == "serial" then
    if not take_sample(process, cell, context, outcome, "first", 1) then return false end
    before = before - 1
  end
  return before <= 0 or take_sample(process, cell, context, outcome, "warming", before) ~= nil
end

local function take_samples(process, cell, context, outcome)
  local warm, after_first = warm_up(process, cell, context, outcome)
  if not warm then return false end
  local began_s = sys.monotonic_s()
  local message, code, problem
  outcome.crew, message, code, problem = crew.open(process, cell, context.plan,
    taking.timeout(cell, 1))
  if message then return failed(outcome, cell, message, code, problem) end
  if not calibrate(process, cell, context, outcome) then return false end
  outcome.extra_s = sys.monotonic_s() - began_s
  outcome.watch:lap("calibrate")
  local wanted, taken = sampling.of(context.samples), 0
  local sample_ns = (cell.run_ns or cell.cost_ns or 0) * cell.loops
  local most = taking.most(process, cell, context)
  local read = estimate.reading(cell, timing.between(context.time or timing.default, cell))
  repeat
    local count = sampling.next(wanted, taken, sample_ns, after_first and most - 1 or most)
    local list = take(process, cell, context, outcome, { count = count,
      after_first = after_first })
    if not list then return false end
    after_first = false
    repeating.see(cell, list, read)
    for _, sample in ipairs(list) do
      if repeating.is_worth(cell, sample, read)
        and context.repeats and context.repeats:pay(sample.wall_ns) then
        outcome.extra_s = outcome.extra_s + sample.wall_ns / 1e9
      else
        taken = taken + 1
      end
    end
  until sampling.enough(wanted, taken, outcome.samples, sample_ns, read)
  return true
end

local function check_results(process, cell, context, outcome)
  local results, message, code, problem = process:results(taking.timeout(cell, 1))
  if not results then return failed(outcome, cell, message, code, problem) end
  outcome.results = results
  if context.expected then
    local comparison
    comparison, message, code = value.compare(context.expected, results, context.tolerance)
    if not comparison then return failed(outcome, cell, message, code) end
    outcome.verdict = verdict.of_results(comparison, cell)
    outcome.task = comparison.task
  end
  return true
end

-- Many short samples from the first call on, in place of those that count.
local function study(process, cell, context, outcome)
  local most, waiting = taking.most(process, cell, context), {}
  outcome.study = warmup.study_once(function(phase, loops, ahead)
    if waiting[1] and waiting[1].loops == loops then return table.remove(waiting, 1) end
    waiting = take(process, cell, context, outcome,
      { phase = phase, loops = loops, count = math.min(ahead or 1, most) }) or {}
    return table.remove(waiting, 1)
  end, context.study_s, outcome.bracket or cell.of.bracket, context.study_loops,
    warmup.tolerance_of(cell.of))
  return outcome.study ~= nil and calibrate(process, cell, context, outcome)
end

-- What its first process told of its runtime, as long as further ones have the same.
local function runtime_of(process, subject)
  local known, now = subject.runtime, process:runtime()
  return known and known.name == now.name and known.version == now.version and known or now
end

local function steps(process, cell, context, outcome)
  outcome.runtime = runtime_of(process, cell.of)
  outcome.watch:lap("start")
  if not load_subject(process, cell, context, outcome) then return false end
  outcome.watch:lap("load")
  if not passes.has_bracket(cell.of.bracket)
    and not measure_bracket(process, cell, outcome) then
    return false
  end
  outcome.watch:lap("bracket")
  local way = context.study_s and study or take_samples
  return way(process, cell, context, outcome)
    and check_results(process, cell, context, outcome)
end

function session.run(cell, context)
  local outcome = { samples = {}, warming = {}, watch = stopwatch.new() }
  local began, waited_s = sys.monotonic_s(), context.sharing and context.sharing.waited_s or 0
  local place = context.placement
  local joined = place and place:join(cell, context.cpus, sys.run_on)
  local process <close> = open(cell, context, outcome)
  if process then
    steps(process, cell, context, outcome)
    outcome.watch:lap("results")
    local ending = process:stop(5)
    outcome.maxrss_bytes = ending.maxrss_bytes
    cell.of.writes = cell.of.writes or ending.stdout ~= "" or ending.stderr ~= ""
  end
  if joined then place:part(sys.run_on) end
  outcome.watch:lap("stop")
  if context.spent then stopwatch.add(context.spent, outcome.watch.spent) end -- a run keeps account
  outcome.seconds = sys.monotonic_s() - began
  outcome.waited_s = context.sharing and context.sharing.waited_s - waited_s or 0
  if context.waiting then context.waiting:earn(outcome.seconds - outcome.waited_s) end
  return outcome
end

return session
