-- stopwatch: what a run's time went into, lap by lap.
--
--   local watch = stopwatch.new()
--   … start a process …
--   watch:lap("start")                 -- since the last lap, or since `new`
--   watch:move("samples", "clock", s)  -- s seconds of one lap were really another's
--   stopwatch.add(total, watch.spent)
--
-- The laps of a run (reports/MODEL.md, `spent`):
--   start      the worker's process, until it has answered for the first time
--   load       import or dlopen, and the tasks
--   bracket    measuring what measuring costs
--   calibrate  runs that find the loops of a sample
--   clock      samples, inside their own clocks
--   handshake  around them: commands, replies, counters, noise
--   waiting    for a moment when the core is not shared (payoff.run.sharing)
--   store      writing samples to the disk
--   results    fetching and comparing what the subject returned
--   stop       until the process is gone
--   control    the control kernel (payoff.run.control), all of it

local sys = require "payoff.native.sys"

local stopwatch = {}

local Watch = {}
Watch.__index = Watch

function stopwatch.new()
  return setmetatable({ spent = {}, at_s = sys.monotonic_s() }, Watch)
end

function Watch:lap(name)
  local now_s = sys.monotonic_s()
  self.spent[name] = (self.spent[name] or 0) + now_s - self.at_s
  self.at_s = now_s
end

function Watch:move(from, to, seconds)
  self.spent[from] = (self.spent[from] or 0) - seconds
  self.spent[to] = (self.spent[to] or 0) + seconds
end

function stopwatch.add(total, spent)
  for name, seconds in pairs(spent) do total[name] = (total[name] or 0) + seconds end
  return total
end

return stopwatch
