local check = require "check"
local digest = require "payoff.digest"
local fixtures = require "report.fixtures"

local function find(d, name)
  for _, group in ipairs(d.groups) do
    if group.subject.name == name then return group end
  end
end

check.test("right subjects come first, the fastest at the top, wrong ones last", function()
  local d = digest.of(fixtures.article())
  local last, names = math.huge, {}
  for i, group in ipairs(d.groups) do
    names[i] = group.subject.name
    if group.best then
      check.truthy(group.best.speedup.median <= last)
      last = group.best.speedup.median
    end
  end
  check.equal(table.concat(names, " ", 11), "c-cffi cython cython-32")
  check.same(d.counts, { identical = 8, within = 1, missing = 1, wrong = 2 })
  check.equal(d.ports, 12)
  check.equal(d.best.subject.name, names[1])
end)

check.test("a wrong subject has no best, whatever its cells say", function()
  local run = fixtures.article()
  for _, cell in ipairs(run.cells) do
    if cell.subject == "cython" then
      cell.verdict = { state = "identical" }
      cell.speedup = { median = 1e6 }
    end
  end
  check.equal(find(digest.of(run), "cython").best, nil)
end)

check.test("a subject that fails in one place is right in the others", function()
  local group = find(digest.of(fixtures.article()), "cython-right")
  check.equal(group.verdict.state, "identical")
  check.truthy(group.best)
  check.equal(#group.trouble, 1)
  check.equal(group.trouble[1].mode, "process")
end)

check.test("why is told from what was counted, and from nothing else", function()
  local d = digest.of(fixtures.article())
  local why = digest.why(d, find(d, "c-exact"))
  check.contains(why[1], "47.7× fewer instructions")
  check.equal(why[2], "same IPC")
  check.contains(why[3], "2 workers, 99% efficient")
  d = digest.of(fixtures.article { pmu = false })
  check.equal(#digest.why(d, find(d, "c-exact")), 1)
  check.equal(#d.uncounted, 1)
  check.equal(table.concat(d.uncounted[1].events, " "),
    "cycles instructions branches branch-misses")
end)

check.test("what is counted in user mode alone says why, apart from what is not counted", function()
  local run = fixtures.article()
  run.events[3].reason = "counted in user mode only, without the kernel's share: because"
  local list = digest.of(run).uncounted
  check.equal(#list, 1)
  check.equal(list[1].counted, true)
  check.equal(digest.uncounted_head(list[1]), "counted in part (instructions)")
  run.events[4].state, run.events[4].reason = "unsupported", nil
  list = digest.of(run).uncounted
  check.equal(digest.uncounted_head(list[2]), "not counted here (branches)")
  check.equal(list[2].reason, "the reason is not known")
end)

check.test("faster, slower, or not shown to differ", function()
  check.equal(digest.direction { median = 2, low = 1.5, high = 3 }, "faster")
  check.equal(digest.direction { median = 0.5, low = 0.4, high = 0.9 }, "slower")
  check.equal(digest.direction { median = 1.1, low = 0.9, high = 1.2 }, "equal")
  check.equal(digest.direction { median = 1.1 }, "faster")
end)

check.test("places in words", function()
  check.equal(digest.place_text { mode = "serial", jobs = 1, start = "warm" }, "serial")
  check.equal(digest.place_text { mode = "process", jobs = 2, start = "cold" },
    "2 processes, cold")
  check.equal(digest.workers_text { mode = "thread", jobs = 1 }, "1 thread")
end)

check.test("an interrupted run and an empty model are no trouble", function()
  local d = digest.of(fixtures.empty())
  check.equal(d.groups[1].verdict.state, "unmeasured")
  check.equal(d.best, nil)
  check.same(digest.of({}).groups, {})
end)
