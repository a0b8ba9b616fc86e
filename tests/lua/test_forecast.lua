local check = require "check"
local forecast = require "payoff.run.forecast"
local plan = require "payoff.run.plan"

local function cell(id, process_s, walls, more)
  local out = { id = id, size = 1, process_s = process_s, samples = {} }
  for i, wall_ns in ipairs(walls) do out.samples[i] = { wall_ns = wall_ns, loops = 1 } end
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

local function steady(id, process_s, more)
  return cell(id, process_s, { 1000, 1002, 1001 }, more)
end
local function wild(id, process_s) return cell(id, process_s, { 1000, 1400, 1200 }) end

check.test("a spread is drawn halfway to that of all, and guessed for one sample", function()
  local a, b, c = steady("a", 1), wild("b", 1), cell("c", 1, { 1000 })
  local spreads = forecast.spreads { a, b, c }
  check.truthy(spreads[a] < spreads[b])
  check.truthy(spreads[c] > 0)
  check.same(forecast.spreads { c }, {})
end)

check.test("a spread is of the time that the run rests on", function()
  local a = cell("a", 1, { 1000, 9000, 5000 })
  for _, sample in ipairs(a.samples) do sample.cpu_ns = 990 + sample.wall_ns / 1000 end
  local by_cpu = forecast.spreads({ a }, function()
    return function(sample) return sample.cpu_ns, true end
  end)
  check.truthy(by_cpu[a] < 0.01 and forecast.spreads({ a })[a] > 0.5, by_cpu[a])
end)

check.test("more blocks and more processes are narrower, a higher level is wider", function()
  local a = wild("a", 1)
  local spreads = { [a] = 0.1 }
  local width = forecast.width(a, nil, spreads, 16, 0.95)
  -- 1.2533 × 1.96 × 0.1 / 4
  check.truthy(math.abs(width - (math.exp(0.0614) - 1)) < 1e-3, width)
  check.truthy(forecast.width(a, nil, spreads, 32, 0.95) < width)
  check.truthy(forecast.width(a, nil, spreads, 16, 0.99) > width)
  a.processes = 4
  check.truthy(forecast.width(a, nil, spreads, 16, 0.95) < width)
end)

check.test("the sentence has both groups, the guess and the budget that would do", function()
  local a, b = steady("a", 1, { baseline = true }), wild("b", 1)
  local f = forecast.new({ a, b }, { [a] = 0.01, [b] = 0.2 },
    { blocks = 16, block_s = 2, level = 0.95 }, { precision = 0.02, spent_s = 2 })
  check.truthy(f.bad)
  check.contains(f.text, "16 blocks in about 32 s: about ±0.62 % on 1 row and ±13 % on 1 (a guess")
  check.truthy(f.budget_s > 32)
  f = forecast.new({ a }, { [a] = 0.01 }, { blocks = 16, block_s = 2, level = 0.95 },
    { precision = 0.02, spent_s = 2 })
  check.equal(f.bad, false)
end)

check.test("a row is foreseen by the time that its comparison rests on", function()
  local a, b = steady("a", 1, { baseline = true }), steady("b", 1)
  local p = { blocks = 16, block_s = 2, level = 0.95 }
  local own, elapsed = { [a] = 0.01, [b] = 0.01 }, { [a] = 0.2, [b] = 0.2 }
  check.equal(forecast.new({ a, b }, own, p, { precision = 0.02, spent_s = 2 }).bad, false)
  local f = forecast.new({ a, b }, own, p, { precision = 0.02, spent_s = 2,
    spreads_of = function(one, base) return one ~= base and elapsed or nil end })
  check.contains(f.text, "about ±0.62 % on 1 row and ±19 % on 1 (a guess")
end)

check.test("too few blocks for an interval are said so", function()
  local a = steady("a", 10)
  local f = forecast.new({ a }, { [a] = 0.01 }, { blocks = 3, block_s = 10, level = 0.95 },
    { precision = 0.02, spent_s = 10 })
  check.truthy(f.bad)
  check.contains(f.text, "no intervals, which need 6; --budget 70 would do")
end)

check.test("before anything is timed, a budget without intervals is said so", function()
  local function checked(seconds) return { of = { check_s = seconds } } end
  local options = { budget_s = 3, spent_s = 0, level = 0.95 }
  check.equal(forecast.before({ checked(0.4) }, options), nil)
  check.contains(forecast.before({ checked(0.4), checked(0.6) }, options),
    "3 s: too little for intervals, it seems: they need 6 blocks of some 1 s each; --budget 10 w")
  options.budget_s = 6.5
  check.equal(forecast.before({ checked(0.4), checked(0.6) }, options), nil)
  options.level = 0.99
  check.contains(forecast.before({ checked(0.4), checked(0.6) }, options), "need 8 blocks")
  check.contains(forecast.before({ checked(150) }, options), "of some 150 s each")
end)

check.test("what an interval takes depends on its level", function()
  check.equal(forecast.needed(0.95), 6)
  check.equal(forecast.needed(0.99), 8)
  check.equal(forecast.needed(0.5), 2)
end)

check.test("cheap cells get more processes, within a fifth of the block", function()
  local slow, cheap, other = steady("slow", 10), steady("cheap", 0.1), steady("other", 0.2)
  plan.allocate({ slow, cheap, other }, {})
  check.equal(slow.processes, 1)
  check.equal(cheap.processes, 4)
  check.equal(other.processes, 4)
  check.truthy(math.abs(plan.cost_s { slow, cheap, other } - (10 + 0.4 + 0.8)) < 1e-9)
  local list = {}
  for i = 1, 20 do list[i] = steady("c" .. i, 0.4) end
  list[21] = steady("slow", 10)
  plan.allocate(list, {})
  check.truthy(plan.cost_s(list) <= 1.2 * 18 + 1e-9)
end)

check.test("cells of one cost and spread have one process each", function()
  local list = { steady("a", 1), steady("b", 1) }
  plan.allocate(list, { [list[1]] = 0.1, [list[2]] = 0.1 })
  check.equal(list[1].processes, 1)
  check.equal(list[2].processes, 1)
  check.equal(#plan.processes(list), 2)
  list[1].processes = 3
  check.equal(#plan.processes(list), 4)
end)
