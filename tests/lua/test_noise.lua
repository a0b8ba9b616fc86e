local check = require "check"
local noise = require "payoff.run.noise"

local ms = 1000000
local serial = { mode = "serial", jobs = 1 }
local two = { mode = "process", jobs = 2 }

local function sample(seen, wall_ms)
  seen.resolution_ns = seen.resolution_ns or 10 * ms
  return { wall_ns = (wall_ms or 100) * ms, noise = seen }
end

check.test("a quiet sample is not marked", function()
  local quiet = sample { steal_ns = 0, waited_ns = 1 * ms, other_ns = 0 }
  check.equal(noise.judge(quiet, serial, 2), nil)
  check.equal(noise.judge({ wall_ns = 5 }, serial, 2), nil)
end)

check.test("steal marks, but not less than two ticks", function()
  check.contains(noise.judge(sample { steal_ns = 30 * ms }, serial, 2), "30 %")
  check.equal(noise.judge(sample { steal_ns = 10 * ms }, serial, 2), nil)
  check.equal(noise.judge(sample({ steal_ns = 30 * ms }, 10000), serial, 2), nil)
end)

check.test("a serial worker that waits for a CPU is marked", function()
  local it = sample { waited_ns = 40 * ms, other_ns = 0 }
  check.contains(noise.judge(it, serial, 2), "40 %")
  it.cpu_ns = 99 * ms -- it waited before its clock ran
  check.equal(noise.judge(it, serial, 2), nil)
end)

check.test("others may use the CPUs that are free, and no more", function()
  check.equal(noise.judge(sample { other_ns = 100 * ms }, { mode = "process", jobs = 1 }, 2), nil)
  check.contains(noise.judge(sample { other_ns = 100 * ms }, two, 2), "others used 1.0 CPUs")
  check.equal(noise.judge(sample { other_ns = 5 * ms }, two, 2), nil)
  -- A serial worker that never waited was not disturbed, whoever else ran.
  check.equal(noise.judge(sample { waited_ns = 0, other_ns = 250 * ms }, serial, 2), nil)
end)

check.test("differences of two readings; unknown stays unknown", function()
  local before = { began_s = 0, at_s = 0, waited_ns = 5, turns = 1,
    times = { user_ns = 100 * ms, system_ns = 0, steal_ns = 0, resolution_ns = 10 * ms } }
  local after = { began_s = 0.1, at_s = 0.1, waited_ns = 9, turns = 4,
    times = { user_ns = 250 * ms, system_ns = 0, steal_ns = 10 * ms, resolution_ns = 10 * ms } }
  local got = noise.between(before, after, { wall_ns = 100 * ms, cpu_ns = 90 * ms })
  check.same(got, { waited_ns = 4, switches = 3, steal_ns = 10 * ms, resolution_ns = 10 * ms,
    other_ns = 60 * ms })
  got = noise.between(before, after, { wall_ns = 10 * ms, cpu_ns = 9 * ms })
  check.equal(got.other_ns, nil, "a window much longer than the sample")
  check.same(noise.between({}, {}, { wall_ns = 1 }), {})
end)

check.test("the run queue is read", function()
  local waited, turns = noise.queue("34506397 34610603 10\n")
  check.equal(waited, 34610603)
  check.equal(turns, 10)
  check.equal(noise.queue("nonsense"), nil)
  check.equal(noise.queue(nil), nil)
end)

check.test("a machine that is always busy is not asked again", function()
  check.truthy(noise.worth_repeating(1, 1))
  check.truthy(noise.worth_repeating(4, 2))
  check.equal(noise.worth_repeating(3, 3), false)
end)

check.test("samples that were taken together share what was seen around them", function()
  local seen = { resolution_ns = 10 * ms, steal_ns = 5 * ms, other_ns = 10 * ms, waited_ns = 3 * ms,
                 major_faults = 0, switches = 4, core_slowdown = 1.01 }
  local list = { { wall_ns = 10 * ms, cpu_ns = 10 * ms }, { wall_ns = 30 * ms, cpu_ns = 28 * ms },
                 { wall_ns = 10 * ms } }
  local whole = { wall_ns = 50 * ms, noise = seen }
  noise.part(whole, list)
  check.same(list[1].noise, { resolution_ns = 10 * ms, steal_ns = 1 * ms, other_ns = 2 * ms,
    waited_ns = 0, major_faults = 0, core_slowdown = 1.01 })
  check.same(list[2].noise, { resolution_ns = 10 * ms, steal_ns = 3 * ms, other_ns = 6 * ms,
    waited_ns = 2 * ms, major_faults = 0, switches = 4, core_slowdown = 1.01 })
  check.equal(list[3].noise.waited_ns, 600000) -- its CPU time is not known
  check.equal(noise.judge(list[1], serial, 2, whole), nil)
  check.contains(noise.judge(list[2], serial, 2, whole), "waited for a CPU 7 %")
  seen.steal_ns = 20 * ms -- nobody knows from which of them
  for _, one in ipairs(list) do
    check.contains(noise.judge(one, serial, 2, whole), "the host took CPU time worth 40 %")
  end
  seen.steal_ns, seen.major_faults = 0, 1
  check.contains(noise.judge(list[1], serial, 2, whole), "major page faults")
end)

check.test("one sample has all that was seen", function()
  local seen = { steal_ns = 7, switches = 1 }
  local list = { { wall_ns = 5 } }
  noise.part({ wall_ns = 5, noise = seen }, list)
  check.equal(list[1].noise, seen)
end)
