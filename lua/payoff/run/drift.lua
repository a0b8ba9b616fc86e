-- drift: did a sequence of values change its level, or is it chance?
--
--   local p, at = drift.test({ 1, 2, 1, 2, 5, 6, 5, 6, 5, 6 })    --> 0.01, 5: from the fifth on
--
-- The statistic is A. N. Pettitt's (Applied Statistics 28, 1979): the rank sum of Mann and Whitney
-- between what comes before a point and what comes after it, the greatest over all points. Its
-- p-value is that of a permutation test: where nothing drifts every order of the values is as
-- likely as any other, so that p ≤ 0.01 happens in one of a hundred, whatever the distribution
-- (tests/lua/test_drift.lua counts it). The orders that are tried are drawn from a seed of its own,
-- so that the same values have the same p.

local drift = {}

-- Of fewer values even the clearest change is hardly rarer than one order of a hundred.
drift.needed = 11

-- So many orders are tried, or until so many were as uneven: then it is chance (J. Besag and P.
-- Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991).
local orders, plenty = 1999, 60

-- Ranks from 1, as deviations from their mean; ties share theirs.
local function centred_ranks(values)
  local order, out, n = {}, {}, #values
  for i = 1, n do order[i] = i end
  table.sort(order, function(a, b)
    if values[a] ~= values[b] then return values[a] < values[b] end
    return a < b
  end)
  local first = 1
  while first <= n do
    local last = first
    while last < n and values[order[last + 1]] == values[order[first]] do last = last + 1 end
    for i = first, last do out[order[i]] = (first + last) / 2 - (n + 1) / 2 end
    first = last + 1
  end
  return out
end

-- The greatest |sum of the first k|.
local function greatest(ranks)
  local sum, most = 0, 0
  for k = 1, #ranks - 1 do
    sum = sum + ranks[k]
    most = math.max(most, math.abs(sum))
  end
  return most
end

-- Sum of the distances from the median.
local function spread(values, first, last)
  local list, sum = table.move(values, first, last, 1, {}), 0
  table.sort(list)
  for i = 1, #list // 2 do sum = sum + list[#list + 1 - i] - list[i] end
  return sum
end

-- Where the new level begins: what lies before and after it is closest together.
local function change_at(values)
  local least, at = math.huge, nil
  for k = 1, #values - 1 do
    local both = spread(values, 1, k) + spread(values, k + 1, #values)
    if both < least then least, at = both, k + 1 end
  end
  return at
end

-- p, and the index of the first value of the new level; 1, nil where there are too few.
function drift.test(values)
  if #values < drift.needed then return 1, nil end
  local ranks = centred_ranks(values)
  local most, at = greatest(ranks), change_at(values)
  if most == 0 then return 1, nil end
  local state, as_great = 0x2545F491, 1
  local function below(n) -- Lehmer's generator, 31 bits
    state = state * 48271 % 2147483647
    return state % n + 1
  end
  for tried = 1, orders do
    for i = #ranks, 2, -1 do
      local j = below(i)
      ranks[i], ranks[j] = ranks[j], ranks[i]
    end
    if greatest(ranks) >= most - 1e-9 then as_great = as_great + 1 end
    if as_great > plenty then return plenty / tried, at end
  end
  return as_great / (orders + 1), at
end

return drift
