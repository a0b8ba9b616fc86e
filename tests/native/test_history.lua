local check = require "check"
local history = require "payoff.history"

local function model(run, wall_ns, changes)
  local samples = {}
  for block = 1, 6 do
    samples[block] = { block = block, process = 1, index = 1, loops = 1,
      wall_ns = math.floor(wall_ns * (1 + 0.0005 * (block - 3))) }
  end
  local it = {
    run = run, id = "run-" .. run, started = ("2026-11-%02dT12:00:00Z"):format(run % 28 + 1),
    machine = { cpu = { model = "A", cores = 4 } },
    fingerprint = { cpu = { vendor = "V", family = 1, model_number = 2 }, libc = "glibc 2.36",
      subjects = { { name = "c", compilers = { "GCC 12" } } } },
    git = { checkouts = { { commit = ("%012x"):format(run), dirty = false } }, paths = {} },
    cells = { { id = "c/serial/1/warm/1", subject = "c", mode = "serial", jobs = 1, start = "warm",
      size = 1, tasks = 1, verdict = { state = "identical" }, samples = samples } },
  }
  if changes then changes(it) end
  return it
end

local function runs(values, changes)
  local list = {}
  for i, value in ipairs(values) do list[i] = model(i, value, changes and changes[i]) end
  return list
end

-- A little noise that repeats, so that a test is the same every time.
local function noisy(level, i) return level * (1 + 0.002 * math.sin(i * 12.9898)) end

check.test("a change of the level is found where it is, a single odd run is none", function()
  local values = {}
  for i = 1, 30 do values[i] = noisy(i <= 18 and 1e6 or 1.05e6, i) end
  values[9] = 4e6
  local one = history.of(runs(values), { level = 0.95 })[1].series[1]
  check.equal(#one.stretches, 2)
  check.equal(one.stretches[2].first, 19)
  check.equal(one.points[19].commit, ("%012x"):format(19))
  check.truthy(math.abs(one.stretches[2].level / one.stretches[1].level - 1.05) < 0.005)
end)

check.test("nothing changes in what does not", function()
  for n = 1, 60 do
    local values = {}
    for i = 1, n do values[i] = noisy(1e6, i) end
    if n > 5 then values[1], values[n] = 3e6, 2e6 end
    local one = history.of(runs(values), { level = 0.95 })[1].series[1]
    check.truthy(#one.stretches <= 1, n)
  end
end)

check.test("other machines and compilers stand apart, with the reason", function()
  local function clang(it) it.fingerprint.subjects[1].compilers = { "clang 14" } end
  local function other(it) it.machine.cpu.model = "B" end
  local function old(it) it.fingerprint = nil end
  local list = history.of(runs({ 1e6, 2e6, 1e6, 3e6, 1e6 }, { [2] = clang, [4] = other,
    [3] = old }), { level = 0.95 })
  local series = list[1].series
  check.equal(#series, 4)
  check.equal(#series[1].points, 2)
  check.same(series[1].differences, {})
  check.contains(series[2].differences[1], "processor")
  check.contains(series[3].differences[1], "not recorded")
  check.contains(series[4].differences[1], "compiler of c: GCC 12 and clang 14")
end)

check.test("wrong results have no place in it", function()
  local list = history.of(runs({ 1e6, 1e6 }, { [2] = function(it)
    it.cells[1].verdict = { state = "wrong" }
  end }), { level = 0.95 })
  check.equal(#list[1].series[1].points, 1)
  check.equal(#history.of(runs { 1e6 }, { level = 0.95, cell = "rust" }), 0)
  check.equal(#history.of(runs { 1e6 }, { level = 0.95, cell = "c/serial" }), 1)
end)

check.test("the newest runs are those that began last, whatever their numbers", function()
  local list = {}
  for i, started in ipairs { "2026-03", "2026-01", "2026-04", "2026-02", "2026-02" } do
    list[i] = { run = i, started = started, experiment = { name = i == 3 and "other" or "x" } }
  end
  local db = { runs = function() return list end, load = function(_, run) return list[run] end }
  local function numbers(most)
    local out = {}
    for i, found in ipairs(history.load(db, "x", most)) do out[i] = found.run end
    return out
  end
  check.same(numbers(200), { 2, 4, 5, 1 })
  check.same(numbers(2), { 5, 1 })
end)

check.test("a sparkline", function()
  check.equal(history.sparkline { 1, 1, 1 }, "▁▁▁")
  check.equal(history.sparkline { 1, 10, 100 }, "▁▅█")
  check.equal(history.sparkline {}, "")
end)
