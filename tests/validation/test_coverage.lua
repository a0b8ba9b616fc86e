-- The small part of tests/validation that CI runs: enough to see a broken interval or a verdict
-- that cries wolf, with a fixed seed. `tests/validation/write` has the whole.
local check = require "check"
local families = require "families"
local simulate = require "simulate"

local trials = 250

local function share(body)
  local n = 0
  for _ = 1, trials do n = n + (body() and 1 or 0) end
  return n / trials
end

math.randomseed(20261123)

-- 0.93 to 0.97, and four standard errors of so few trials.
local least, most = 0.93 - 0.064, 0.97 + 0.043

for _, family in ipairs(families.list) do
  check.test("95 % intervals cover: " .. family.name, function()
    local truth, spread = simulate.truth(family, 1, 3000)
    for _, precision in ipairs { 0.8, 0.35 } do
      local covered = share(function()
        return simulate.covers(simulate.run(family,
          { blocks = 27, precision = precision * spread }), truth)
      end)
      check.truthy(covered >= least and covered <= most, ("%.3f"):format(covered))
    end
  end)
end

check.test("the same twice is hardly ever called different, and 3 % more is found", function()
  local family = families.list[1]
  local different = share(function()
    local state = simulate.state(simulate.run(family, { blocks = 27, precision = 1e-3 }))
    return state == "faster" or state == "slower"
  end)
  check.truthy(different <= 0.033, different)
  local found = share(function()
    return simulate.state(simulate.run(family, { blocks = 27, ratio = 1.03, precision = 1e-3 }))
      == "slower"
  end)
  check.truthy(found >= 0.9, found)
end)

check.test("two runs: 95 % intervals cover, the same is hardly ever called different", function()
  for _, name in ipairs { 1, 4, 5 } do
    local different = 0
    local covered = share(function()
      local state, interval = simulate.two_runs(families.list[name], { blocks = { 8, 18 } })
      different = different + ((state == "faster" or state == "slower") and 1 or 0)
      return interval.low <= 1 and interval.high >= 1
    end)
    check.truthy(covered >= least and covered <= 1, ("%s: %.3f"):format(name, covered))
    check.truthy(different / trials <= 0.033, different)
  end
  local found = share(function()
    return simulate.two_runs(families.list[1], { blocks = { 40, 40 }, ratio = 1.03 }) == "slower"
  end)
  check.truthy(found >= 0.9, found)
end)
