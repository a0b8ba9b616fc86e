-- beside: what stands beside a verdict: the same comparison by CPU time, and by mean times.
--
--   run.comparisons = beside.add(run, compare.inside(run, valid))
--   item.rests_on        --> "wall", "own" or "cpu": what decided (payoff.run.timing)
--   item.cpu, item.mean  --> intervals of the same ratio of times, row over other
--   item.wall            --> of elapsed times, where something else decided
--
-- The verdict rests on elapsed time, or what was asked for: the median over blocks of each
-- process's fastest sample.
-- CPU time is what a shared machine pays: a port that is faster with four threads may cost more.
-- The mean is what a long run pays: collections of garbage and the like are in it.

local estimate = require "payoff.run.estimate"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local beside = {}

function beside.add(run, comparisons)
  local of, level = {}, run.level or run.confidence
  for _, cell in ipairs(run.cells) do of[cell.id] = cell end
  for _, item in ipairs(comparisons) do
    local cell, over = of[item.cell], of[item.over]
    item.rests_on = timing.between(timing.of(run), cell, over)
    item.wall = item.rests_on ~= "wall" and estimate.ratio(cell, over, level, 1, "wall") or nil
    item.cpu = estimate.ratio(cell, over, level, 1, "cpu")
    item.mean = estimate.means(cell, over, level, math.tointeger(run.seed) or 1, item.rests_on)
  end
  return comparisons
end

-- Which side of 1 an interval lies on: "faster", "slower", or nil where it holds 1.
local function side(interval)
  if not interval or not interval.low then return nil end
  return interval.high < 1 and "faster" or interval.low > 1 and "slower" or nil
end

local function disagreeing(run, field, middle)
  local names, effect = {}, nil
  for _, item in ipairs(run.comparisons or {}) do
    local own = side(item[field])
    if own and side(item.interval) and own ~= side(item.interval) then
      names[#names + 1] = item.name
      effect = effect or ("%s takes %s the time of %s"):format(item.name,
        units.ratio(item[field][middle]), item.over_name)
    end
  end
  return names, effect
end

local others = { { "wall", "elapsed time" }, { "cpu", "CPU time" }, { "mean", "mean times" } }

local function listed(names)
  if #names < 3 then return table.concat(names, " and ") end
  return ("%s and %s"):format(table.concat(names, ", ", 1, #names - 1), names[#names])
end

-- Sentences for the foot of a report: what verdicts rest on, and where the others contradict.
function beside.sentences(run)
  local kind = timing.of(run)
  if #(run.comparisons or {}) == 0 then
    return kind ~= timing.default and { ("Times of serial rows are %s."):format(
      timing.words[kind]), timing.untold(run) } or {}
  end
  local out, known = { ("Verdicts rest on %s, the median over blocks."):format(
    timing.sentence(run)) }, {}
  for _, entry in ipairs(others) do
    local field, name = entry[1], entry[2]
    local _, effect = disagreeing(run, field, field == "mean" and "estimate" or "median")
    if effect then
      out[#out + 1] = ("By %s it is the other way round: %s."):format(name, effect)
    end
    local item = run.comparisons[1][field]
    if item and item.low and field ~= run.comparisons[1].rests_on then known[#known + 1] = name end
  end
  if #out == 1 and #known > 0 then
    out[1] = ("%s By %s nothing is the other way round."):format(out[1],
      listed(known))
  end
  out[#out + 1] = timing.untold(run)
  return out
end

return beside
