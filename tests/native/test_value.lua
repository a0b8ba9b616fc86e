-- payoff.native.value: decode, text, compare. The table of comparisons is in test_value_compare.c.

local check = require "check"
local value = require "payoff.native.value"

local function list(...) return assert(value.decode("[" .. table.concat({ ... }, ",") .. "]")) end

check.test("decoded results are written as Python writes them", function()
  local v = list('["i","5"]', '["s","x\\u0000y"]', '["t",["f","3ff0000000000000"]]')
  check.equal(#v, 3)
  check.equal(v:text(1), "5")
  check.equal(value.text(v, 2), "'x\\x00y'")
  check.equal(value.text(v, 3, 3), "(1…")
  check.equal(value.text(v), "[5, 'x\\x00y', (1.0,)]")
  check.equal(value.text(list()), "[]")
  check.raises(function() value.text(v, 4) end, "no such result")
  check.raises(function() value.text(v, 0) end, "no such result")
  check.raises(function() value.text(v, 1, 0) end, "width")
end)

check.test("what was decoded is encoded again", function()
  local text = '[["s","a\\u0000é"],["d",[["i","1"],["n"]]]]'
  check.equal(value.encode(assert(value.decode(text))), text)
end)

check.test("what is no list of values is refused", function()
  for text, part in pairs {
    ["["] = "not JSON", ["{}"] = "no list", [""] = "not JSON",
    ['[["i",1]]'] = "the result of task 0: a malformed value",
    ['[["n"],["z"]]'] = "the result of task 1: a value of unknown type 'z'",
  } do
    local v, message, code = value.decode(text)
    check.equal(v, nil)
    check.equal(code, "data")
    check.contains(message, part)
  end
end)

check.test("comparisons say what, where and how far", function()
  local one, up = '["f","3ff0000000000000"]', '["f","3ff0000000000001"]'
  check.same(value.compare(list(one), list(one)), {
    outcome = "identical", tasks = 1, different = 0, within = 0, ulp = 0, relative = 0,
  })
  check.same(value.compare(list('["n"]'), list('["n"]')), {
    outcome = "identical", tasks = 1, different = 0, within = 0,
  })
  check.same(value.compare(list(one, '["l",' .. one .. "]"), list(one, '["l",' .. up .. "]")), {
    outcome = "different", tasks = 2, different = 1, within = 0, ulp = 1, relative = 2 ^ -52,
    task = 1, path = "[0]", expected = "1.0", got = "1.0000000000000002",
    reason = "differs by 1 ulp, a relative error of 2.2e-16",
  })
  check.equal(value.compare(list(one), list(up), { ulp = 1 }).outcome, "within")
  check.equal(value.compare(list(one), list(up), { relative = 1e-9 }).outcome, "within")
  check.equal(value.compare(list(one), list(up), { absolute = 1e-9 }).outcome, "within")
  check.equal(value.compare(list(one), list(up), { ulp = math.huge }).outcome, "within")
  check.equal(value.compare(list(one), list()).reason, "there is no result")
  check.raises(function() value.compare(list(), list(), { ulp = -1 }) end, "0 or more")
  check.raises(function() value.compare(list(), list(), { relative = 0 / 0 }) end, "0 or more")
  check.raises(function() value.compare(list(), 5) end, "payoff.value")
end)
