-- scaling_words: what more workers bring, and what stands in their way, in sentences.
--
--   words.sentence(group, widest, rival)   --> "python, warm: 2 threads are about as fast as one …"
--
-- group, widest: of payoff.run.scaling, before it drops what only sentences need. rival: the
-- speed-up of as many processes, where threads get none.

local units = require "payoff.units"

local words = {}

local worst_fit = 0.1 -- a law that misses a time by more is not told
-- Fewer CPUs kept busy than that, and less of what is possible gained, is worth a word.
local idle_cpus, idle_gain = 0.7, 0.7

local noun = { process = "processes", thread = "threads" }

local function turned(ratio)
  return { median = 1 / ratio.median, low = ratio.low and 1 / ratio.high,
           high = ratio.low and 1 / ratio.low }
end

-- A speed-up as a verb phrase: "are 1.9× [1.8, 2.0] as fast as one".
local function effect(speedup, over)
  if not speedup.low then
    return ("are %s as fast as %s (too few blocks for an interval)"):format(
      units.ratio(speedup.median), over)
  elseif speedup.high < 1 then
    return ("take %s as long as %s"):format(units.interval(turned(speedup), units.ratio), over)
  elseif speedup.low <= 1 then
    return ("are about as fast as %s (%s)"):format(over, units.interval(speedup, units.ratio))
  end
  return ("are %s as fast as %s"):format(units.interval(speedup, units.ratio), over)
end

-- What is possible at all, where that is less than one would think.
local function most(group, widest)
  if widest.ideal >= widest.jobs then return nil end
  local by_tasks = group.tasks / math.ceil(group.tasks / widest.jobs)
  if group.cpus and group.cpus < by_tasks then
    return ("More than %s is not possible here: %s may be used."):format(
      units.ratio(widest.ideal), group.cpus == 1 and "one CPU" or group.cpus .. " CPUs")
  end
  return ("More than %s is not possible: there are %d tasks for %d workers."):format(
    units.ratio(widest.ideal), group.tasks, widest.jobs)
end

local function lock(group, widest, rival)
  local text = ("Together they keep %.1f CPUs busy: while one runs the others wait, %s."):format(
    widest.cpus_busy, group.kind == "python"
    and "as CPython's GIL makes them, or another lock" or "as a lock makes them that all need")
  if rival and rival.low and rival.low > 1 then
    text = ("%s The same number of processes is %s as fast as one."):format(text,
      units.interval(rival, units.ratio))
  end
  return text
end

local function transport(group, widest)
  return ("%s the last sample %.0f %% of the time passed outside the workers%s. It helps to hand "
    .. "over less, or to have more work done for it."):format(
    group.over_serial and "In" or "They are slower than the serial row: in", widest.outside * 100,
    group.start == "cold"
    and ", in starting them and in moving arguments and results (pickle)"
    or ", in moving arguments and results (pickle)")
end

local function resources(_, widest)
  return ("They keep %.1f CPUs busy and are hardly faster for it. Why is not measured here: they "
    .. "may wait for the same memory or caches, or the CPUs may be threads of one core."):format(
    widest.cpus_busy)
end

local limits = { lock = lock, transport = transport, resources = resources }

local function amdahl(group)
  local fit = group.amdahl
  local serial = fit and fit.serial
  if not serial or not serial.estimate or group.limit then return nil end
  if serial.estimate > 1 then
    return "More workers make it slower, which Amdahl's law has no share for."
  elseif fit.worst and fit.worst > worst_fit then
    return ("Amdahl's law does not fit these times (it is up to %.0f %% off)."):format(
      fit.worst * 100)
  end
  return ("By Amdahl's law %s of the time with one is not shared among more%s."):format(
    units.interval({ median = serial.estimate, low = serial.low, high = serial.high },
      units.percent), group.kinds == 2 and " (two numbers of jobs cannot check the law)" or "")
end

-- Only what was measured: the fitted best number is in the model, for those who want it.
local function best(group, widest)
  if not group.best then return nil end
  return ("%d are best: %d take %s as long."):format(group.best.jobs, widest.jobs,
    units.interval(group.best.longer, units.ratio))
end

function words.sentence(group, widest, rival)
  local parts = { ("%s, %s: %d %s %s."):format(group.subject, group.start, widest.jobs,
    noun[group.mode], effect(widest.speedup, group.over_serial and "the serial row" or "one")) }
  local function add(text) parts[#parts + 1] = text end
  add(most(group, widest))
  local idle = not group.limit and widest.cpus_busy and widest.cpus_busy < idle_cpus
    and widest.speedup.high and widest.speedup.high < idle_gain * widest.ideal
  if group.crowded then
    add("Other programs had the CPUs meanwhile: what stands in the way cannot be told.")
  elseif idle then
    add(("Together they keep %.1f CPUs busy: they wait, and not for each other alone."):format(
      widest.cpus_busy))
  else
    add(amdahl(group))
  end
  if group.best and group.best.jobs > 1 then add(best(group, widest)) end
  if group.limit then add(limits[group.limit](group, widest, rival)) end
  return table.concat(parts, " ")
end

return words
