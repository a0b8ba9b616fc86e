local check = require "check"
local drift = require "payoff.run.drift"

local function normal()
  return math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random())
end

-- Noise without drift, some of it far from normal.
local kinds = {
  normal = normal,
  ["without a variance"] = function() return (1 - math.random()) ^ (-1 / 1.5) end,
  ["two levels"] = function() return math.random() < 0.5 and 1 or 2 end,
}

local function alarms(trials, n, next_value, shift)
  local count, at_all = 0, 0
  for _ = 1, trials do
    local list = {}
    for i = 1, n do list[i] = next_value() + (i > n // 2 and shift or 0) end
    local p, at = drift.test(list)
    if p <= 0.01 then count, at_all = count + 1, at_all + at end
  end
  return count, at_all / math.max(1, count)
end

check.test("where nothing drifts, one of a hundred is called a drift", function()
  math.randomseed(20261127)
  for name, next_value in pairs(kinds) do
    for _, n in ipairs { 12, 27 } do
      -- 200 trials at 1 %: 2 are expected, 9 or more come once in four thousand.
      local count = alarms(200, n, next_value, 0)
      check.truthy(count <= 8, ("%s, %d: %d"):format(name, n, count))
    end
  end
end)

check.test("a change of level is found, and where it came", function()
  math.randomseed(20261127)
  local count, at = alarms(30, 20, normal, 3)
  check.truthy(count >= 28, count)
  check.truthy(math.abs(at - 11) < 0.5, at)
  check.equal(alarms(5, 11, normal, 100), 5) -- as few as there can be
end)

check.test("too few, all the same, and the same p for the same values", function()
  check.equal(drift.test { 1, 1, 1, 1, 1, 9, 9, 9, 9, 9 }, 1)
  check.equal(drift.test { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 1)
  local list = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8 }
  check.equal(drift.test(list), drift.test(list))
end)
