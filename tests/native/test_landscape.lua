local check = require "check"
local estimate = require "payoff.run.estimate"
local landscape = require "payoff.tour.landscape"

local IDENTICAL = { state = "identical" }

local function cell(subject, mode, size, wall_ns, blocks)
  local out = { id = ("%s/%s/%d"):format(subject, mode, size), subject = subject, mode = mode,
    jobs = mode == "serial" and 1 or 2, start = "warm", size = size, tasks = 1,
    verdict = IDENTICAL, samples = {} }
  for block = 1, blocks or 8 do
    out.samples[block] = { block = block, process = 1, index = 1, loops = 1,
      wall_ns = wall_ns * (1 + 0.001 * ((block * 7) % 5)), cpu_ns = wall_ns }
  end
  out.time = estimate.time(out, 0.95)
  return out
end

local function run(name, sizes, cells)
  local seen = {}
  local out = { confidence = 0.95, experiment = { name = name, title = name }, sizes = {},
    cells = cells, events = {},
    subjects = { { name = "python", reference = true, state = "ok", verdict = IDENTICAL } } }
  for i, size in ipairs(sizes) do out.sizes[i] = { size = size, tasks = 1 } end
  for _, item in ipairs(cells) do
    if item.subject ~= "python" and not seen[item.subject] then
      seen[item.subject] = true
      out.subjects[#out.subjects + 1] = { name = item.subject, state = "ok", verdict = IDENTICAL }
    end
  end
  return out
end

check.test("a port has to beat Python at its best", function()
  local row = landscape.of { run("waiting", { 1 }, {
    cell("python", "serial", 1, 8e6), cell("python", "thread", 1, 1e6),
    cell("c", "serial", 1, 8e6), cell("c", "thread", 1, 1e6),
  }) }[1]
  check.equal(row.word, "never")
  check.equal(row.best.over.id, "python/thread/1")
  check.equal(row.best.state, "equal")
  check.truthy(math.abs(row.best.speedup.median - 1) < 1e-9)
end)

check.test("from which size on", function()
  local cells = {}
  for size, ratio in pairs { [10] = 0.5, [100] = 3, [1000] = 30 } do
    cells[#cells + 1] = cell("python", "serial", size, 1e5 * size)
    cells[#cells + 1] = cell("c", "serial", size, 1e5 * size / ratio)
  end
  local row = landscape.of { run("growing", { 1000, 10, 100 }, cells) }[1]
  check.equal(row.word, "from size 100")
  check.equal(row.sizes[1].size, 10)
  check.equal(row.sizes[1].state, "slower")
  check.equal(row.best.size, 1000)
  check.equal(landscape.place_text(row, row.best), "c, serial, size 1000")
end)

check.test("no interval, no verdict; no right port, no figure; the least first", function()
  local wrong = run("wrong", { 1 }, { cell("python", "serial", 1, 1e6),
    cell("c", "serial", 1, 1e3) })
  wrong.cells[2].verdict = { state = "wrong", text = "returns 1" }
  wrong.subjects[2].verdict = wrong.cells[2].verdict
  local rows = landscape.of {
    run("fast", { 1 }, { cell("python", "serial", 1, 1e6), cell("c", "serial", 1, 1e3) }),
    run("short", { 1 }, { cell("python", "serial", 1, 1e6, 3), cell("c", "serial", 1, 5e5, 3) }),
    wrong,
  }
  check.equal(rows[1].name, "wrong")
  check.equal(rows[1].word, "no right port")
  check.equal(rows[1].best, nil)
  check.equal(rows[2].name, "short")
  check.equal(rows[2].word, "unresolved")
  check.equal(rows[3].word, "always")
end)
