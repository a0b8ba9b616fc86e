local check = require "check"
local estimate = require "payoff.run.estimate"
local scaling = require "payoff.run.scaling"

-- spec: wall and cpu of one run in ms, and the wall time of the busiest worker.
local function cell(subject, mode, jobs, start, spec)
  local out = { id = ("%s/%s/%d/%s/1"):format(subject, mode, jobs, start), subject = subject,
    mode = mode, jobs = jobs, start = start, size = 1, tasks = spec.tasks or 8, samples = {},
    verdict = { state = "identical" } }
  for block = 1, 8 do
    local noise = 1 + 0.001 * ((block * 7 + jobs) % 5)
    out.samples[block] = { block = block, process = 1, index = 1, loops = 1,
      wall_ns = spec.wall * 1e6 * noise, cpu_ns = (spec.cpu or spec.wall) * 1e6 * noise,
      workers = { { id = 0, wall_ns = (spec.worker or spec.wall) * 1e6, tasks = 1 } } }
  end
  out.time, out.cpu = estimate.time(out, 0.95), estimate.cpu(out, 0.95)
  return out
end

local function scale(list, more)
  local run = { confidence = 0.95, seed = 1, cells = list, sizes = { { size = 1 } },
    subjects = { { name = "python", kind = "python" }, { name = "c", kind = "native" } } }
  for key, value in pairs(more or {}) do run[key] = value end
  return scaling.of(run, function() return true end)
end

check.test("healthy scaling has a small serial share and no limit", function()
  local list = {}
  for _, jobs in ipairs { 1, 2, 4, 8 } do
    list[#list + 1] = cell("c", "thread", jobs, "warm",
      { wall = 100 * (0.1 + 0.9 / jobs), cpu = 100 })
  end
  local group = scale(list)[1]
  check.equal(group.limit, nil)
  check.equal(#group.points, 4)
  check.equal(group.over, "c/thread/1/warm/1")
  check.truthy(math.abs(group.amdahl.serial.estimate - 0.1) < 0.01)
  check.truthy(group.amdahl.serial.low <= 0.1 and group.amdahl.serial.high >= 0.098)
  check.truthy(group.usl.serial.estimate)
  check.truthy(math.abs(group.points[4].speedup.median - 1 / (0.1 + 0.9 / 8)) < 0.05)
  check.contains(group.text, "8 threads are 4.7")
  check.contains(group.text, "By Amdahl's law 10")
  check.contains(group.text, "of the time with one is not shared among more.")
end)

check.test("two numbers of jobs do not check a law, and one that misses is not told", function()
  local two = scale { cell("c", "thread", 1, "warm", { wall = 100 }),
    cell("c", "thread", 2, "warm", { wall = 60, cpu = 100 }) }
  check.contains(two[1].text, "(two numbers of jobs cannot check the law)")
  local list = {}
  for jobs, wall in pairs { [1] = 100, [2] = 95, [4] = 20, [8] = 25 } do
    list[#list + 1] = cell("c", "thread", jobs, "warm", { wall = wall, cpu = 100 })
  end
  check.contains(scale(list)[1].text, "Amdahl's law does not fit these times")
end)

check.test("more workers than CPUs are no failure to scale", function()
  local list = {}
  for jobs = 1, 8 do
    list[jobs] = cell("c", "process", jobs, "warm",
      { wall = 100 / math.min(jobs, 2), cpu = 100, worker = 100 / math.min(jobs, 2) })
  end
  local group = scale(list, { machine = { cpus_usable = 2 } })[1]
  check.equal(group.limit, nil)
  check.contains(group.text, "More than 2.00× is not possible here: 2 CPUs may be used.")
  check.equal(group.points[8].ideal, 2)
  check.truthy(group.amdahl.serial.estimate < 0.01, group.amdahl.serial.estimate)
  check.equal(group.usl, nil) -- two numbers of jobs can help
end)

check.test("the best of 1 to 8 workers is told as it was measured", function()
  local list = {}
  for jobs = 1, 8 do
    local wall = 100 * (1 / jobs + 0.02 * (1 - 1 / jobs) + 0.02 * (jobs - 1))
    list[jobs] = cell("c", "process", jobs, "warm", { wall = wall, cpu = 110, worker = wall })
  end
  local group = scale(list)[1]
  check.contains(group.text, "7 are best: 8 take 1.0")
  check.truthy(math.abs(group.usl.best_jobs - 7) < 0.2, group.usl.best_jobs)
  check.truthy(math.abs(group.usl.crosstalk.estimate - 0.02) < 0.001)
end)

check.test("threads that keep no CPU busy are not held up by a lock", function()
  local group = scale { cell("python", "thread", 1, "warm", { wall = 100, cpu = 20 }),
    cell("python", "thread", 2, "warm", { wall = 101, cpu = 30 }) }
  check.equal(group[1].limit, nil)
  check.contains(group[1].text, "Together they keep 0.3 CPUs busy: they wait, and not for each")
end)

check.test("where others had the CPUs nothing is recognised", function()
  local list = { cell("c", "thread", 1, "warm", { wall = 100 }),
    cell("c", "thread", 2, "warm", { wall = 101, cpu = 102 }) }
  list[2].marked = { samples = 8, of = 8, left_out = false }
  local group = scale(list)[1]
  check.equal(group.limit, nil)
  check.contains(group.text, "Other programs had the CPUs meanwhile")
end)

check.test("slower than one is said so, and what may be either too", function()
  local slower = scale { cell("c", "thread", 1, "warm", { wall = 50 }),
    cell("c", "thread", 2, "warm", { wall = 100, cpu = 102 }) }
  check.contains(slower[1].text, "2 threads take 2.0")
  check.contains(slower[1].text, "as long as one")
  check.contains(slower[1].text, "as a lock makes them that all need")
end)

check.test("threads that take turns are recognised, and processes named that do not", function()
  local list = {
    cell("python", "thread", 1, "warm", { wall = 100 }),
    cell("python", "thread", 2, "warm", { wall = 101, cpu = 102 }),
    cell("python", "process", 1, "warm", { wall = 100 }),
    cell("python", "process", 2, "warm", { wall = 52, cpu = 100, worker = 50 }),
  }
  local groups = scale(list)
  check.equal(groups[1].limit, "lock")
  check.contains(groups[1].text, "2 threads take 1.01")
  check.contains(groups[1].text, "as CPython's GIL makes them")
  check.contains(groups[1].text, "processes is 1.9")
  check.equal(groups[2].limit, nil)
end)

check.test("processes that lose to the serial row by transport are recognised", function()
  local list = {
    cell("c", "serial", 1, "warm", { wall = 1 }),
    cell("c", "process", 2, "warm", { wall = 10, cpu = 8, worker = 0.6 }),
    cell("c", "process", 2, "cold", { wall = 30, cpu = 8, worker = 0.6 }),
  }
  local groups = scale(list)
  check.equal(groups[1].limit, "transport")
  check.contains(groups[1].text, "pickle")
  check.lacks(groups[1].text, "starting them")
  check.contains(groups[2].text, "starting them")
  check.contains(groups[1].text, "as long as the serial row")
end)

check.test("busy CPUs that bring nothing are contention", function()
  local groups = scale {
    cell("c", "thread", 1, "warm", { wall = 100 }),
    cell("c", "thread", 2, "warm", { wall = 98, cpu = 195 }),
  }
  check.equal(groups[1].limit, "resources")
end)

check.test("fewer tasks than jobs are no failure to scale", function()
  local groups = scale {
    cell("c", "thread", 1, "warm", { wall = 100, tasks = 2 }),
    cell("c", "thread", 4, "warm", { wall = 50, cpu = 100, tasks = 2 }),
  }
  check.equal(groups[1].limit, nil)
  check.contains(groups[1].text, "More than 2.00× is not possible: there are 2 tasks for 4")
  check.equal(groups[1].amdahl, nil)
end)

check.test("one number of jobs makes a point, not a law", function()
  local groups = scale { cell("c", "thread", 2, "warm", { wall = 100 }) }
  check.equal(groups[1].text, nil)
  check.equal(groups[1].amdahl, nil)
end)
