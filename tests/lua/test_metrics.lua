local check = require "check"
local names = { "branches", "cache", "clock", "ipc", "memory", "os", "stalls", "tlb" }

-- payoff.metrics reads files through payoff.native.sys, which is not here.
package.preload["payoff.native.sys"] = function() return {} end
local metrics = require "payoff.metrics"

local function find(name)
  for _, value in ipairs(require("payoff.metrics." .. name).values) do
    if value.name then return value end
  end
end

check.test("every shipped metric is whole", function()
  check.equal(#metrics.load(names, "."), #metrics.shipped)
end)

check.test("a formula without its events has no answer", function()
  for _, name in ipairs(names) do
    for _, value in ipairs(require("payoff.metrics." .. name).values) do
      check.equal(metrics.value(value, { wall_ns = 1000 }, {}), nil, value.name)
    end
  end
end)

check.test("a division by zero has no answer either", function()
  check.equal(metrics.value(find("ipc"), { cycles = 0, instructions = 0 }, {}), nil)
  check.equal(metrics.value(find("ipc"), { cycles = 0, instructions = 5 }, {}), nil)
end)

check.test("figures by hand", function()
  check.equal(metrics.value(find("ipc"), { cycles = 100, instructions = 250 }, {}), 2.5)
  check.equal(metrics.value(find("os"), { ["task-clock"] = 1500, wall_ns = 1000 }, {}), 1.5)
  check.equal(metrics.value(find("clock"), { cycles = 3e9, ["task-clock"] = 1e9 },
    { cycles = "cycles" }), 3.0)
end)

check.test("cycles of user space alone make no clock", function()
  check.equal(metrics.value(find("clock"), { cycles = 3e9, ["task-clock"] = 1e9 },
    { cycles = "cycles:u" }), nil)
end)

check.test("an event without a name makes the metric unavailable, with the reason", function()
  local metric = { events = { "cycles", "slots" } }
  local function describe(name)
    if name == "slots" then return nil, "unknown event 'slots'" end
    return {}
  end
  check.equal(metrics.missing(metric, describe), "unknown event 'slots'")
  check.equal(metrics.missing({ events = { "cycles" } }, describe), nil)
end)

check.test("an unknown metric suggests the nearest", function()
  check.raises(function() metrics.load({ "icp" }, ".") end, "did you mean 'ipc'?")
end)
