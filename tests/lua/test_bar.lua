local bar = require "payoff.bar"
local check = require "check"

check.test("a ratio grows from 1: to the right above, to the left below", function()
  local scale = bar.scale({ 0.1, 1, 1000 }, 16)
  check.equal(bar.draw(1000, scale), "    ████████████")
  check.equal(bar.draw(10, scale), "    ████")
  check.equal(bar.draw(0.1, scale), "▒▒▒▒")
  check.equal(bar.draw(1, scale), "    ")
end)

check.test("parts of a column", function()
  local scale = bar.scale({ 1, 100 }, 2)
  check.equal(bar.draw(100, scale), "██")
  check.equal(bar.draw(math.sqrt(10), scale), "▌")
end)

check.test("nothing to draw, and never more than the columns", function()
  check.equal(bar.scale({}, 10), nil)
  check.equal(bar.scale({ 1, 1 }, 10), nil)
  check.equal(bar.draw(5, nil), "")
  local scale = bar.scale({ 2, 5 }, 10)
  for _, value in ipairs { 1e9, 1e-9, 3 } do
    check.truthy(utf8.len(bar.draw(value, scale)) <= 10, value)
  end
  check.equal(bar.draw(nil, scale), "")
end)

check.test("what is near 1 looks near 1", function()
  local scale = bar.scale({ 0.98, 1.02 }, 16)
  for _, value in ipairs { 0.98, 1.02 } do
    local text = bar.draw(value, scale):gsub("^ +", "")
    check.truthy(utf8.len(text) <= 1, value)
  end
  check.equal(utf8.len(bar.draw(0.25, bar.scale({ 0.25 }, 8))), 8)
end)
