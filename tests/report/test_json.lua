local check = require "check"
local fixtures = require "report.fixtures"
local format = require "payoff.formats.json"
local json = require "payoff.native.json"

check.test("the model survives", function()
  local run = fixtures.article()
  local back = json.decode(format.render(run))
  check.equal(#back.cells, #run.cells)
  check.equal(back.seed, run.seed)
  check.equal(back.cells[1].samples[3].wall_ns, run.cells[1].samples[3].wall_ns)
  check.equal(back.cells[1].time.median, run.cells[1].time.median)
  check.equal(back.interrupted, false)
end)

check.test("lists are lists when they are empty, and as long as the events", function()
  local run = fixtures.empty()
  run.events = { { asked = "a", name = "a" }, { asked = "b", name = "b" } }
  run.cells[1].per_task = { [2] = { median = 1 } }
  local text = format.render(run)
  local back = json.decode(text)
  check.contains(text, '"samples": []')
  check.contains(text, '\n "metrics": []') -- the run's
  check.contains(text, '\n   "metrics": {}') -- the cell's
  check.equal(#back.cells[1].per_task, 2)
  check.equal(back.cells[1].per_task[1], json.null)
  check.equal(back.cells[1].per_task[2].median, 1)
end)

check.test("what JSON cannot carry is left out", function()
  local run = fixtures.empty()
  run.wall_s, run.machine = 0 / 0, { name = "bad\xff", f = print, big = 1 / 0 }
  local back = json.decode(format.render(run))
  check.equal(back.wall_s, nil)
  check.equal(back.machine.name, "bad\u{FFFD}")
  check.equal(back.machine.f, nil)
  check.truthy(format.render(fixtures.nasty()))
end)
