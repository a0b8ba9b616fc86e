local balance = require "payoff.balance"
local check = require "check"
local csv = require "payoff.formats.csv"

local function cell_of(cpu_ns, more)
  local cell = { subject = "c", mode = "process", jobs = #cpu_ns, start = "warm", size = 1,
    verdict = { state = "identical" }, samples = {}, workers = {} }
  for i, ns in ipairs(cpu_ns) do
    cell.workers[i] = { id = i - 1, cpu_ns = ns, wall_ns = ns, tasks = i, switches = 7 }
  end
  for key, value in pairs(more or {}) do cell[key] = value end
  return cell
end

check.test("the busiest worker's share, and an even one", function()
  local it = balance.of(cell_of { 30, 50, 20 })
  check.equal(it.share, 0.5)
  check.equal(it.even, 1 / 3)
  check.equal(it.busiest.id, 1)
end)

check.test("nothing is said of one worker, of unknown times, of no time", function()
  check.equal(balance.of(cell_of { 30 }), nil)
  check.equal(balance.of(cell_of { 0, 0 }), nil)
  local cell = cell_of { 30, 50 }
  cell.workers[2].cpu_ns = nil
  check.equal(balance.of(cell), nil)
end)

check.test("a sentence about the most uneven warm row, and how many others there are", function()
  local even, cold = cell_of { 50, 55 }, cell_of({ 1, 99 }, { start = "cold" })
  check.equal(balance.sentence { cells = { even, cold } }, nil)
  local text = balance.sentence { cells = { even, cold, cell_of { 20, 80 }, cell_of { 10, 90 } } }
  check.contains(text, "Uneven: c, 2 processes, warm: in its last sample one worker used 90% of")
  check.contains(text, "for 2 of 3 tasks; an even share is 50%. 1 more row is uneven.")
  local wrong = cell_of({ 10, 90 }, { verdict = { state = "wrong" } })
  check.equal(balance.sentence { cells = { wrong } }, nil)
end)

check.test("what was not counted is no zero", function()
  check.equal(balance.instructions {}, nil)
  check.equal(balance.instructions { instructions = { state = "not counted", count = 0 } }, nil)
  check.equal(balance.instructions { instructions = { state = "exact", count = 5 } }, 5)
  check.equal(balance.instructions { instructions = { state = "scaled", estimate = 2.5 } }, 2.5)
end)

check.test("the columns of the workers, nan for one that is not known", function()
  local cell = cell_of { 30, 50 }
  cell.workers[2].switches = nil
  cell.workers[1].instructions = { state = "exact", count = 12345 }
  cell.samples[1] = { block = 1, workers = cell.workers, wall_ns = 5 }
  local text = csv.render { cells = { cell }, subjects = { { name = "c", state = "ok" } } }
  check.contains(text, "workers.tasks,workers.cpu_ns,workers.instructions,workers.switches")
  check.contains(text, ",1 2,30 50,12345 nan,7 nan")
end)
