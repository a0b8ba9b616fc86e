local check = require "check"
local json = require "payoff.native.json"

local function refused(value, part)
  local text, message, code = json.encode(value)
  check.equal(text, nil)
  check.equal(code, "data")
  check.contains(message, part)
end

check.test("plain values survive the round trip with their types", function()
  for _, text in ipairs {
    "[]", "{}", "[[],{}]", '{"a":[1,2,3],"b":{"c":null}}', "true", "false", "null", '"x"', "1",
    "1.0", "-0.0", "9223372036854775807", "-9223372036854775808", '["a\\u0000b"]', '"€😀"',
  } do
    local value, message = json.decode(text)
    check.equal(message, nil, text)
    check.equal(json.encode(value), text)
  end
  check.equal(math.type(json.decode("3")), "integer")
  check.equal(math.type(json.decode("3.0")), "float")
  check.equal(#json.decode('"a\\u0000b"'), 3)
  check.equal(json.decode("[null]")[1], json.null)
  check.equal(tostring(json.null), "null")
end)

check.test("every float reads back to the same bits", function()
  for _, x in ipairs { 0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1e22,
    123456789.123456789, 2 ^ 53 + 0.0, 2 ^ 63 } do
    local back = json.decode(json.encode(x))
    check.equal(string.pack(">d", back), string.pack(">d", x), tostring(x))
    check.equal(math.type(back), "float")
  end
end)

check.test("floats are short, and text that looks like one is left alone", function()
  for x, text in pairs { [0.95] = "0.95", [0.1] = "0.1", [3.51] = "3.51", [2.0] = "2.0",
    [1e22] = "1e22", [1e300] = "1e300", [-2.5e-9] = "-2.5e-9", [1 / 3] = "0.3333333333333333",
    [123456.0] = "123456.0", [0.1 + 0.2] = "0.30000000000000004" } do
    check.equal(json.decode(json.encode(x)), x)
    check.truthy(#json.encode(x) <= #text + 1, json.encode(x))
  end
  check.equal(json.encode { 0.95, 0.1, 3 }, "[0.95,0.1,3]")
  local tricky = { ["0.94999999999999996"] = '"\\0.94999999999999996\\"', e = { 1.5, "e.-" } }
  check.same(json.decode(json.encode(tricky)), tricky)
  local seed = 12345
  for _ = 1, 20000 do -- any bits that make a finite number
    seed = seed * 6364136223846793005 + 1442695040888963407
    local x = string.unpack("<d", string.pack("<i8", seed))
    if x == x and math.abs(x) < math.huge then
      check.equal(json.decode(json.encode(x)), x)
    end
  end
end)

check.test("arrays and objects are told apart, empty ones too", function()
  check.equal(json.encode {}, "{}")
  check.equal(json.encode(json.array {}), "[]")
  check.equal(json.encode { 1, 2 }, "[1,2]")
  check.equal(json.encode { a = json.array {}, b = {} }, '{"a":[],"b":{}}')
  local marked = {}
  check.equal(json.array(marked), marked)
  check.equal(json.encode { 1, json.null, 3 }, "[1,null,3]")
end)

check.test("layout: sorted keys, indentation", function()
  check.equal(json.encode { b = 1, a = 2, c = 3 }, '{"a":2,"b":1,"c":3}')
  check.equal(json.encode({ a = { 1 } }, { indent = 2 }), '{\n  "a": [\n    1\n  ]\n}')
  check.equal(json.encode({ a = 1 }, { sort = false }), '{"a":1}')
end)

check.test("what JSON cannot hold is refused with its place", function()
  local cycle = { x = {} }
  cycle.x.y = cycle
  refused(0 / 0, "cannot write JSON: JSON has no NaN")
  refused({ a = { { b = 1 / 0 } } }, "a[1].b: JSON has no infinity")
  refused({ a = { 1, -1 / 0 } }, "a[2]: JSON has no infinity")
  refused({ name = "ab\xff" }, "name: byte 3 of the string (0xff) is not UTF-8")
  refused({ name = "\xed\xa0\x80" }, "byte 1 of the string (0xed)")
  refused({ ["a\0b"] = 1 }, "NUL byte")
  refused({ ["\xff"] = 1 }, "a key is not UTF-8")
  refused(cycle, "x.y: the table contains itself")
  refused({ 1, nil, 3 }, "")
  refused({ [1] = 1, x = 2 }, "numbered keys")
  refused({ [1.5] = 1 }, "numbered keys")
  refused({ [true] = 1 }, "a key must be a string")
  refused({ f = print }, "f: a function cannot be written")
  refused(json.array { x = 1 }, "an array has holes or named keys")
  local deep = {}
  for _ = 1, 300 do
    deep = { deep }
  end
  refused(deep, "nested deeper than 200")
end)

check.test("the same table twice side by side is no cycle", function()
  local shared = { 1 }
  check.equal(json.encode { a = shared, b = shared }, '{"a":[1],"b":[1]}')
end)

check.test("what is no JSON is refused with line and column", function()
  for _, row in ipairs {
    { "", "line 1, column 0" }, { "{\n  'a': 1}", "line 2, column 3" }, { "[1,]", "line 1" },
    { '{"a":1,"a":2}', "duplicate" }, { "[1] 2", "end of file expected" }, { "nul", "line 1" },
    { '"\xff"', "byte 0xff" }, { "1e999", "overflow" }, { "99999999999999999999", "big integer" },
    { '"\\ud800"', "line 1" }, { ("["):rep(3000), "" }, { ("["):rep(300) .. ("]"):rep(300), "200" },
  } do
    local value, message, code = json.decode(row[1])
    check.equal(value, nil, row[1])
    check.equal(code, "data", row[1])
    check.contains(message, row[2])
  end
end)

check.test("large and many", function()
  local list = {}
  for i = 1, 200000 do
    list[i] = i / 7
  end
  local back = json.decode(json.encode(list))
  check.equal(#back, 200000)
  check.equal(back[200000], 200000 / 7)
end)
