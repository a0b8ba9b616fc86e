-- sampling: how many samples a process takes, and how long they are.
--
--   sampling.target_ns(cell, false) --> 2e6: loops are added until a sample is so long
--   sampling.new(nil, 0.02)         --> { fewest = 5, most = 20, agree = 0.01 }
--   sampling.exactly(3)             --> { fewest = 3, most = 3 }
--   sampling.next(it, taken, sample_ns, 64)   --> 5: so many on the next command
--   sampling.enough(it, taken, samples, sample_ns, read)
--
-- A process stands for its fastest sample (payoff.run.estimate), so it is sampled until that is
-- known: until its two fastest samples agree within half of the precision that the run is to reach,
-- one percent as a rule. On a quiet machine that is so at once; where others come and go, three
-- samples may all have been taken in a bad moment, and the process would look slow: 50 processes of
-- one Python function on a shared machine lay 5.4 % apart (interquartile range) after three samples
-- each, and 1.8 % after twelve. The rule sees a process's own samples alone and never how it
-- compares with others, so that processes stay independent of each other and intervals over them
-- hold. Fastest is meant by the time that verdicts rest on (`read`, of payoff.run.estimate); how
-- many samples there is room for, by elapsed time, which is what they cost.

local sampling = {}

-- How long a sample of a warm cell is made: so that clock and bracket vanish in a serial worker's,
-- handing over the tasks in a pool's, and where energy is read the millisecond or so between two
-- renewals of its counter.
local serial_ns, pool_ns, energy_ns = 2e6, 10e6, 40e6

function sampling.target_ns(cell, with_energy)
  return with_energy and energy_ns or cell.mode == "serial" and serial_ns or pool_ns
end

-- A short sample stands alone, between a command and a reply, and a process takes more of them:
-- each begins with branches scattered (payoff.run.taking), and so with another chance to be learned
-- well by the processor. Forty processes of one Python function lay 5 to 7 % apart (standard
-- deviation) with five samples in a row, of 1 ms or of 10, and their median was known to ±2 to 4 %;
-- with eight that stood alone, each beginning so, eight processes were enough for ±1 to 3 %.
local short_ns, short_most, short_sum_ns = 8e6, 1.6, 40e6

-- Above this one sample per process is enough: samples of one process are alike (Kalibera & Jones
-- 2013), and another process tells more for the same time.
sampling.slow_ns = 100e6

-- Long samples see good and bad moments alike: no process goes on longer than this for agreement.
sampling.longest_ns = 250e6

local agree_least, agree_most = 0.005, 0.05

-- asked: exactly so many; nil: as many as it takes for this precision (default 0.02).
function sampling.new(asked, precision)
  if asked then return sampling.exactly(asked) end
  local agree = (precision or 0.02) / 2
  return { fewest = 5, most = 20, agree = math.max(agree_least, math.min(agree_most, agree)) }
end

function sampling.exactly(count) return { fewest = count, most = count } end

-- A number means exactly so many, also where an older store tells how a run was sampled.
function sampling.of(it) return type(it) == "number" and sampling.exactly(it) or it end

local function elapsed(sample) return sample.wall_ns / sample.loops, not sample.marked end

-- The two fastest of the good samples, or of all where less than two are good. Where that time is
-- not told, elapsed time stands in its place.
local function two_fastest(samples, read)
  local least, second, clean, clean_least, clean_second = math.huge, math.huge, 0, math.huge,
    math.huge
  for i = 1, #samples do
    local sample = samples[i]
    local x, good = read(sample)
    x = x or elapsed(sample)
    if x < least then least, second = x, least elseif x < second then second = x end
    if good then
      clean = clean + 1
      if x < clean_least then clean_least, clean_second = x, clean_least
      elseif x < clean_second then clean_second = x end
    end
  end
  if clean < 2 then return least, second end
  return clean_least, clean_second
end

-- The least and the most for samples of this length.
function sampling.range(it, sample_ns)
  if sample_ns > sampling.slow_ns then return 1, 1 end
  if not it.agree then return it.fewest, it.most end
  if sample_ns < short_ns then
    local times = math.min(short_most, math.max(1, short_sum_ns / (sample_ns * it.fewest)))
    return math.floor(it.fewest * times), math.floor(it.most * times)
  end
  local fit = math.max(1, sampling.longest_ns // sample_ns)
  return math.min(it.fewest, math.max(3, fit)), math.min(it.most, math.max(3, fit))
end

-- How many to take next, on one command of which the worker takes `most`: of long ones several, for
-- what lies around a command is dear (payoff.run.taking), but no longer together than this, for a
-- bad moment spoils all of them.
local together_ns, further = 100e6, 5

function sampling.next(it, taken, sample_ns, most)
  local fewest, limit = sampling.range(it, math.max(1, sample_ns))
  if sample_ns < short_ns then return 1 end
  local wanted = taken < fewest and fewest - taken or math.min(further, limit - taken)
  return math.max(1, math.min(wanted, most, math.floor(together_ns / math.max(1, sample_ns))))
end

-- Has the process taken as many as it needs? taken: its samples without those that repeat others;
-- samples: all of them; sample_ns: what one takes about; read(sample) -> its time per run, or nil,
-- and whether it is good for that: elapsed time where nothing else is said.
function sampling.enough(it, taken, samples, sample_ns, read)
  local fewest, most = sampling.range(it, math.max(1, sample_ns))
  if taken < fewest then return false end
  if taken >= most then return true end
  local least, second = two_fastest(samples, read or elapsed)
  return second <= least * (1 + it.agree)
end

return sampling
