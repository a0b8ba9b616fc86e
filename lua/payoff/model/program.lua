-- program: what porting the function does to the whole program that it is part of.
--
--   run.program.share = { median = 0.35, low = 0.31, high = 0.39, level = 0.95, from = "…" }
--   program.derive(run, valid)     -- fills run.program.ceiling, .gains, .text
--
-- With a share p of the time, a port s times as fast makes the program 1/(1 − p + p/s) times as
-- fast, and no port can bring more than 1/(1 − p) (Amdahl; profiler/base/stats_share.h). The share
-- must include what is ported along with the function: its callees.

local stats = require "payoff.native.stats"
local units = require "payoff.units"

local program = {}

local function native(interval)
  return { estimate = interval.median, low = interval.low, high = interval.high,
    level = interval.level, n = interval.n }
end

local function plain(interval)
  return { median = interval.estimate, low = interval.low, high = interval.high,
    level = interval.level, n = interval.n, reason = interval.reason }
end

-- A subject's fastest right cell at the largest size at which it has one.
local function best_cells(run, valid)
  local best, order = {}, {}
  for _, cell in ipairs(run.cells) do
    if cell.speedup and cell.speedup.median and valid(cell) then
      local known = best[cell.subject]
      if not known then order[#order + 1] = cell.subject end
      if not known or cell.size > known.size
        or cell.size == known.size and cell.speedup.median > known.speedup.median then
        best[cell.subject] = cell
      end
    end
  end
  return best, order
end

local function ratio(interval) return (units.interval(interval, units.ratio)) end

function program.derive(run, valid)
  local it = run.program
  if not it or not it.share then return nil end
  local infinite = { estimate = math.huge, level = 1 }
  it.ceiling = plain(stats.whole_gain(native(it.share), infinite))
  if it.share.median >= 1 then it.ceiling = { reason = "a share of 1 has no ceiling" } end
  it.gains = {}
  local best, order = best_cells(run, valid)
  for i, name in ipairs(order) do
    local cell = best[name]
    local gain = plain(stats.whole_gain(native(it.share), native(cell.speedup)))
    it.gains[i] = { subject = name, cell = cell.id, size = cell.size, gain = gain,
      text = ("%s makes the whole program %s as fast"):format(name, ratio(gain)) }
  end
  table.sort(it.gains, function(a, b) return a.gain.median > b.gain.median end)
  local share = units.interval(it.share, units.percent)
  it.text = it.ceiling.median
    and ("The function takes %s of the program's time (%s): porting it can make the program at "
      .. "most %s as fast."):format(share, it.share.from, ratio(it.ceiling))
    or ("The function is the whole program (%s)."):format(it.share.from)
  return it
end

return program
