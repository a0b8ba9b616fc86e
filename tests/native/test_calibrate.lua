local calibrate = require "payoff.calibrate"
local check = require "check"

check.test("the scatter comes from the quartiles", function()
  local logs = {}
  for i = 1, 101 do logs[i] = (i - 51) / 1000 end
  logs[101] = 9 -- one bad moment
  check.truthy(math.abs(calibrate.scatter(logs) - 0.05 / 1.349) < 1e-3)
end)

-- tests/validation/simulated.lua finds 3 % in 96 of 100 runs there.
check.test("27 blocks that scatter by 3 % find a difference of about 3 %", function()
  local logs, stats = {}, require "payoff.native.stats"
  for i = 1, 199 do logs[i] = 0.03 * stats.student_quantile(i / 200, 1e6) end
  local change = calibrate.change(logs, 27)
  check.truthy(change > 0.026 and change < 0.034, change)
  check.truthy(calibrate.change(logs, 60) < change)
  check.equal(calibrate.change(logs, 27), change)
  check.equal(calibrate.change(logs, 5), nil) -- no interval
end)

check.test("what was not measured is said, and has no figures", function()
  local text = calibrate.text { { name = "Python", reason = "there is none" } }
  check.contains(text, "Python: there is none")
  check.lacks(text, "blocks")
end)

check.test("figures in words", function()
  local text = calibrate.text { { name = "Python", scatter = 0.021, blocks = 30, marked = 0.25,
    state = "slower", interval = { median = 1.02, low = 1.01, high = 1.03 },
    detectable = { { blocks = 8, change = 0.04 }, { blocks = 60, change = 0.012 } } } }
  check.contains(text, "differs by ±2.1 %")
  check.contains(text, "25 % of the samples")
  check.contains(text, "called different")
  check.contains(text, "±1.2 %")
end)
