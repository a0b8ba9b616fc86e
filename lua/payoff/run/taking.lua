-- taking: samples of the record, each with what else the machine did meanwhile.
--
--   local list, message, code, problem = taking.samples(process, cell, context, outcome,
--     { count = 5 })             -- five, one right after the other
--   … { count = 1, phase = "first", loops = 1 }   -- of the way to the steady state
--   … { count = 5, after_first = true }           -- and before them, on the same command, that one
--   taking.most(process, cell, context)           -- how large `count` may be
--
-- What lies around a sample is cold: 10 ms of other work, and whoever shares the caches, have
-- thrown out what a command, its reply and the readings of noise need, which then take five times
-- as long: 0.9 ms. Several samples of a serial cell may therefore be taken on one command (which,
-- payoff.run.sampling says), and what the machine did is read around all of them;
-- payoff.run.noise.part tells what each has of it.

local noise = require "payoff.run.noise"
local sys = require "payoff.native.sys"

local taking = {}

-- cell.timeout_s, or twenty times what it took before, and never less than a minute.
function taking.timeout(cell, loops)
  if cell.timeout_s then return cell.timeout_s end
  local expected = cell.cost_ns and cell.cost_ns * loops / 1e9 or 0
  return math.max(60, cell.cost_ns and 20 * expected or 600)
end

-- One for workers that know no better, for pools, whose crew is counted run by run, and where
-- energy is read.
function taking.most(process, cell, context)
  if cell.mode ~= "serial" or context.energy then return 1 end
  return process:most_samples()
end

-- As many samples of so many loops, without anything around -> list | nil, message, code, problem
function taking.measure(process, cell, outcome, loops, count)
  if outcome.crew then outcome.crew:begin() end
  local list, message, code, problem
  local request = { mode = cell.mode, jobs = cell.jobs, start = cell.start, loops = loops,
                    timeout_s = taking.timeout(cell, loops * count) }
  if count > 1 then
    request.samples = count
    list, message, code, problem = process:run_list(request)
  else
    local sample
    sample, message, code, problem = process:run(request)
    list = sample and { sample }
  end
  if not list then return nil, message, code, problem end
  if outcome.crew then outcome.crew:finish(list[1]) end
  for _, sample in ipairs(list) do
    sample.loops = loops
    cell.run_ns = sample.wall_ns / loops
    cell.cost_ns = math.max(cell.cost_ns or 0, cell.run_ns)
  end
  outcome.runs = (outcome.runs or 0) + count
  return list
end

-- What the reading after one sample says, the one before the next would say again: two milliseconds
-- later only payoff itself has done something.
local fresh_s = 0.002

local function read_before(process, outcome, watch, cpu)
  local last = outcome.reading
  if last and sys.monotonic_s() - last.at_s < fresh_s then return last, 0 end
  local reading = noise.read(process:pid(), watch, cpu)
  return reading, reading.at_s - reading.began_s
end

-- Before a sample: how much of its core the worker has, and how long payoff waited for more.
local function await_core(context, outcome, cpu)
  if not context.sharing or not cpu then return nil, 0 end
  outcome.watch:lap("handshake")
  local waited_s = context.sharing.waited_s
  local ratio = context.sharing:await(cpu, context.waiting, fresh_s)
  outcome.watch:lap("waiting")
  return ratio, context.sharing.waited_s - waited_s
end

-- Before samples that count, whose processes are to be told apart by what they do, not by what the
-- processor happened to remember of others. Where it cannot be done, sharing's look says why.
local function forget_branches(context, cpu, phase)
  if not phase and context.scatter and cpu then context.scatter(cpu) end
end

local function round(ratio) return math.floor(ratio * 1000 + 0.5) / 1000 end

-- The samples as one: what they took, and what the machine did from the first to the last.
local function whole_of(list, before, after, watch, cell)
  local whole = { wall_ns = 0, cpu_ns = 0, count = #list }
  for _, sample in ipairs(list) do
    whole.wall_ns = whole.wall_ns + sample.wall_ns
    whole.cpu_ns = sample.cpu_ns and whole.cpu_ns and whole.cpu_ns + sample.cpu_ns
  end
  whole.noise = noise.between(before, after, whole)
  if watch then watch:between(before.more, after.more, whole.noise, cell.id) end
  return whole
end

-- Puts a sample on its list of the outcome, and into the store.
local function enter(cell, context, outcome, sample, phase)
  local list = phase and outcome.warming or outcome.samples
  sample.phase, sample.index = phase, #list + 1
  if not outcome.told then -- of the process, with its first sample
    sample.start_ns, sample.load_ns, outcome.told = outcome.start_ns, outcome.load_ns, true
  end
  sample.block, sample.order, sample.process = context.block, context.order, context.process
  list[sample.index] = sample
  if context.recorder then context.recorder:sample(cell, sample) end
end

-- The account of the cell: how many were marked, and what reading the noise costs.
local function account(cell, list, whole, cost_s)
  local seen = cell.noise or { samples = 0, marked = 0, cost_ns = 0, wall_ns = 0 }
  cell.noise = seen
  for _, sample in ipairs(list) do
    seen.samples, seen.marked = seen.samples + 1, seen.marked + (sample.marked and 1 or 0)
  end
  seen.cost_ns, seen.wall_ns = seen.cost_ns + cost_s * 1e9, seen.wall_ns + whole.wall_ns
end

-- Notes with the samples how they were taken. first: the process had run nothing before.
local function judge(list, whole, cell, context, first)
  noise.part(whole, list)
  list[1].first = first and list[1].loops == 1 and cell.mode == "serial" or nil
  for _, sample in ipairs(list) do
    sample.marked = noise.judge(sample, cell, context.cpus_online, whole)
  end
end

-- how: count, phase (payoff.run.warmup), loops and after_first, all but count optional.
-- list | nil, message, code, problem
function taking.samples(process, cell, context, outcome, how)
  local watch, cpu = context.watch, context.cpus and #context.cpus == 1 and context.cpus[1]
  local slowdown, waited_s = await_core(context, outcome, cpu)
  local before, before_s = read_before(process, outcome, watch, cpu)
  forget_branches(context, cpu, how.phase)
  if context.energy then context.energy:begin() end
  local list, message, code, problem = taking.measure(process, cell, outcome,
    how.loops or cell.loops, how.count + (how.after_first and 1 or 0))
  if not list then return nil, message, code, problem end
  if context.energy then context.energy:finish(list[1], context.energy.index) end
  local after = noise.read(process:pid(), watch, cpu)
  outcome.reading = after
  local whole = whole_of(list, before, after, watch, cell)
  if slowdown then
    local now = context.sharing:look(cpu)
    whole.noise.core_slowdown = now and round(math.max(slowdown, now))
  end
  judge(list, whole, cell, context, outcome.runs == #list)
  list[1].noise.core_waited_ns = slowdown and waited_s > 0 and math.floor(waited_s * 1e9) or nil
  outcome.watch:lap("handshake")
  outcome.watch:move("handshake", "clock", whole.wall_ns / 1e9)
  if how.after_first then enter(cell, context, outcome, table.remove(list, 1), "first") end
  for _, sample in ipairs(list) do enter(cell, context, outcome, sample, how.phase) end
  outcome.watch:lap("store")
  if not how.phase then
    account(cell, list, whole, before_s + after.at_s - after.began_s)
  end
  return list
end

return taking
