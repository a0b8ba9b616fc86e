local check = require "check"
local names = { "branches", "cache", "clock", "ipc", "memory", "os", "stalls", "tlb",
  "topdown", "topdown2", "energy" }

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

check.test("the reference names every metric and each of its figures", function()
  local file <close> = assert(io.open(check.root .. "/reports/REFERENCE.md"))
  local page = file:read("a")
  for _, name in ipairs(metrics.shipped) do
    local row = page:match("\n(| `" .. name .. "` |[^\n]+)")
    check.truthy(row, name)
    for _, value in ipairs(require("payoff.metrics." .. name).values) do
      check.contains(row, ("%s (`%s`)"):format(value.title, value.name), name)
    end
  end
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

local function near(got, expected, what)
  check.truthy(got and math.abs(got - expected) < 1e-9, ("%s: %s is not %s"):format(what or "",
    tostring(got), tostring(expected)))
end

local function neoverse(model, more)
  local events = { [model .. "::CPU_CYCLES"] = 1000, [model .. "::OP_SPEC"] = 2000,
    [model .. "::OP_RETIRED"] = 1500 }
  for name, value in pairs(more) do
    events[name:match("^%l") and name or model .. "::" .. name] = value
  end
  return events
end

check.test("top-down of Arm's cores, by hand", function()
  local v1 = neoverse("arm_v1", { STALL_SLOT = 6000, STALL_SLOT_FRONTEND = 2000,
    STALL_SLOT_BACKEND = 4000, BR_MIS_PRED = 10, slots_per_cycle = 8 })
  local found = shares(v1)
  near(found.td_retiring, 0.75 * (1 - 6 / 8))
  near(found.td_bad_speculation, 0.25 * (1 - 6 / 8) + 4 * 0.01)
  near(found.td_frontend, 2 / 8 - 4 * 0.01)
  near(found.td_backend, 4 / 8)
  -- All slots are somewhere.
  near(found.td_retiring + found.td_bad_speculation + found.td_frontend + found.td_backend, 1)
  v1.slots_per_cycle = nil -- an older kernel does not say how many: nothing is made up
  check.same(shares(v1), {})
  -- Revisions 0 to 2 of the N2 count a slot too many per cycle.
  local n2 = neoverse("arm_n2", { STALL_SLOT = 4000, STALL_SLOT_FRONTEND = 2000,
    STALL_SLOT_BACKEND = 2000, BR_MIS_PRED = 0, slots_per_cycle = 5, cpu_revision = 0 })
  near(shares(n2).td_frontend, 1 / 5)
  near(shares(n2).td_retiring, 0.75 * (1 - 3 / 5))
  n2.cpu_revision = 3
  near(shares(n2).td_frontend, 2 / 5)
  n2.cpu_revision = nil -- which is not known
  check.same(shares(n2), {})
  local v2 = neoverse("arm_v2", { STALL_SLOT = 6000, STALL_SLOT_FRONTEND = 2000,
    STALL_SLOT_BACKEND = 4000, BR_MIS_PRED = 10, slots_per_cycle = 8 })
  found = shares(v2)
  near(found.td_backend, 4 / 8 - 3 * 0.01)
  near(found.td_frontend, 2 / 8 - 0.01)
  v2["arm_v2::STALL_SLOT_FRONTEND"] = 40 -- a little below nothing by rounding: nothing
  check.equal(shares(v2).td_frontend, 0)
  v2["arm_v2::STALL_SLOT_FRONTEND"] = 12000 -- no share at all: counted at different times
  check.equal(shares(v2).td_frontend, nil)
end)

local function level2(events)
  local out = {}
  for _, value in ipairs(metrics.load({ "topdown2" }, ".")[1].values) do
    out[value.name] = metrics.value(value, events, {})
  end
  return out
end

check.test("top-down level 2, by hand", function()
  local intel = { ["cpu/slots/"] = 1000 }
  for name, count in pairs { retiring = 500, ["bad-spec"] = 100, ["fe-bound"] = 200,
    ["be-bound"] = 200, ["heavy-ops"] = 100, ["br-mispredict"] = 75, ["fetch-lat"] = 50,
    ["mem-bound"] = 210 } do
    intel[("cpu/topdown-%s/"):format(name)] = count
  end
  local found = level2(intel)
  for name, share in pairs { td2_heavy = 0.1, td2_light = 0.4, td2_mispredicts = 0.075,
    td2_clears = 0.025, td2_fetch_latency = 0.05, td2_fetch_bandwidth = 0.15, td2_memory = 0.21,
    td2_core = 0 } do
    near(found[name], share, name)
  end
  local zen4 = "amd64_fam19h_zen4::"
  found = level2 { [zen4 .. "CYCLES_NOT_IN_HALT"] = 100,
    [zen4 .. "DISPATCH_STALLS_1:FE_NO_OPS"] = 150,
    [zen4 .. "DISPATCH_STALLS_1:FE_NO_OPS:c=6"] = 20, [zen4 .. "DISPATCH_STALLS_1:BE_STALLS"] = 300,
    [zen4 .. "CYCLES_NO_RETIRE:NOT_COMPLETE_LOAD_AND_ALU"] = 80,
    [zen4 .. "CYCLES_NO_RETIRE:NOT_COMPLETE_MISSING_LOAD"] = 60 }
  near(found.td2_fetch_latency, 0.2)
  near(found.td2_fetch_bandwidth, 0.05)
  near(found.td2_memory, 0.375)
  near(found.td2_core, 0.125)
  check.equal(found.td2_heavy, nil)
end)

check.test("what formulas may know of the processor", function()
  local machine = { cpu = { stepping = 3 }, pmus = { { name = "software" },
    { name = "armv8_pmuv3_0", slots = 5 } } }
  check.same(metrics.facts(machine), { slots_per_cycle = 5, cpu_revision = 3 })
  machine.pmus[3] = { name = "armv8_pmuv3_1", slots = 8 } -- two kinds of core
  check.equal(metrics.facts(machine).slots_per_cycle, nil)
  check.same(metrics.facts {}, {})
end)

check.test("the first variant whose events are all known is taken", function()
  local metric = topdown()
  local function is_n1(name) return name:find("^arm_n1"), "unknown" end
  check.equal(metrics.missing(metric, is_n1), nil)
  check.equal(metric.events[1], "arm_n1::CPU_CYCLES")
  check.contains(metrics.missing(metric, function() return nil, "unknown" end), "counts none of")
end)
