local check = require "check"
local names = { "branches", "cache", "clock", "ipc", "memory", "os", "stalls", "tlb",
  "topdown", "energy" }

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

local function topdown() return metrics.load({ "topdown" }, ".")[1] end

local function shares(events)
  local out = {}
  for _, value in ipairs(topdown().values) do
    out[value.name] = metrics.value(value, events, {})
  end
  return out
end

check.test("top-down of each maker, by hand", function()
  check.same(shares { ["cpu/slots/"] = 1000, ["cpu/topdown-retiring/"] = 500,
    ["cpu/topdown-bad-spec/"] = 125, ["cpu/topdown-fe-bound/"] = 250,
    ["cpu/topdown-be-bound/"] = 125 }, { td_retiring = 0.5, td_bad_speculation = 0.125,
    td_frontend = 0.25, td_backend = 0.125 })
  local zen4 = "amd64_fam19h_zen4::"
  local events = { [zen4 .. "CYCLES_NOT_IN_HALT"] = 100, [zen4 .. "RETIRED_OPS"] = 300,
    [zen4 .. "DISPATCH_STALLS_1:FE_NO_OPS"] = 75, [zen4 .. "DISPATCH_STALLS_1:BE_STALLS"] = 150,
    [zen4 .. "DISPATCH_STALLS_1:SMT_CONTENTION"] = 0 }
  check.same(shares(events), { td_retiring = 0.5, td_bad_speculation = 0.125, td_frontend = 0.125,
    td_backend = 0.25 })
  events[zen4 .. "RETIRED_OPS"] = 900 -- counted at different times: no share is made of it
  check.equal(shares(events).td_bad_speculation, nil)
  check.same(shares { ["arm_n1::CPU_CYCLES"] = 100, ["arm_n1::STALL_FRONTEND"] = 25,
    ["arm_n1::STALL_BACKEND"] = 50 }, { td_frontend = 0.25, td_backend = 0.5 })
end)

check.test("the first variant whose events are all known is taken", function()
  local metric = topdown()
  local function is_n1(name) return name:find("^arm_n1"), "unknown" end
  check.equal(metrics.missing(metric, is_n1), nil)
  check.equal(metric.events[1], "arm_n1::CPU_CYCLES")
  check.contains(metrics.missing(metric, function() return nil, "unknown" end), "counts none of")
end)
