local check = require "check"
local stats = require "payoff.native.stats"

local function near(got, expected)
  check.truthy(math.abs(got - expected) <= 1e-9 * math.abs(expected), got .. " for " .. expected)
end

check.test("numbers", function()
  check.equal(stats.median { 3, 1, 2 }, 2)
  check.equal(stats.quantile({ 1, 2, 3, 4 }, 0.25), 1.75)
  check.equal(stats.needed(0.95), 6)
  local list = { 3, 1, 2 }
  stats.median(list)
  check.same(list, { 3, 1, 2 }) -- the caller's list is left alone
  local value, message, code = stats.median {}
  check.equal(value, nil)
  check.equal(code, "data")
  check.contains(message, "no values")
  check.equal(stats.median { 1, 0 / 0 }, nil)
end)

check.test("an interval, and too few values for one", function()
  check.same(stats.median_interval({ 6, 1, 5, 2, 4, 3 }, 0.96875),
    { median = 3.5, low = 1, high = 6, level = 0.96875, n = 6 })
  near(stats.median_interval({ 6, 1, 5, 2, 4, 3 }).low, 1 + 5 / 14) -- between [1, 6] and [2, 5]
  check.same(stats.median_interval { 1, 2 }, { median = 1.5, n = 2, needed = 6,
    reason = "too few values for an interval: 2, and it takes 6" })
  check.same(stats.median_interval {}, { n = 0, needed = 6,
    reason = "there are no values: 0, and it takes 6" })
  check.equal(stats.median_interval({ 1, 2, 3, 4, 5 }, 0.9).level, 0.9)
end)

check.test("ratios", function()
  local a, b = { 2, 20, 200, 4, 40, 8 }, { 1, 10, 100, 1, 10, 1 }
  local paired = stats.paired_ratio(a, b)
  near(paired.median, 8 ^ 0.5)
  near(paired.high, 8 * 0.5 ^ (5 / 14))
  local ratio = stats.ratio({ 10, 20, 30, 40, 50, 60, 70 }, { 6, 5, 4, 3, 2, 1 })
  near(ratio.median, 40 / 3.5)
  check.truthy(ratio.high > 12 and ratio.high < 70, ratio.high) -- narrower than end against end
  check.equal(stats.ratio({ 1, 0 }, { 1 }).median, nil)
  local long = { 1, 2, 3, 4, 5, 6, 7, 8 }
  local means = stats.means_ratio(long, long, { seed = 1, paired = true })
  check.equal(means.estimate, 1)
  near(means.low, 1)
  means = stats.means_ratio(long, long, { seed = 1 })
  check.truthy(means.low < 1 and means.high > 1)
  check.equal(means.low, stats.means_ratio(long, long, { seed = 1 }).low)
  check.raises(function() stats.means_ratio(long, long) end, "a seed is needed")
  check.raises(function() stats.paired_ratio({ 1 }, { 1, 2 }) end, "one length")
end)

check.test("tests and verdicts", function()
  near(stats.binomial(3, 10, 0.5, "less"), 0.171875)
  check.equal(stats.relation({ low = 1.5, high = 2 }, 1), "larger")
  check.equal(stats.relation({ low = 0.99, high = 1.01 }, 1, 0.98, 1.02), "equivalent")
  check.equal(stats.relation({ median = 2, n = 1 }, 1), "unresolved")
  near(stats.signed_rank { 1, -2, 3, 4, 5, 6, 7, 8, 9, 10 }, 0.005859375)
  near(stats.rank_sum({ 1, 2, 3, 4, 5 }, { 6, 7, 8, 9, 10 }), 2 / 252)
  check.truthy(stats.student { 1.2, 0.8, 1.1, 0.9, 1.0, 1.3 } < 1e-4)
  check.raises(function() stats.signed_rank { 1, 0 / 0 } end, "finite")
  local adjusted = stats.holm { 0.01, 0.04, 0.03, 0.005 }
  near(adjusted[1], 0.03)
  near(adjusted[4], 0.02)
end)

check.test("models", function()
  local line = stats.line({ 1, 2, 3 }, { 3, 5, 7 })
  near(line.slope.estimate, 2)
  near(line.intercept.estimate, 1)
  local jobs, times = {}, {}
  for _, n in ipairs { 1, 2, 4, 8 } do
    for i = 1, 6 do
      jobs[#jobs + 1] = n
      times[#times + 1] = 10 * (1 / n + 0.1 * (1 - 1 / n) + 0.01 * (n - 1)) * (1 + i / 1000)
    end
  end
  local usl = stats.usl(jobs, times, { seed = 1 })
  check.truthy(math.abs(usl.serial.estimate - 0.1) < 1e-3)
  check.truthy(usl.serial.low <= 0.1 and usl.serial.high >= 0.1)
  check.truthy(math.abs(usl.best_jobs - 90 ^ 0.5) < 0.1)
  local amdahl = stats.amdahl(jobs, times, { seed = 1 })
  check.equal(amdahl.crosstalk, nil)
  check.truthy(amdahl.worst > 0.01)
  check.contains(stats.amdahl({ 1 }, { 1 }, { seed = 1 }).serial.reason, "it takes 2")
end)

check.test("what is no list of numbers", function()
  check.raises(function() stats.median { 1, "x" } end, "value 2 is a string")
  check.raises(function() stats.median(1) end, "table expected")
  check.raises(function() stats.median_interval({ 1 }, 1) end, "level")
end)

check.test("warm-up", function()
  local logs = {}
  for i = 1, 60 do logs[i] = math.log((i <= 15 and 9 or 3) * (1 + i % 3 / 100)) end
  local got = stats.warmup(logs, { tolerance = 0.05 })
  check.equal(got.state, "warms up")
  check.equal(got.steady_from, 16)
  check.equal(#got.stretches, 2)
  check.equal(got.stretches[2].first, 16)
  near(got.steady, math.log(3 * 1.01))
  got = stats.warmup({ 1, 2 }, { tolerance = 0.05 })
  check.equal(got.state, "unknown")
  check.equal(got.steady_from, nil)
  check.truthy(not pcall(stats.warmup, { 1 }, {}))
end)

check.test("Student's distribution", function()
  -- Tables: t of 97.5 % is 12.706 for one degree of freedom, 3.182 for three.
  check.truthy(math.abs(stats.student_quantile(0.975, 1) - 12.706) < 1e-3)
  check.truthy(math.abs(stats.student_quantile(0.975, 3) - 3.182) < 1e-3)
  check.truthy(math.abs(stats.student_at_most(-3.182, 3) - 0.025) < 1e-4)
  check.equal(pcall(stats.student_quantile, 1, 3), false)
  check.equal(pcall(stats.student_at_most, 1, 0), false)
end)
