local check = require "check"
local cells = require "payoff.run.cells"
local nearest = require "payoff.nearest"
local plan = require "payoff.run.plan"
local verdict = require "payoff.run.verdict"

local function experiment()
  local reference = { name = "python", reference = true }
  local size = { size = 1, tasks = { { "t", { "i", "0" } }, { "t", { "i", "1" } } } }
  return {
    subjects = { reference, { name = "rust" }, { name = "rust-exe", modes = { "thread" } } },
    sizes = { size }, modes = { "serial", "process", "thread" }, jobs = { 1, 2 },
    starts = { "cold", "warm" },
  }
end

check.test("cells are subject × mode × jobs × start", function()
  local list = cells.list(experiment())
  -- 1 serial + 2 modes × 2 jobs × 2 starts; the third subject has threads alone.
  check.equal(#list, 9 + 9 + 4)
  check.equal(list[1].id, "python/serial/1/warm/1")
  check.truthy(list[1].baseline)
end)

check.test("the serial reference is there even when nobody asks for serial", function()
  local e = experiment()
  e.modes = { "thread" }
  local list = cells.list(e)
  check.truthy(list[1].baseline)
  check.equal(list[2].mode, "thread")
end)

check.test("--only takes globs over subjects and cells", function()
  local kept, matched = cells.only(cells.list(experiment()), { "rust-*" })
  check.truthy(matched)
  check.equal(#kept, 1 + 4)
  kept = cells.only(cells.list(experiment()), { "rust/process/*" })
  check.equal(#kept, 1 + 4)
  local _, none = cells.only(cells.list(experiment()), { "go" })
  check.equal(none, false)
end)

check.test("the same seed gives the same order, another seed another", function()
  local list = {}
  for i = 1, 20 do list[i] = i end
  math.randomseed(7)
  local a = table.concat(plan.shuffle(list, math.random), " ")
  math.randomseed(7)
  check.equal(table.concat(plan.shuffle(list, math.random), " "), a)
  math.randomseed(8)
  check.truthy(table.concat(plan.shuffle(list, math.random), " ") ~= a)
end)

check.test("every order is equally likely", function()
  math.randomseed(1)
  local seen = {}
  for _ = 1, 6000 do
    local order = table.concat(plan.shuffle({ 1, 2, 3 }, math.random))
    seen[order] = (seen[order] or 0) + 1
  end
  for _, order in ipairs { "123", "132", "213", "231", "312", "321" } do
    check.truthy(seen[order] > 850 and seen[order] < 1150, order)
  end
end)

local function block(seconds) return { { process_s = seconds } } end

check.test("a small budget fixes the number of blocks and keeps the level", function()
  local p = plan.blocks(block(10), { budget_s = 75, spent_s = 10, done = 1, confidence = 0.95 })
  check.equal(p.blocks, 7)
  check.equal(p.level, 0.95)
  check.same(p.looks, { 7 })
end)

check.test("a larger one may stop early, at looks that share the error", function()
  local p = plan.blocks(block(1), { budget_s = 20, spent_s = 1, done = 1, confidence = 0.95 })
  check.same(p.looks, { 8, 12, 20 }) -- no 18 so close to the end
  check.equal(p.blocks, 20)
  check.truthy(math.abs(p.level - 0.9625) < 1e-12)
  check.truthy(plan.is_look(p, 12))
  check.equal(plan.is_look(p, 13), false)
  check.equal(plan.is_look(p, 20), false) -- the end is no early stop
end)

check.test("a run whose blocks grow dearer ends near its budget", function()
  check.equal(plan.is_over(10, 10, 12), false)
  check.equal(plan.is_over(12, 12, 12), false) -- 13 of 12 are within a tenth
  check.equal(plan.is_over(12, 12.3, 12), true)
  check.equal(plan.is_over(5, 100, 12), false) -- no interval yet
  check.equal(plan.is_over(7, 100, 12, 8), false) -- nor all counters
end)

check.test("and says how far it came", function()
  check.equal(plan.over_text({ over = 7, blocks = 12 }, 7.5, 15), "The budget of 7.5 s was spent "
    .. "after 7 of 12 planned blocks, which took longer than the first one let expect: intervals "
    .. "are wider for it; all of them would have taken about --budget 15.")
end)

check.test("the looks go on as far as the budget that was asked for", function()
  check.same(plan.looks_within(11), { 11 })
  check.same(plan.looks_within(12), { 8, 12 })
  check.same(plan.looks_within(17), { 8, 12, 17 })
  check.same(plan.looks_within(60), { 8, 12, 18, 27, 40, 60 })
  check.same(plan.looks_within(210), { 8, 12, 18, 27, 40, 60, 90, 135, 210 })
  check.same(plan.looks_within(210, 60), { 8, 12, 18, 27, 40, 60 }) -- where none was
  check.same(plan.looks_within(50, 60), { 8, 12, 18, 27, 40, 50 })
end)

check.test("there is always one block, and --blocks is obeyed", function()
  local p = plan.blocks(block(100), { budget_s = 1, spent_s = 100, done = 1, confidence = 0.95 })
  check.equal(p.blocks, 1)
  p = plan.blocks(block(1), { budget_s = 1, spent_s = 0, done = 1, confidence = 0.95, blocks = 3 })
  check.equal(p.blocks, 3)
end)

-- One warm serial cell whose check took 30 ms, of which one run run_ms.
local function sampled(run_ms, budget_s, samples, start)
  local cell = { mode = "serial", jobs = 1, start = start or "warm",
    of = { check_ns = run_ms * 1e6, check_s = 0.03 } }
  return plan.samples({ cell }, { budget_s = budget_s, samples = samples })
end

check.test("how a process is sampled leaves room for the blocks", function()
  check.same(sampled(1, 60), { fewest = 5, most = 20, agree = 0.01 })
  check.same(sampled(1, 60, 7), { fewest = 7, most = 7 })
  check.same(sampled(10, 2), { fewest = 5, most = 14, agree = 0.01 })
  check.same(sampled(10, 0.8), { fewest = 4, most = 4, agree = 0.01 })
  check.same(sampled(1, 0.8), { fewest = 5, most = 11, agree = 0.01 }) -- 17 of 2 ms
  check.same(sampled(1, 0.4), { fewest = 3, most = 3, agree = 0.01 })
  check.same(sampled(1, 0.1), { fewest = 1, most = 1 })
  check.same(sampled(1, 0.1, 7), { fewest = 1, most = 1 })
  check.same(sampled(200, 5), { fewest = 5, most = 20, agree = 0.01 }) -- one suffices, see there
end)

check.test("what was waited for others takes room as well", function()
  local p = plan.blocks(block(1), { budget_s = 21, spent_s = 1, done = 1, confidence = 0.95,
    waited = 1 })
  check.equal(p.blocks, 11)
end)

check.test("typing errors are understood, other words are not", function()
  check.equal(nearest.find("presicion", { "precision", "budget" }), "precision")
  check.equal(nearest.find("treads", { "serial", "thread" }), "thread")
  check.equal(nearest.find("banana", { "serial", "thread" }), nil)
  check.equal(nearest.distance("ab", "ba"), 1)
end)

check.test("a wrong result is one sentence", function()
  local cell = cells.list(experiment())[2]
  local v = verdict.of_results({
    outcome = "different", task = 1, expected = "1.26e+17", got = "2.5e+16", different = 1,
    tasks = 2, path = "", reason = "differs by 9 ulp", ulp = 9, relative = 1e-15,
  }, cell)
  check.equal(v.state, "wrong")
  check.equal(v.text,
    "returns 2.5e+16 for (1,) instead of 1.26e+17 (off by 9 ULP, 1e-15 of the value)")
end)

check.test("the worst verdict speaks for the subject", function()
  local right, wrong = { state = "identical" }, { state = "wrong" }
  check.equal(verdict.worse(right, wrong), wrong)
  check.equal(verdict.worse(wrong, right), wrong)
  check.equal(verdict.worse(nil, right), right)
end)

