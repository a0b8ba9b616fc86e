local check = require "check"
local placement = require "payoff.run.placement"

-- Four cores with two threads each, numbered as Linux does: 0–3 first threads, 4–7 their siblings.
local function smt(unusable)
  local cpus = {}
  for id = 0, 7 do
    cpus[#cpus + 1] = { id = id, core = id % 4, package = 0, usable = id ~= unusable }
  end
  return cpus
end

local function pinned(cpus, mode, jobs, of)
  return placement.new(cpus, { pin = true }):of { mode = mode, jobs = jobs, of = of or {} }
end

check.test("physical cores come before their second threads", function()
  check.same(placement.order(smt()), { 0, 1, 2, 3, 4, 5, 6, 7 })
  -- Siblings next to each other.
  local pairs_of = {}
  for id = 0, 3 do
    pairs_of[id + 1] = { id = id, core = id // 2 * 2, package = 0, usable = true }
  end
  check.same(placement.order(pairs_of), { 0, 2, 1, 3 })
end)

check.test("packages are filled one after the other, performance cores first", function()
  local cpus = {}
  for id = 0, 3 do cpus[id + 1] = { id = id, core = id, package = id % 2, usable = true } end
  check.same(placement.order(cpus), { 0, 2, 1, 3 })
  for id = 0, 3 do cpus[id + 1].type = id < 2 and "cpu_atom" or "cpu_core" end
  check.same(placement.order(cpus), { 2, 3, 0, 1 })
end)

check.test("the first CPU is payoff's as long as there are others", function()
  check.same(pinned(smt(), "serial", 1), { 1 })
  check.same(pinned(smt(), "thread", 3), { 1, 2, 3 })
  check.same(pinned(smt(), "process", 7), { 1, 2, 3, 4, 5, 6, 7 })
  check.equal(pinned(smt(), "process", 8), nil)
  check.same(pinned({ { id = 0, usable = true }, { id = 1, usable = true } }, "serial", 1), { 1 })
end)

check.test("what may not be used is not", function()
  check.same(placement.order(smt(0)), { 1, 2, 3, 4, 5, 6, 7 })
  check.same(pinned(smt(1), "serial", 1), { 2 })
end)

check.test("what is not pinned: one CPU, unknown CPUs, --no-pin, own threads", function()
  check.equal(pinned({ { id = 0, usable = true } }, "serial", 1), nil)
  check.equal(pinned({}, "serial", 1), nil)
  check.equal(pinned(smt(), "serial", 1, { has_threads = true }), nil)
  local place = placement.new(smt(), { pin = false })
  check.equal(place:of { mode = "serial", jobs = 1, of = {} }, nil)
  check.contains(place.text, "--no-pin")
  check.truthy(placement.has_threads { cpu_ns = 190e6, wall_ns = 100e6 })
  check.equal(placement.has_threads { cpu_ns = 1900, wall_ns = 1000 }, false, "too short to tell")
  check.equal(placement.has_threads { cpu_ns = 99, wall_ns = 100 }, false)
  check.equal(placement.has_threads { wall_ns = 100 }, false)
end)

check.test("no more workers are pinned than the quota lets run, and it is said", function()
  local place = placement.new(smt(), { pin = true, limit = 2.5 })
  check.same(place:of { mode = "process", jobs = 4, of = {} }, { 1, 2 })
  check.same(place:of { mode = "process", jobs = 8, of = {} }, { 1, 2 })
  check.contains(place.text, "quota of 2.5 lets no more than 2 run at once")
  place = placement.new(smt(), { pin = true, limit = 0.5 })
  check.same(place:of { mode = "thread", jobs = 2, of = {} }, { 1 })
  place = placement.new(smt(), { pin = true, limit = 64 })
  check.equal(place:of { mode = "process", jobs = 8, of = {} }, nil)
  check.equal(place.text:find("quota"), nil)
end)

check.test("payoff steps aside while it measures, and unpinned workers have all CPUs", function()
  local calls = {}
  local function run_on(cpus)
    calls[#calls + 1] = table.concat(cpus, ",")
    return true
  end
  local place = placement.new(smt(), { pin = true })
  check.equal(place.all, nil)
  place:step_aside(run_on)
  check.same(place.all, { 0, 1, 2, 3, 4, 5, 6, 7 })
  place:come_back(run_on)
  place:come_back(run_on)
  check.same(calls, { "0", "0,1,2,3,4,5,6,7" })
  check.equal(place.all, nil)
  placement.new(smt(), { pin = false }):step_aside(run_on)
  check.equal(#calls, 2)
  place:step_aside(function() return nil, "refused" end)
  check.equal(place.all, nil)
end)

check.test("payoff goes where a serial worker is, unless it has to read its output", function()
  local calls = {}
  local function run_on(cpus)
    calls[#calls + 1] = table.concat(cpus, ",")
    return true
  end
  local place, of = placement.new(smt(), { pin = true }), {}
  check.equal(place:join({ mode = "serial", of = of }, { 2 }, run_on), false) -- not aside
  place:step_aside(run_on)
  check.equal(place:join({ mode = "serial", of = of }, { 2 }, run_on), true)
  place:part(run_on)
  check.same(calls, { "0", "2", "0" })
  check.equal(place:join({ mode = "thread", of = of }, { 2 }, run_on), false)
  check.equal(place:join({ mode = "serial", of = of }, nil, run_on), false)
  check.equal(place:join({ mode = "serial", of = { writes = true } }, { 2 }, run_on), false)
  check.equal(#calls, 3)
end)
