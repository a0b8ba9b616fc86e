-- What `--time` changes, on samples of a machine that others use: every second process of the
-- second subject waits for a CPU as long as it runs.
local beside = require "payoff.run.beside"
local check = require "check"
local derive = require "payoff.run.derive"
local estimate = require "payoff.run.estimate"
local timing = require "payoff.run.timing"

local BLOCKS = 12

local function cell(subject, mode, ns, waits)
  local out = { id = subject .. "/" .. mode .. "/1/warm/1", subject = subject, mode = mode,
    jobs = 1, start = "warm", size = 1, tasks = 1, loops = 1, baseline = subject == "first",
    verdict = { state = "identical" }, samples = {} }
  for block = 1, BLOCKS do
    local cpu_ns = ns + block * 10
    local waited_ns = waits and block % 2 == 0 and cpu_ns or 0
    for index = 1, 3 do
      table.insert(out.samples, { block = block, process = 1, index = index, loops = 1,
        wall_ns = cpu_ns + waited_ns + 1000, cpu_ns = cpu_ns, -- of the 1000 it sleeps
        noise = { waited_ns = waited_ns },
        marked = waited_ns > 0 and "waited for a CPU 50 % of the time" or nil })
    end
  end
  return out
end

local function model(rests_on, cells)
  local run = { format = 1, confidence = 0.95, seed = 1, rests_on = rests_on, events = {},
    sizes = { { size = 1, tasks = 1, example = "()" } }, warnings = {}, machine = { cpu = {} },
    experiment = { name = "x" }, cells = cells or { cell("first", "serial", 1e6),
      cell("second", "serial", 1e6, true), cell("second", "thread", 1e6, true) },
    subjects = { { name = "first", reference = true, state = "ok", kind = "python",
      verdict = { state = "identical" } }, { name = "second", state = "ok", kind = "python",
      verdict = { state = "identical" } } } }
  return derive.run(run, {})
end

local function width(interval) return (interval.high - interval.low) / interval.median end

check.test("without the waits for a CPU the same is equal, and its interval narrow", function()
  local function all_marked()
    local cells = { cell("first", "serial", 1e6), cell("second", "serial", 1e6, true) }
    for _, sample in ipairs(cells[2].samples) do sample.marked = "waited for a CPU" end
    return cells
  end
  local wall, own = model("wall", all_marked()), model("own", all_marked())
  check.truthy(width(wall.cells[2].speedup) > 0.4, width(wall.cells[2].speedup))
  check.truthy(width(own.cells[2].speedup) < 1e-6, width(own.cells[2].speedup))
  check.equal(wall.comparisons[1].state, "unresolved")
  check.equal(own.comparisons[1].state, "equal")
  check.equal(wall.comparisons[1].rests_on, "wall")
  check.equal(own.comparisons[1].rests_on, "own")
  check.equal(wall.cells[2].marked.left_out, false)
  check.equal(own.cells[2].marked, nil) -- good samples, all of them
  check.truthy(own.comparisons[1].wall.median > 1.4)
  check.truthy(derive.precise_enough(own, 0.95, 0.01))
  check.equal(derive.precise_enough(wall, 0.95, 0.01), false)
end)

check.test("what a sample sleeps is in its own time, and not in its CPU time", function()
  check.equal(model("own").cells[1].time.median, model("wall").cells[1].time.median)
  check.equal(model("wall").cells[1].time.median - model("cpu").cells[1].time.median, 1000.0)
end)

check.test("threads rest on elapsed time, and so does what is compared with them", function()
  for _, kind in ipairs { "own", "cpu" } do
    local run, wall = model(kind), model("wall")
    check.equal(run.cells[3].rests_on, "wall")
    check.equal(run.cells[3].time.median, wall.cells[3].time.median)
    check.equal(run.cells[3].speedup.median, wall.cells[3].speedup.median)
    check.equal(run.cells[2].rests_on, kind)
    check.contains(timing.sentence(run), "on elapsed time where processes or threads take part")
  end
end)

check.test("the factors of a speed-up are those of the time that it rests on", function()
  for _, kind in ipairs { "wall", "own", "cpu" } do
    local port, product = model(kind).cells[2], 1
    for _, term in ipairs(port.decomposition.terms) do product = product * term.ratio.median end
    check.truthy(math.abs(product / port.speedup.median - 1) < 1e-9, kind)
    local parallel = port.decomposition.terms[2]
    check.equal(parallel.name, "parallel")
    if kind ~= "wall" then
      check.truthy(math.abs(parallel.ratio.median - 1) < 1e-9, kind .. " " .. parallel.ratio.median)
    end
  end
end)

check.test("what a worker does not tell is elapsed time, and is said", function()
  local function cells()
    local out = { cell("first", "serial", 1e6), cell("second", "serial", 1e6) }
    for _, sample in ipairs(out[2].samples) do sample.cpu_ns, sample.noise = nil, nil end
    return out
  end
  local wall = model("wall", cells())
  check.equal(timing.untold(wall), nil)
  for kind, text in pairs { cpu = "No CPU time is told of second, serial",
    own = "How long second, serial waited for a CPU is not told" } do
    local run = model(kind, cells())
    check.equal(run.cells[1].rests_on, kind)
    check.equal(run.cells[2].rests_on, "wall")
    check.equal(run.cells[2].time.median, wall.cells[2].time.median)
    check.equal(run.cells[2].speedup.median, wall.cells[2].speedup.median)
    check.equal(run.comparisons[1].rests_on, "wall")
    check.equal(run.comparisons[1].state, wall.comparisons[1].state)
    check.contains(table.concat(beside.sentences(run), " "), text)
    check.truthy(derive.precise_enough(run, 0.95, 0.01)) -- a run may stop
  end
  check.equal(timing.untold(model("cpu")), nil)
end)

check.test("a word of a strange store is elapsed time", function()
  check.equal(timing.of({ rests_on = "sidereal" }), "wall")
  check.equal(timing.of({}), "wall")
end)

check.test("rows whose good blocks are not the same ones are compared over all of them", function()
  local first, second = cell("first", "serial", 1e6), cell("second", "serial", 2e6)
  local function mark(it, from, to)
    for _, sample in ipairs(it.samples) do
      sample.marked = sample.block >= from and sample.block <= to and "busy" or nil
    end
  end
  mark(first, 1, 5)
  mark(second, 8, BLOCKS)
  local x, y = estimate.pairs(second, first)
  check.equal(#x, BLOCKS)
  check.equal(#y, BLOCKS)
  mark(second, 12, BLOCKS)
  check.equal(#estimate.pairs(second, first), 6) -- six are enough
end)
