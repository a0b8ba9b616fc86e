local check = require "check"
local between = require "payoff.run.between"
local compare = require "payoff.run.compare"
local estimate = require "payoff.run.estimate"
local machines = require "payoff.run.machines"

-- A cell of the run model with one process per block and one sample per process.
local function cell(subject, times, more)
  local out = { id = subject .. "/serial/1/warm/1", subject = subject, mode = "serial", jobs = 1,
    start = "warm", size = 1, tasks = 1, verdict = { state = "identical" }, samples = {} }
  for block, wall_ns in ipairs(times) do
    out.samples[block] = { block = block, process = 1, index = 1, wall_ns = wall_ns,
      cpu_ns = wall_ns, loops = 1 }
  end
  for key, value in pairs(more or {}) do out[key] = value end
  out.time = estimate.time(out, 0.95)
  return out
end

-- Times around `middle`, spread by some thousandths, the same for the same seed.
local function times(middle, n, seed, spread)
  local out = {}
  math.randomseed(seed)
  for i = 1, n do out[i] = middle * (1 + (math.random() - 0.5) * (spread or 0.004)) end
  return out
end

local function run(list, more)
  local out = { confidence = 0.95, sizes = { { size = 1, tasks = 1, example = "(0,)" } },
    cells = list, machine = { cpu = { model = "Sparrow 9", architecture = "x86_64" },
      kernel = "Linux 6.1" } }
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

local function always() return true end

local function subject(name, hash)
  return { name = name, kind = "python", calls = "f", files = { { path = "/x/" .. name .. ".py",
    sha256 = hash } } }
end

-- Of the reference and "f", whose file is another one in each run unless it says `same`.
local function print_of(hash)
  return { libc = "glibc 2", subjects = { subject("python", "1"), subject("f", hash),
    subject("g", hash) } }
end

-- old, new: times of f. options: reference = { old, new }, same, control = { old, new }, margin.
local function both(old, new, options)
  options = options or {}
  local reference = options.reference or { times(1e7, #old, 91), times(1e7, #new, 92) }
  local list = {}
  for i, own in ipairs { old, new } do
    local control
    if options.control then
      control = { steps = 1, measured = {} }
      for block, wall_ns in ipairs(times(options.control[i], #own, 92 + i)) do
        control.measured[block] = { block = block, wall_ns = wall_ns }
      end
    end
    list[i] = run({ cell("python", reference[i], { baseline = true }), cell("f", own) },
      { fingerprint = print_of(options.same and "2" or tostring(i)), control = control })
  end
  local result = between.runs(list[1], list[2], { margin = options.margin, valid = always })
  return result.rows[2], result
end

check.test("slower, faster, equal and unresolved", function()
  local base = times(1e6, 20, 1)
  check.equal(both(base, times(1.05e6, 20, 2)).state, "slower")
  check.equal(both(base, times(0.95e6, 20, 3)).state, "faster")
  check.equal(both(base, times(1e6, 20, 4)).state, "equal")
  check.equal(both(base, times(1e6, 20, 5, 0.3)).state, "unresolved")
end)

check.test("the margin decides what is equal", function()
  local a, b = times(1e6, 20, 1), times(1.03e6, 20, 2)
  check.equal(both(a, b, { margin = 0.01 }).state, "slower")
  check.equal(both(a, b, { margin = 0.10 }).state, "equal")
end)

check.test("too few processes are unresolved, and it is said why", function()
  local row = both({ 1e6, 1e6 }, { 2e6, 2e6 })
  check.equal(row.state, "unresolved")
  check.contains(row.reason, "takes")
end)

-- Two runs of so many ports besides an unchanged reference.
local function many(list_old, list_new)
  local prints = {}
  for i = 1, 2 do
    prints[i] = { subjects = { subject("python", "1") } }
    for _, one in ipairs(list_old) do
      table.insert(prints[i].subjects, subject(one.subject, tostring(i)))
    end
  end
  table.insert(list_old, 1, cell("python", times(1e7, 20, 91), { baseline = true }))
  table.insert(list_new, 1, cell("python", times(1e7, 20, 92), { baseline = true }))
  return between.runs(run(list_old, { fingerprint = prints[1] }),
    run(list_new, { fingerprint = prints[2] }), { valid = always }).rows
end

check.test("of many comparisons of the same, few are different", function()
  local old, new = {}, {}
  for i = 1, 60 do
    old[i] = cell("f" .. i, times(1e6, 12, 2 * i, 0.2))
    new[i] = cell("f" .. i, times(1e6, 12, 2 * i + 1, 0.2))
  end
  for _, row in ipairs(many(old, new)) do
    check.truthy(row.state == "unresolved" or row.state == "equal", row.id .. " " .. row.state)
  end
end)

check.test("p is adjusted for the family", function()
  local a, b = times(1e6, 20, 1), times(1.05e6, 20, 2)
  local alone = many({ cell("f", a) }, { cell("f", b) })[2].p
  local old, new = { cell("f", a) }, { cell("f", b) }
  for i = 1, 9 do old[i + 1], new[i + 1] = cell("g" .. i, a), cell("g" .. i, a) end
  local among = many(old, new)[2].p
  check.truthy(among >= 9 * alone, among .. " and " .. alone)
end)

check.test("times of different machines are no evidence", function()
  local list = { cell("f", times(1e6, 20, 1)) }
  local other = run({ cell("f", times(2e6, 20, 2)) }, { machine = { cpu = { model = "Wren 3" } } })
  local result = between.runs(run(list), other, { valid = always })
  check.equal(result.rows[1].state, "not comparable")
  check.contains(table.concat(result.differences, ";"), "processor: Sparrow 9 and Wren 3")
end)

check.test("what an unchanged row and the control show as well is the machine's", function()
  local a, same = times(1e6, 20, 1), times(1e7, 20, 5)
  local slow = { reference = { same, times(1.1e7, 20, 6) }, control = { 5e5, 5.5e5 } }
  local row, result = both(a, times(1.1e6, 20, 2), slow)
  check.truthy(row.state == "equal" or row.state == "unresolved", row.state)
  check.contains(row.text, "10")
  check.contains(result.machine[1].text, "the machine changed. Verdicts are on what goes beyond")
  check.equal(both(a, times(1.16e6, 20, 2), slow).state, "slower") -- more than that
  check.equal(both(a, times(1.0e6, 20, 2), slow).state, "faster") -- on a slower machine
  check.equal(result.rows[1].state, "unresolved") -- the reference itself, which is the same
  check.contains(result.rows[1].reason, "its code is the same in both runs")
end)

check.test("where unchanged code changed by different amounts, between is open", function()
  local a = times(1e6, 20, 1)
  local mixed = { reference = { times(1e7, 20, 5), times(1.1e7, 20, 6) }, control = { 5e5, 5e5 } }
  local row, result = both(a, times(1.05e6, 20, 2), mixed)
  check.equal(row.state, "unresolved")
  check.contains(row.reason, "not change alike")
  check.contains(result.machine[1].text, "the control kernel about as long")
  check.equal(both(a, a, mixed).state, "unresolved")
  check.equal(both(a, times(1.1e6, 20, 2), mixed).state, "unresolved")
  check.equal(both(a, times(1.2e6, 20, 2), mixed).state, "slower")
  check.equal(both(a, times(0.9e6, 20, 2), mixed).state, "faster")
end)

check.test("where nothing is the same, only a factor of two counts", function()
  local function judged(factor)
    local old = run({ cell("f", times(1e6, 20, 1)) }, { fingerprint = print_of("1") })
    local new = run({ cell("f", times(factor * 1e6, 20, 2)) }, { fingerprint = print_of("2") })
    local result = between.runs(old, new, { valid = always })
    return result.rows[1], result
  end
  local row, result = judged(1.2)
  check.equal(row.state, "unresolved")
  check.contains(row.reason, "nothing that is the same in both runs")
  check.contains(result.machine[1].text, "no row has the same code in both runs")
  check.equal(judged(1).state, "unresolved")
  check.equal(judged(3).state, "slower")
  check.equal(judged(0.3).state, "faster")
end)

check.test("more runs of the same code show how far two of it are apart", function()
  local function moved(percent, seed, hash)
    local list = { cell("python", times(1e7, 20, seed), { baseline = true }),
      cell("f", times(1e6 * (1 + percent / 100), 20, seed + 50)) }
    return run(list, { fingerprint = print_of(hash) })
  end
  local old, new, others = moved(0, 1, "1"), moved(6, 2, "2"), {}
  check.equal(between.runs(old, new, { valid = always }).rows[2].state, "slower")
  for i, percent in ipairs { 5, -4, 7 } do others[i] = moved(percent, 10 + i, "1") end
  local row = between.runs(old, new, { valid = always, others = others }).rows[2]
  check.equal(row.state, "unresolved")
  check.equal(row.reason, "runs of the same code differ by as much")
  check.equal(row.spread.degrees, 3)
  check.truthy(row.beyond.low < 0.95 and row.beyond.high > 1.15, row.beyond.low)
  -- Steady ones take nothing away; those of a third version, or of other work, do not count.
  for i, percent in ipairs { 0.1, -0.1, 0 } do others[i] = moved(percent, 10 + i, "1") end
  check.equal(between.runs(old, new, { valid = always, others = others }).rows[2].state, "slower")
  for i, percent in ipairs { 5, -4, 7 } do others[i] = moved(percent, 10 + i, "3") end
  check.equal(between.runs(old, new, { valid = always, others = others }).rows[2].spread, nil)
  for i, percent in ipairs { 5, -4, 7 } do
    others[i] = moved(percent, 10 + i, "1")
    others[i].sizes = { { size = 1, tasks = 2, example = "(0,)" } }
  end
  check.equal(between.runs(old, new, { valid = always, others = others }).rows[2].spread, nil)
end)

check.test("the same code is never faster or slower, another function is other code", function()
  local a, b = times(1e6, 20, 1), times(1.3e6, 20, 2)
  local row = both(a, b, { same = true })
  check.equal(row.state, "unresolved")
  check.equal(row.same, true)
  check.equal(both(a, b).same, false)
end)

check.test("waits for a CPU are taken off, and other bad moments allow no verdict", function()
  local function busy(list, mark)
    local out = run({ cell("python", times(1e7, 20, 91), { baseline = true }), cell("f", list) },
      { fingerprint = print_of(mark and "2" or "1") })
    for _, sample in ipairs(out.cells[2].samples) do
      if mark then
        sample.marked, sample.noise = mark, { waited_ns = 5e5 }
        sample.wall_ns = sample.wall_ns + 5e5
      end
    end
    return out
  end
  local function judged(mark, factor, time)
    return between.runs(busy(times(1e6, 20, 1)), busy(times(factor * 1e6, 20, 2), mark),
      { valid = always, time = time }).rows[2]
  end
  local waited = "waited for a CPU 40 % of the time"
  check.equal(judged(waited, 1).state, "equal")
  check.equal(judged(waited, 1.05).state, "slower")
  check.equal(judged(waited, 1, "wall").state, "unresolved")
  check.contains(judged(waited, 1, "wall").reason, "20 of 20 samples of it in run B were taken in")
  check.equal(judged("the host took CPU time worth 9 % of it", 1.3).state, "unresolved")
  check.equal(judged(waited, 1.05, "cpu").state, "slower")
end)

check.test("processes that were sampled in another way are a caution", function()
  local base = times(1e6, 20, 1)
  local old = run({ cell("f", base, { loops = 10 }) }, { payoff = { version = "1" } })
  local new = run({ cell("f", base, { loops = 15 }) }, { payoff = { version = "1" } })
  check.equal(#between.runs(old, new, { valid = always }).cautions, 0)
  new.cells[1].loops, new.payoff = 30, { version = "2" }
  local cautions = between.runs(old, new, { valid = always }).cautions
  check.equal(cautions[1], "payoff: 1 and 2")
  check.contains(cautions[2], "the processes of f, serial were sampled in another way")
  new.cells[1].loops = 10
  for i = 1, 60 do
    new.cells[1].samples[i] = { block = (i - 1) // 3 + 1, process = 1, wall_ns = 1e6, loops = 1 }
  end
  check.equal(#between.runs(old, new, { valid = always }).cautions, 2)
end)

check.test("another kernel or C library is a caution, not another machine", function()
  local hard, soft = machines.compare({ cpu = { model = "x" }, kernel = "Linux 6.1" },
    { cpu = { model = "x" }, kernel = "Linux 6.8" })
  check.same(hard, {})
  check.same(soft, { "kernel: Linux 6.1 and Linux 6.8" })
  local a = run({ cell("f", { 1e6 }) }, { fingerprint = { libc = "glibc 2.36" } })
  local b = run({ cell("f", { 1e6 }) }, { fingerprint = { libc = "glibc 2.41" },
    control = { state = "contaminated" }, interrupted = true })
  local cautions = between.runs(a, b, { valid = always }).cautions
  check.equal(cautions[1], "C library: glibc 2.36 and glibc 2.41")
  check.contains(cautions[2], "moved within run B itself")
  check.contains(cautions[3], "run B did not come to its end")
end)

check.test("rows of one run alone, other work and wrong ports are not compared", function()
  local old = run { cell("f", { 1e6 }), cell("gone", { 1e6 }) }
  local new = run { cell("f", { 1e6 }), cell("fresh", { 1e6 }) }
  local rows = between.runs(old, new, { valid = always }).rows
  check.equal(rows[2].text, "only in the first run")
  check.equal(rows[3].text, "only in the second run")
  new.sizes[1].tasks = 2
  check.contains(between.runs(old, new, { valid = always }).rows[1].text, "different work")
  rows = between.runs(old, new, { valid = function() return false end }).rows
  check.equal(rows[1].state, "invalid")
end)

check.test("inside a run: ports against the reference, and the best against the next", function()
  local r = run { cell("python", times(1e6, 12, 1), { baseline = true }),
    cell("c", times(1e4, 12, 2)), cell("rust", times(2e4, 12, 3)),
    cell("same", times(1e6, 12, 4)) }
  r.comparisons = compare.inside(r, always)
  check.equal(#r.comparisons, 4)
  check.equal(r.comparisons[1].state, "faster")
  check.contains(r.comparisons[1].text, "c, serial is faster than python, serial: 100")
  check.equal(r.comparisons[4].kind, "next")
  check.contains(r.comparisons[4].text, "c, serial is faster than rust, serial: 2.0")
  local lines = compare.sentences(r)
  check.equal(lines[1], "ports at their best against python, serial: faster: c, rust; equal: same")
  check.contains(lines[2], "best against next: c, serial is faster")
end)

check.test("inside a run: on busy CPUs elapsed time alone makes no verdict", function()
  local function judged(factor, cpu, marked)
    local list = { cell("python", times(1e6, 20, 1), { baseline = true }),
      cell("c", times(factor * 1e6, 20, 2)) }
    for _, sample in ipairs(list[2].samples) do sample.cpu_ns = cpu * 1e6 end
    if marked then list[2].marked = { samples = 20, of = 20, left_out = false } end
    return compare.inside(run(list), always)[1]
  end
  check.equal(judged(1.5, 1, false).state, "slower")
  local busy = judged(1.5, 1, true)
  check.equal(busy.state, "unresolved")
  check.contains(busy.text, "the CPUs were busy, and CPU time does not show it")
  check.equal(judged(1.5, 1.4, true).state, "slower")
  check.equal(judged(1.5, 0.7, true).state, "unresolved")
  check.equal(judged(0.1, 1, true).state, "faster")
end)

-- The ratio of `n` pairs whose logs are `logs`, judged inside a run.
local function inside(logs)
  local old, new = {}, {}
  for i, log in ipairs(logs) do old[i], new[i] = 1e6, 1e6 * math.exp(log) end
  return compare.inside(run { cell("python", old, { baseline = true }), cell("c", new) }, always)[1]
end

check.test("a verdict asks for more than an interval that leaves out 1", function()
  -- Ten of twelve are above, so the 95 % interval is too; p is 0.012.
  local item = inside { 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10, -0.055, -0.085 }
  check.truthy(item.interval.low > 1)
  check.equal(item.state, "unresolved")
  check.contains(item.text, "must be surer")
  item = inside { 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10, -0.015, -0.025 }
  check.equal(item.state, "slower")
end)

check.test("six blocks resolve what is plain, and not what is by chance", function()
  check.equal(inside({ -5, -5.1, -5.2, -4.9, -5.05, -5 }).state, "faster")
  check.equal(inside({ 0.01, 0.05, 0.02, 0.09, 0.03, 0.002 }).state, "unresolved")
  check.equal(inside({ 0.01, 0.01, 0.01, 0.01, 0.01, 0.011 }).state, "slower")
end)

check.test("effects in words", function()
  check.equal(compare.effect { median = 0.01, low = 0.0099, high = 0.0101 },
    "100× as fast [99, 101]")
  check.equal(compare.effect { median = 1.05, low = 1.03, high = 1.06 },
    "5.0 % more time [3.0, 6.0]")
  check.equal(compare.effect { median = 0.97, low = 0.96, high = 0.99 },
    "3.0 % less time [1.0, 4.0]")
  check.equal(compare.effect { median = 3 }, "3.00× as slow")
end)

check.test("marked samples are left out while enough others remain", function()
  local it = cell("f", times(1e6, 9, 1))
  it.samples[3].wall_ns, it.samples[3].marked = 9e6, "steal"
  check.same(estimate.marked(it), { samples = 1, of = 9, left_out = true })
  check.equal(estimate.time(it, 0.95).n, 8)
  for _, sample in ipairs(it.samples) do sample.marked = "steal" end
  check.same(estimate.marked(it), { samples = 9, of = 9, left_out = false })
  check.equal(estimate.time(it, 0.95).n, 9)
end)

check.test("a block is the median over its processes, each with its fastest sample", function()
  local it = { samples = {} }
  for process, walls in ipairs { { 5, 3 }, { 9, 7 }, { 20, 21 } } do
    for index, wall_ns in ipairs(walls) do
      table.insert(it.samples, { block = 1, process = process, index = index, wall_ns = wall_ns,
        loops = 1 })
    end
  end
  check.same(estimate.list(it), { 7 })
end)
