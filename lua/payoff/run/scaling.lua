-- scaling: what more workers bring, per subject, mode and start, and what stands in their way.
--
--   run.scaling = scaling.of(run, valid)
--   --> { { subject, mode, start, size, over, points, amdahl, usl, limit, text }, … }
--
-- Speed-ups are over one worker of the same mode and start; where that was not measured, over the
-- subject's serial row. Amdahl's law takes two numbers of jobs, the universal scalability law
-- three (profiler/base/stats_scaling.h); they see only what the tasks allow: no more jobs than
-- tasks. `limit` names what was recognised:
--
--   "lock"       threads are no faster than one, and together keep about one CPU busy: CPython's
--                GIL, or another lock that all of them need
--   "transport"  processes are slower than the serial row although each task's own time is short of
--                it: moving arguments and results (pickle), and starting workers when cold
--   "resources"  the workers keep their CPUs busy, but are not faster for it: memory bandwidth,
--                caches, or CPUs that are threads of one core

local estimate = require "payoff.run.estimate"
local stats = require "payoff.native.stats"
local units = require "payoff.units"

local scaling = {}

local gain_share = 0.15     -- of what could be gained: less counts as nothing
local busy_cpus = 1.3       -- fewer kept busy count as one
local transport_share = 0.5 -- of the elapsed time outside every worker

local function find(run, fits)
  for _, cell in ipairs(run.cells) do
    if fits(cell) then return cell end
  end
end

-- The cells of one subject, mode, start and size, by jobs.
local function groups(run, valid)
  local list, by_key = {}, {}
  for _, cell in ipairs(run.cells) do
    if cell.mode ~= "serial" and valid(cell) and cell.time then
      local key = table.concat({ cell.subject, cell.mode, cell.start, cell.size }, "\0")
      local group = by_key[key]
      if not group then
        group = { subject = cell.subject, mode = cell.mode, start = cell.start, size = cell.size,
                  tasks = cell.tasks, cells = {} }
        by_key[key], list[#list + 1] = group, group
      end
      table.insert(group.cells, cell)
    end
  end
  for _, group in ipairs(list) do
    table.sort(group.cells, function(a, b) return a.jobs < b.jobs end)
  end
  return list
end

-- The most that so many tasks of one length allow.
local function ideal(tasks, jobs) return tasks / math.ceil(tasks / jobs) end

local function cpus_busy(cell)
  return cell.cpu and cell.time.median > 0 and cell.cpu.median / cell.time.median or nil
end

-- The share of the last sample's elapsed time that lies outside its busiest worker.
local function outside(cell)
  local last, longest = cell.samples[#cell.samples], 0
  for _, worker in ipairs(last.workers or {}) do
    longest = math.max(longest, worker.wall_ns or 0)
  end
  if longest == 0 then return nil end
  return math.max(0, 1 - longest / last.wall_ns)
end

local function point(cell, base, level)
  local out = { jobs = cell.jobs, cell = cell.id, time = cell.time,
    ideal = ideal(cell.tasks, cell.jobs), cpus_busy = cpus_busy(cell), outside = outside(cell) }
  if base and base ~= cell then
    out.speedup = estimate.ratio(base, cell, level)
  elseif base then
    out.speedup = { median = 1, n = cell.time.n }
  end
  if out.speedup and cell.jobs > 0 then out.efficiency = out.speedup.median / cell.jobs end
  return out
end

local function fit(group, run, level)
  local jobs, times, kinds, seen = {}, {}, 0, {}
  for _, cell in ipairs(group.cells) do
    if cell.jobs <= math.max(1, cell.tasks) then
      if not seen[cell.jobs] then seen[cell.jobs], kinds = true, kinds + 1 end
      for _, time in ipairs(estimate.list(cell)) do
        jobs[#jobs + 1], times[#times + 1] = cell.jobs, time
      end
    end
  end
  local options = { level = level, seed = math.tointeger(run.seed) or 1 }
  if kinds >= 2 then group.amdahl = stats.amdahl(jobs, times, options) end
  if kinds >= 3 then group.usl = stats.usl(jobs, times, options) end
end

-- What stands in the way of the point with the most jobs; nil: nothing that was recognised.
function scaling.limit(mode, widest, over_serial)
  -- At best: where the interval leaves room for a gain, or there is none, nothing is claimed.
  local gain = widest.speedup and widest.speedup.high and widest.ideal > 1
    and (widest.speedup.high - 1) / (widest.ideal - 1)
  if mode == "process" and over_serial and over_serial.median < 1
    and (widest.outside or 0) > transport_share then
    return "transport"
  end
  if not gain or gain >= gain_share or not widest.cpus_busy then return nil end
  if widest.cpus_busy < busy_cpus then return mode == "thread" and "lock" or nil end
  return "resources"
end

local function limit_text(group, widest, rival)
  if group.limit == "lock" then
    local text = ("Together they keep %.1f CPUs busy: one runs at a time, as under CPython's GIL "
      .. "or another lock that all need."):format(widest.cpus_busy)
    if rival then
      text = ("%s The same number of processes is %s as fast as one."):format(text,
        units.estimate(rival, units.ratio))
    end
    return text
  elseif group.limit == "transport" then
    return ("That is slower than serially: %.0f %% of the time passes outside the workers, in "
      .. "moving arguments and results (pickle)%s. Larger tasks, or fewer of them, would help.")
      :format(widest.outside * 100, group.start == "cold" and " and starting the workers" or "")
  elseif group.limit == "resources" then
    return ("They keep %.1f CPUs busy and are hardly faster for it: they wait for the same memory "
      .. "or caches, or share cores."):format(widest.cpus_busy)
  end
end

local noun = { process = "processes", thread = "threads" }

local function sentence(group, widest, rival)
  local parts = { ("%s, %s: %d %s are %s as fast as %s."):format(group.subject, group.start,
    widest.jobs, noun[group.mode], units.interval(widest.speedup, units.ratio),
    group.over_serial and "the serial row" or "one") }
  if widest.ideal < widest.jobs then
    parts[#parts + 1] = ("The tasks allow %s at most."):format(units.ratio(widest.ideal))
  end
  local serial = group.amdahl and group.amdahl.serial
  if serial and serial.estimate and serial.estimate > 1 and not group.limit then
    parts[#parts + 1] = "More workers make it slower, which Amdahl's law has no share for."
  elseif serial and serial.estimate and not group.limit then
    parts[#parts + 1] = ("Serial share of the work (Amdahl): %s."):format(units.interval(
      { median = serial.estimate, low = serial.low, high = serial.high }, units.percent))
  end
  local best = group.usl and group.usl.best_jobs
  if best and best < widest.jobs then
    parts[#parts + 1] = ("More than about %.0f make it slower again (USL)."):format(best)
  end
  parts[#parts + 1] = limit_text(group, widest, rival)
  return table.concat(parts, " ")
end

-- The speed-up of as many processes, warm or cold as here: what a lock does not hold up.
local function rival_of(list, group, jobs)
  for _, other in ipairs(list) do
    if other.mode == "process" and other.subject == group.subject and other.size == group.size
      and other.start == group.start and not other.over_serial then
      for _, one in ipairs(other.points) do
        if one.jobs == jobs then return one.speedup end
      end
    end
  end
end

local function measure(run, group, valid, level)
  local serial = find(run, function(cell)
    return cell.subject == group.subject and cell.mode == "serial" and cell.size == group.size
      and valid(cell) and cell.time
  end)
  local base = group.cells[1].jobs == 1 and group.cells[1] or serial
  group.over_serial = base ~= nil and base == serial
  group.over, group.points = base and base.id, {}
  for i, cell in ipairs(group.cells) do group.points[i] = point(cell, base, level) end
  fit(group, run, level)
  local widest = group.points[#group.points]
  local over_serial = serial and estimate.ratio(serial, group.cells[#group.cells], level)
  if widest.jobs > 1 then group.limit = scaling.limit(group.mode, widest, over_serial) end
end

function scaling.of(run, valid)
  local level, list = run.level or run.confidence, groups(run, valid)
  for _, group in ipairs(list) do measure(run, group, valid, level) end
  for _, group in ipairs(list) do
    local widest = group.points[#group.points]
    if widest.jobs > 1 and widest.speedup and widest.speedup.median then
      group.text = sentence(group, widest, rival_of(list, group, widest.jobs))
    end
    group.cells, group.over_serial = nil, nil
  end
  return list
end

return scaling
