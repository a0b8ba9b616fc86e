local check = require "check"
local control = require "payoff.run.control"
local warmup = require "payoff.run.warmup"

-- A process whose n-th call takes time_ns(n), with a little noise that only adds.
local function process(time_ns)
  local calls, index = 0, 0
  local state = 12345
  return function(phase, loops)
    local sum = 3000 -- the bracket
    for _ = 1, loops do
      calls = calls + 1
      state = (state * 1103515245 + 12345) % 2147483648
      sum = sum + time_ns(calls) * (1 + 0.01 * state / 2147483648)
    end
    index = index + 1
    return { phase = phase, loops = loops, wall_ns = sum, index = index }
  end
end

local bracket = { wall_ns = 3000 }

local function study(time_ns, seconds)
  local found = warmup.study_once(process(time_ns), seconds or 5, bracket)
  found.text = warmup.text(found)
  return found
end

check.test("flat, and flat but for the first call", function()
  local found = study(function() return 1e6 end)
  check.equal(found.state, "flat")
  check.equal(found.loops_before, 0)
  found = study(function(n) return n == 1 and 9e4 or 3e4 end)
  check.equal(found.state, "flat")
  check.equal(found.loops_before, 1)
  check.contains(found.text, "flat after the first call, which takes ")
  found = study(function(n) return n == 1 and 5e6 or 1e6 end)
  check.equal(found.state, "first call dearer") -- a lazy import
  check.equal(found.loops_before, 1)
  check.contains(found.text, "it takes 5")
end)

check.test("a beginning that is too short for a level of its own", function()
  local found = study(function(n) return n <= 3 and 5e6 or 1e6 end)
  check.equal(found.state, "warms up")
  check.equal(found.loops_before, 3)
  -- Calls too short to be timed one by one: 20 µs interpreted, then a compiler's pause, then 1 µs.
  found = study(function(n) return n <= 6 and 2e4 or n == 7 and 3e6 or 1e3 end)
  check.equal(found.state, "warms up")
  check.truthy(found.loops_before >= 7, found.loops_before)
  -- The same without the pause: a few cold calls are no warm-up.
  check.equal(study(function(n) return n <= 3 and 3e3 or 1e3 end).state, "flat")
end)

check.test("a runtime that compiles", function()
  local found = study(function(n) return n <= 30 and 1e6 or 2e5 end)
  check.equal(found.state, "warms up")
  check.truthy(found.loops_before >= 30 and found.loops_before <= 33, found.loops_before)
  check.contains(found.text, "as fast after 3")
end)

check.test("slower, and without an end", function()
  check.equal(study(function(n) return n <= 30 and 1e6 or 2e6 end).state, "slows down")
  local found = study(function(n) return 1e6 * 1.02 ^ n end)
  check.equal(found.state, "no steady state")
  check.equal(found.loops_before, 0)
  check.contains(found.text, "no steady state in ")
end)

check.test("too slow to be studied, and a process that dies", function()
  local found = warmup.study_once(process(function() return 1e9 end), 0.5, bracket)
  check.equal(found.state, "unknown")
  check.contains(found.reason, "one loop takes 1")
  check.equal(warmup.study_once(function() return nil end, 0.5), nil)
  local calls = 0
  check.equal(warmup.study_once(function()
    calls = calls + 1
    return calls < 3 and { wall_ns = 1e6, loops = 1, index = calls } or nil
  end, 0.5), nil)
end)

check.test("what most of the processes did holds", function()
  local function one(state, before) return { state = state, loops_before = before } end
  check.equal(warmup.join { one("flat", 0) }.state, "flat")
  local joined = warmup.join { one("warms up", 9), one("flat", 0), one("flat", 1) }
  check.equal(joined.state, "flat")
  check.equal(joined.loops_before, 1)
  joined = warmup.join { one("warms up", 9), one("warms up", 12) }
  check.equal(joined.loops_before, 12)
  joined = warmup.join { one("warms up", 9), one("flat", 0), one("slows down", 4) }
  check.equal(joined.state, "inconsistent")
  check.contains(warmup.text(joined), "of its processes one warms up, one is flat, one slows down")
  check.equal(joined.loops_before, 9)
  -- Where no change is expected, one that comes here and there is a busy machine.
  joined = warmup.join({ one("warms up", 9), one("warms up", 60) }, true)
  check.equal(joined.state, "inconsistent")
  check.equal(joined.loops_before, 9)
  joined = warmup.join({ one("warms up", 40), one("flat", 0), one("slows down", 4) }, true)
  check.equal(joined.loops_before, 0)
  joined = warmup.join({ one("warms up", 20), one("warms up", 33) }, true)
  check.equal(joined.state, "warms up")
  check.equal(joined.loops_before, 33)
end)

check.test("what is not expected to change is studied for a third of the time", function()
  local function seconds_of(kind, runtime, cost_ns)
    local seen = {}
    local cell = { mode = "serial", size = 1, cost_ns = cost_ns,
      of = { kind = kind, runtime = { name = runtime } } }
    warmup.study({ cell }, 60, function(_, seconds)
      table.insert(seen, seconds)
      return { state = #seen == 1 and "warms up" or "flat", loops_before = 0, speedup = 1,
               first_over_steady = 1 }
    end)
    return seen
  end
  check.same(seconds_of("python", "pypy", 1e6), { 1.0, 1.0, 1.0 })
  local seen = seconds_of("python", "cpython", 1e6)
  check.truthy(seen[1] < 0.34 and seen[2] == 2 * seen[1] and #seen == 2, seen[1])
  check.truthy(seconds_of("native", nil, 1e6)[1] < 0.34)
  check.truthy(seconds_of("python", "cpython", 60e6)[1] > 0.6) -- ten loops have to fit
end)

check.test("further processes go somewhat further than the first, and no longer", function()
  local asked = {}
  local cell = { mode = "serial", size = 1, cost_ns = 1e6,
    of = { kind = "python", runtime = { name = "pypy" } } }
  warmup.study({ cell }, 60, function(_, _, number, enough)
    asked[number] = enough or "as many as fit"
    return { state = number == 1 and "slows down" or "flat", loops_before = 0, speedup = 1,
             first_over_steady = 1, loops_seen = 500 * number }
  end)
  check.same(asked, { "as many as fit", 600, 600 })
  local function change(n) return n <= 100 and 1e6 or 2e6 end
  local first = warmup.study_once(process(change), 5, bracket)
  check.equal(first.state, "slows down")
  local again = warmup.study_once(process(change), 5, bracket, 240)
  check.equal(again.state, "slows down")
  check.truthy(again.loops_seen >= 240 and again.loops_seen < 260, again.loops_seen)
  -- A few samples are taken all the same.
  check.equal(warmup.study_once(process(function() return 1e6 end), 5, bracket, 2).samples, 10)
end)

check.test("what the processor does is no warm-up of what does not compile", function()
  local function faster(n) return n <= 100 and 1.25e6 or 1e6 end
  local python = { kind = "python", runtime = { name = "cpython" } }
  local pypy = { kind = "python", runtime = { name = "pypy" } }
  local function state(subject, cost)
    return warmup.study_once(process(cost), 5, bracket, nil, warmup.tolerance_of(subject)).state
  end
  check.equal(state(python, faster), "flat")
  check.equal(state(pypy, faster), "warms up")
  check.equal(state(python, function(n) return n <= 100 and 2e6 or 1e6 end), "warms up")
end)

-- A neighbour takes half of the core for a while, and the probe beside the samples shows it.
check.test("what a shared core did to a sample is not taken for the process's doing", function()
  local take, most_loops = process(function() return 1e6 end), 0
  local function disturbed(from, to)
    local taken = 0
    return function(phase, loops)
      local sample = take(phase, loops)
      taken, most_loops = taken + 1, math.max(most_loops, loops)
      if taken >= from and taken <= to then
        sample.wall_ns, sample.noise = 1.7 * sample.wall_ns, { core_slowdown = 1.7 }
      end
      return sample
    end
  end
  check.equal(warmup.study_once(disturbed(3, 40), 5, bracket).state, "flat")
  most_loops = 0
  local found = warmup.study_once(disturbed(3, 1000), 5, bracket)
  check.equal(found.state, "unknown")
  check.contains(found.reason, "its core was shared with others during")
  check.truthy(most_loops <= 2, most_loops) -- nor do its samples grow
end)

check.test("how many loops come before the samples of a cell", function()
  local of = { warmup = { [1] = { loops_before = 7 } } }
  local function before(mode, jobs, start, size)
    return warmup.before { of = of, mode = mode, jobs = jobs, start = start, size = size or 1 }
  end
  check.equal(before("serial", 1, "warm"), 7)
  check.equal(before("process", 2, "warm"), 14)
  check.equal(before("process", 2, "cold"), 0)
  check.equal(before("serial", 1, "warm", 2), 0)
end)

local function values(times)
  local list = {}
  for i, time in ipairs(times) do list[i] = { block = i, wall_ns = time } end
  return list
end

check.test("the control: steady, moved, scattered, too few", function()
  local times = {}
  for i = 1, 20 do times[i] = 5e6 * (1 + 0.002 * (i * 7 % 5)) end
  local found = control.judge(values(times), 0.95)
  check.equal(found.state, "steady")
  check.contains(found.text, "20 blocks")
  for i = 13, 20 do times[i] = times[i] * 1.06 end
  found = control.judge(values(times), 0.95)
  check.equal(found.state, "contaminated")
  check.equal(found.since_block, 13)
  check.contains(found.text, "% more from block 13 on")
  check.truthy(found.p <= 0.01, found.p)
  -- A change that is sure and too small to matter; one that scatter explains.
  for i = 1, 20 do times[i] = 5e6 * (1 + 0.001 * (i * 7 % 5) + (i > 12 and 0.008 or 0)) end
  check.equal(control.judge(values(times), 0.95).state, "steady")
  for i = 1, 20 do times[i] = 5e6 * (1 + 0.06 * (i * 7 % 5)) end
  found = control.judge(values(times), 0.95)
  check.equal(found.state, "contaminated")
  check.contains(found.text, "The machine was not steady")
  for i = 1, 20 do times[i] = 5e6 * (1 + 0.01 * (i * 7 % 5)) end
  check.equal(control.judge(values(times), 0.95).state, "steady")
  -- Four before and four after may be chance: said, and not judged; far apart, they are unsteady.
  local eight = {}
  for i = 1, 8 do eight[i] = i > 4 and 10e6 or 5e6 end
  check.equal(control.judge(values(eight), 0.95).state, "contaminated")
  for i = 1, 8 do eight[i] = i > 4 and 5.1e6 or 5e6 end
  found = control.judge(values(eight), 0.95)
  check.equal(found.state, "unknown")
  check.contains(found.text, "it takes 11 to tell a drift from chance")
  local it = control.new { { block = 3, wall_ns = 5e6 } } -- of a run that is resumed
  control.measure(it, { block = 3 }) -- has its value: no process is started
  check.equal(#it.values, 1)
  found = control.judge(values { 1, 2 }, 0.95, "no worker")
  check.equal(found.state, "unknown")
  check.contains(found.text, "2 blocks")
  check.contains(found.text, "no worker")
end)
