-- beside: what stands beside a verdict: the same comparison by CPU time, and by mean times.
--
--   run.comparisons = beside.add(run, compare.inside(run, valid))
--   item.rests_on        --> "wall": what decided
--   item.cpu, item.mean  --> intervals of the same ratio of times, row over other
--
-- The verdict rests on elapsed time, the median over blocks of each process's fastest sample.
-- CPU time is what a shared machine pays: a port that is faster with four threads may cost more.
-- The mean is what a long run pays: collections of garbage and the like are in it.

local estimate = require "payoff.run.estimate"
local units = require "payoff.units"

local beside = {}

function beside.add(run, comparisons)
  local of, level = {}, run.level or run.confidence
  for _, cell in ipairs(run.cells) do of[cell.id] = cell end
  for _, item in ipairs(comparisons) do
    local cell, over = of[item.cell], of[item.over]
    item.rests_on = "wall"
    item.cpu = estimate.ratio(cell, over, level, 1, "cpu")
    item.mean = estimate.means(cell, over, level, math.tointeger(run.seed) or 1)
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

-- Sentences for the foot of a report: what verdicts rest on, and where the others contradict.
function beside.sentences(run)
  if #(run.comparisons or {}) == 0 then return {} end
  local out = { "Verdicts rest on elapsed time, the median over blocks." }
  local _, effect = disagreeing(run, "cpu", "median")
  if effect then out[2] = ("By CPU time it is the other way round: %s."):format(effect) end
  _, effect = disagreeing(run, "mean", "estimate")
  if effect then out[#out + 1] = ("By mean times it is the other way round: %s."):format(effect) end
  local known = {}
  for _, entry in ipairs { { "cpu", "CPU time" }, { "mean", "mean times" } } do
    local item = run.comparisons[1][entry[1]]
    if item and item.low then known[#known + 1] = entry[2] end
  end
  if #out == 1 and #known > 0 then
    out[1] = ("%s By %s nothing is the other way round."):format(out[1],
      table.concat(known, " and "))
  end
  return out
end

return beside
