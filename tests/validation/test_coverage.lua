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

-- What the simulation leaves out of a process must not be what an estimate sees.
check.test("the fastest sample of a process stands for all of them", function()
  for _, family in ipairs { families.list[1], families.list[7] } do
    local runs = {}
    for i = 1, 2 do
      math.randomseed(20261127)
      runs[i] = simulate.run(family, { blocks = 12, precision = 1e-9, all_samples = i == 2 })
    end
    check.truthy(#runs[2].cells[1].samples >= 4 * #runs[1].cells[1].samples)
    for _, key in ipairs { "low", "median", "high" } do
      check.equal(runs[1].cells[2].speedup[key], runs[2].cells[2].speedup[key])
    end
    check.equal(runs[1].comparisons[1].p, runs[2].comparisons[1].p)
  end
  math.randomseed(20261123)
end)

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

local function two_runs(options, family)
  local different = 0
  local covered = share(function()
    local port = simulate.two_runs(families.list[family or 1], options)
    different = different + ((port.state == "faster" or port.state == "slower") and 1 or 0)
    return port.beyond.low <= 1 and port.beyond.high >= 1
  end)
  return covered, different / trials
end

check.test("two runs: 95 % intervals cover, the same is hardly ever called different", function()
  for _, family in ipairs { 1, 4, 8 } do
    local covered, different = two_runs({ blocks = { 8, 18 } }, family)
    check.truthy(covered >= least, ("%s: %.3f"):format(families.list[family].name, covered))
    check.truthy(different <= 0.033, different)
  end
end)

check.test("two runs: a machine that changes is no difference, and hides none", function()
  for i = 2, 5 do
    local covered, different = two_runs { blocks = { 12, 27 }, moment = families.moments[i] }
    check.truthy(covered >= least, ("%s: %.3f"):format(families.moments[i].name, covered))
    check.truthy(different <= 0.033, ("%s: %.3f"):format(families.moments[i].name, different))
  end
  local by_itself = { blocks = { 12, 12 }, moment = families.moments[7], more = 3 }
  local different = 0
  for _ = 1, 60 do
    local state = simulate.two_runs(families.list[1], by_itself).state
    different = different + ((state == "faster" or state == "slower") and 1 or 0)
  end
  check.truthy(different <= 4, different) -- without more runs it is every second one
  local found = 0
  for _ = 1, 50 do
    local port = simulate.two_runs(families.list[1], { blocks = { 40, 40 }, ratio = 1.04,
      moment = families.moments[2] })
    found = found + (port.state == "slower" and 1 or 0)
  end
  check.truthy(found >= 42, found)
end)
