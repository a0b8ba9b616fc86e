-- noise: what else the machine did during a sample, and whether that spoils it.
--
--   local before = noise.read(pid)
--   … the sample …
--   sample.noise = noise.between(before, noise.read(pid), sample)
--   sample.marked = noise.judge(sample, cell, cpus)      --> nil | "why it is suspect"
--
-- A sample is marked when, while it was taken,
--   1. the host of the virtual machine took CPU time (steal) worth more than 2 % of it;
--   2. a serial worker stood in the run queue, ready but without a CPU, for more than 5 % of it;
--   3. others used more CPU time than the CPUs that the cell leaves free have, by more than 10 % of
--      it; this is how parallel cells are judged, of whose workers the queue is not known.
-- payoff.run.disturbance has the rules for frequency, throttling, migrations and swapping,
-- payoff.run.sharing that for a core of which others have a part.
-- /proc/stat counts in ticks (10 ms as a rule): less than two ticks are no evidence for 1 and 3.
--
-- A marked sample stays in the record. Another is taken for it (payoff.run.session) unless more
-- than half of the cell's samples are marked, or a tenth of the run's budget has gone into
-- repeating: on a machine that is always busy repeating only costs time. Whether estimates leave
-- marked samples out is payoff.run.estimate's rule.

local disturbance = require "payoff.run.disturbance"
local sharing = require "payoff.run.sharing"

local noise = {}

noise.steal_share = 0.02
noise.waiting_share = 0.05
noise.others_share = 0.10
-- Readings that lie further apart than this many times the sample saw much else, like a pool that
-- is started before the clock: what others used cannot be told from that.
local window_limit = 1.2

local busy = { "user_ns", "nice_ns", "system_ns", "irq_ns", "softirq_ns" }

-- /proc/PID/schedstat: time on a CPU, time ready but waiting for one (ns), turns on a CPU.
local function queue(text)
  if not text then return nil, nil end
  local waited, turns = text:match("^%d+ (%d+) (%d+)")
  return math.tointeger(tonumber(waited)), math.tointeger(tonumber(turns))
end

noise.queue = queue

local first_line = 512 -- of /proc/stat is enough: that of all CPUs together

-- What the kernel says now, outside the sample's clock. watch, cpu: payoff.run.disturbance.
function noise.read(pid, watch, cpu)
  local machine, sys = require "payoff.native.machine", require "payoff.native.sys"
  local read = watch and watch.reader or sys.read_file
  local more = watch and watch:read(pid, cpu)
  local began_s = sys.monotonic_s()
  local times
  if watch then
    local text = read("/proc/stat", first_line)
    times = text and machine.cpu_times_in(text)
  else
    times = machine.cpu_times()
  end
  local waited_ns, turns = queue((read(("/proc/%d/schedstat"):format(pid))))
  return { began_s = began_s, at_s = sys.monotonic_s(), times = times, waited_ns = waited_ns,
           turns = turns, more = more }
end

local function difference(a, b) return a and b and math.max(0, b - a) or nil end

-- Two readings and the sample between them -> sample.noise; what is unknown is nil.
function noise.between(before, after, sample)
  local out = {
    waited_ns = difference(before.waited_ns, after.waited_ns),
    switches = difference(before.turns, after.turns),
  }
  local a, b = before.times, after.times
  if not a or not b then return out end
  out.resolution_ns = a.resolution_ns
  out.steal_ns = difference(a.steal_ns, b.steal_ns)
  local window_ns = (after.began_s - before.at_s) * 1e9
  if sample.cpu_ns and window_ns <= window_limit * sample.wall_ns then
    local sum = 0
    for _, key in ipairs(busy) do sum = sum + (difference(a[key], b[key]) or 0) end
    out.other_ns = math.max(0, math.floor(sum - sample.cpu_ns))
  end
  return out
end

-- What can only have been in one of several samples, and cannot be told of which.
local counted = { "switches", "major_faults", "migrations", "limited", "swapped", "throttles" }

local function slowest_of(list)
  local slowest = list[1]
  for _, sample in ipairs(list) do
    if sample.wall_ns > slowest.wall_ns then slowest = sample end
  end
  return slowest
end

-- Gives each of the samples that were taken together its part of what was seen around all of them,
-- whole.noise, so that the sums are right: of times as much as it took of the time, of waiting no
-- more than it did not run. What was counted is noted with the slowest of them, as the likeliest,
-- and is unknown of the others where it is not 0.
function noise.part(whole, list)
  local seen = whole.noise
  if #list == 1 then
    list[1].noise = seen
    return
  end
  local slowest = slowest_of(list)
  for _, sample in ipairs(list) do
    local share = whole.wall_ns > 0 and sample.wall_ns / whole.wall_ns or 0
    local function of(ns) return ns and math.floor(ns * share) end
    local own = { resolution_ns = seen.resolution_ns, steal_ns = of(seen.steal_ns),
                  other_ns = of(seen.other_ns), khz = seen.khz, khz_highest = seen.khz_highest,
                  core_slowdown = seen.core_slowdown }
    own.waited_ns = seen.waited_ns and sample.cpu_ns
      and math.min(seen.waited_ns, math.max(0, sample.wall_ns - sample.cpu_ns))
      or of(seen.waited_ns)
    for _, name in ipairs(counted) do
      own[name] = (sample == slowest or seen[name] == 0) and seen[name] or nil
    end
    sample.noise = own
  end
end

local function percent(part_ns, wall_ns) return part_ns / wall_ns * 100 end

-- How long the worker stood ready without a CPU. The readings enclose the sample, so some of the
-- waiting may have been before its clock: it waited at most as long as it did not run.
function noise.waiting(sample)
  local waited_ns = sample.noise and sample.noise.waited_ns
  if not waited_ns or not sample.cpu_ns then return waited_ns end
  return math.min(waited_ns, math.max(0, sample.wall_ns - sample.cpu_ns))
end

-- cell: mode and jobs; cpus: how many CPUs are online; whole: what the sample was taken with, if
-- it was not alone. nil, or why the sample is suspect. What cannot be told of one alone makes all
-- that were taken together suspect.
function noise.judge(sample, cell, cpus, whole)
  local it = whole or sample
  local seen, wall_ns = it.noise, it.wall_ns
  if not seen or wall_ns <= 0 then return nil end
  local least = 2 * (seen.resolution_ns or 0)
  local disturbed = disturbance.judge(it, cell) or sharing.judge(seen.core_slowdown)
  if disturbed then return disturbed end
  if seen.steal_ns and seen.steal_ns >= math.max(least, noise.steal_share * wall_ns)
    and seen.steal_ns > 0 then
    return ("the host took CPU time worth %.0f %% of it"):format(percent(seen.steal_ns, wall_ns))
  end
  if cell.mode == "serial" then
    local waited_ns = noise.waiting(sample)
    if waited_ns and waited_ns > noise.waiting_share * sample.wall_ns then
      return ("waited for a CPU %.0f %% of the time"):format(percent(waited_ns, sample.wall_ns))
    end
    if waited_ns then return nil end
  end
  if not seen.other_ns or not cpus then return nil end
  local free_ns = math.max(0, cpus - cell.jobs) * wall_ns
  local excess_ns = seen.other_ns - free_ns
  if excess_ns >= math.max(least, noise.others_share * wall_ns) and excess_ns > 0 then
    return ("others used %.1f CPUs"):format(seen.other_ns / wall_ns)
  end
  return nil
end

-- Is it worth taking the sample again? Not when most of the cell's are marked anyway.
function noise.worth_repeating(taken, marked) return 2 * marked <= taken + 1 end

local Allowance = {}
Allowance.__index = Allowance

-- What a run may spend on repeating: a tenth of its budget, so that a busy machine costs precision
-- and not the blocks that the intervals need.
function noise.allowance(budget_s)
  return setmetatable({ left_ns = budget_s * 1e9 / 10 }, Allowance)
end

-- May a sample of this length be repeated? Then it is paid for.
function Allowance:pay(wall_ns)
  if wall_ns > self.left_ns then return false end
  self.left_ns = self.left_ns - wall_ns
  return true
end

return noise
