local check = require "check"
local values = require "payoff.values"

check.test("numbers keep every bit", function()
  check.same(values.encode(-7), { "i", "-7" })
  check.same(values.encode(math.mininteger), { "i", "-9223372036854775808" })
  check.same(values.encode(1.0), { "f", "3ff0000000000000" })
  check.same(values.encode(-0.0), { "f", "8000000000000000" })
  check.same(values.encode(math.huge), { "f", "7ff0000000000000" })
  check.same(values.encode(1e300), { "f", "7e37e43c8800759c" })
end)

check.test("integers of any size are written as digits", function()
  check.same(values.int("170141183460469231731687303715884105728"),
    { "i", "170141183460469231731687303715884105728" })
  check.same(values.int("-000"), { "i", "0" })
  check.same(values.int("-0012"), { "i", "-12" })
  check.raises(function() values.int("12a") end, "takes digits")
end)

check.test("text, bytes and what is neither", function()
  check.same(values.encode("grün"), { "s", "grün" })
  check.same(values.bytes("\0\1\255"), { "y", "AAH/" })
  check.same(values.bytes(""), { "y", "" })
  check.same(values.bytes("ab"), { "y", "YWI=" })
  check.same(values.bytes("a"), { "y", "YQ==" })
  check.raises(function() values.encode("\255") end, "payoff.bytes")
end)

check.test("tables are lists or have names", function()
  check.same(values.encode({ 1, { true } }), { "l", { "i", "1" }, { "l", { "b", true } } })
  check.same(values.encode({ b = 1, a = 2 }),
    { "d", { { "s", "a" }, { "i", "2" } }, { { "s", "b" }, { "i", "1" } } })
  check.same(values.encode({}), { "l" })
  check.raises(function() values.encode({ 1, 2, x = 3 }) end, "either a list or has names")
end)

check.test("a table that contains itself is refused", function()
  local t = {}
  t[1] = t
  check.raises(function() values.encode(t) end, "contains itself")
end)

check.test("Python's other containers have constructors", function()
  check.same(values.tuple { 1, values.none }, { "t", { "i", "1" }, { "n" } })
  check.same(values.dict { { 1, "one" } }, { "d", { { "i", "1" }, { "s", "one" } } })
  check.same(values.set { 2, 1 }, values.set { 1, 2 })
  check.same(values.array("d", { 1.0 }), { "a", "d", "AAAAAAAA8D8=" })
  check.same(values.array("B", { 0, 1, 255 }), { "a", "B", "AAH/" })
  for _, length in ipairs { 0, 1, 63, 64, 65, 200 } do -- packed so many at once, and the rest
    local numbers, bytes = {}, {}
    for i = 1, length do
      numbers[i] = i * 2654435761 % 65536
      bytes[i] = string.char(numbers[i] & 255, numbers[i] >> 8)
    end
    check.same(values.array("H", numbers)[3], values.bytes(table.concat(bytes))[2])
  end
end)

check.test("a task is a list of arguments", function()
  check.same(values.task { 0, 1 }, { "t", { "i", "0" }, { "i", "1" } })
  check.same(values.task {}, { "t" })
  check.raises(function() values.task(3) end, "a task is a list")
  check.raises(function() values.task { x = 1 } end, "a task is a list")
  check.raises(function() values.task { 1, print } end, "argument 2: a function")
end)

check.test("people read Python's notation", function()
  local function text(v) return values.text(values.encode(v)) end
  check.equal(text(1.264911011363067e+17), "1.264911011363067e+17")
  check.equal(text(0.1), "0.1")
  check.equal(text(3.0), "3.0")
  check.equal(text(0 / 0), "nan")
  check.equal(text(-math.huge), "-inf")
  check.equal(text("a\n'b"), "'a\\n\\'b'")
  check.equal(values.text(values.task { 0, 1 }), "(0, 1)")
  check.equal(values.text(values.task { 5 }), "(5,)")
  check.equal(text({ 1, 2, 3, 4, 5, 6, 7 }), "[1, 2, 3, 4, 5, 6, …]")
  check.equal(text({ k = true }), "{'k': True}")
end)

