local check = require "check"
local later = require "payoff.later"

check.test("a module is loaded when something of it is used, and once", function()
  local loads = 0
  package.preload["later_example"] = function()
    loads = loads + 1
    return { answer = 42, twice = function(x) return 2 * x end }
  end
  local example = later "later_example"
  check.equal(loads, 0)
  check.equal(example.answer, 42)
  check.equal(example.twice(4), 8)
  check.equal(example.nothing, nil)
  check.equal(loads, 1)
  package.preload["later_example"], package.loaded["later_example"] = nil, nil
end)

check.test("one that cannot be loaded says so, each time", function()
  local absent = later "payoff.there_is_no_such_module"
  for _ = 1, 2 do
    local ok, message = pcall(function() return absent.f end)
    check.equal(ok, false)
    check.contains(message, "there_is_no_such_module")
  end
end)
