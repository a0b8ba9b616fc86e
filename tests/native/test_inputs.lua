-- The inputs that verify makes up, and how it takes two results apart, for every kind of value.
-- What is made must be a value of the same kind that the worker protocol takes.
local boundary = require "payoff.verify.boundary"
local check = require "check"
local difference = require "payoff.verify.difference"
local digits = require "payoff.verify.digits"
local inputs = require "payoff.verify.inputs"
local json = require "payoff.native.json"
local mutate = require "payoff.verify.mutate"
local value = require "payoff.native.value"

local kinds = {
  { "i", "5" }, { "i", "-123456789012345678901234567890" }, { "f", "3ff8000000000000" },
  { "f", "7ff0000000000000" }, { "s", "key=1, née" }, { "u", "eda080" }, { "y", "aGVsbG8=" },
  { "Y", "aGVsbG8=" }, { "b", true }, { "n" }, { "c", "3ff0000000000000", "3ff0000000000000" },
  { "l", { "i", "1" }, { "s", "x" } }, { "l" }, { "t", { "i", "1" }, { "f", "3ff8000000000000" } },
  { "S", { "i", "1" }, { "i", "2" } }, { "S" }, { "F", { "s", "a" } },
  { "d", { { "s", "k" }, { "i", "1" } } }, { "d" },
  { "a", "d", "AAAAAAAA+D8=" }, { "a", "f", "AADAPw==" }, { "a", "b", "AQ==" },
  { "a", "H", "AQA=" },
}

local function written(list) return assert(json.encode(list)) end

local function same_kind(made, from, how)
  -- Texts that UTF-8 cannot hold have a kind of their own, and True is 1.
  local other = { s = "u", u = "s", i = "b", b = "i" }
  check.truthy(made[1] == from[1] or made[1] == other[from[1]], how .. " of " .. written(from)
    .. ": " .. written(made))
  assert(value.decode(written { made }))
end

check.test("random values, near values and boundary values are of the kind asked for", function()
  math.randomseed(8, 0)
  for _, kind in ipairs(kinds) do
    local before = written(kind)
    for _ = 1, 60 do
      same_kind(mutate.like(kind, math.random), kind, "like")
      same_kind(mutate.near(kind, math.random), kind, "near")
    end
    for _, made in ipairs(boundary.of(kind, 0)) do same_kind(made, kind, "boundary") end
    check.equal(written(kind), before)
  end
end)

check.test("the same numbers give the same values, and others other ones", function()
  local function draw(seed)
    local out = {}
    math.randomseed(seed, 0)
    for i, kind in ipairs(kinds) do out[i] = written(mutate.like(kind, math.random)) end
    return table.concat(out)
  end
  check.equal(draw(1), draw(1))
  check.truthy(draw(1) ~= draw(2))
end)

check.test("sets and dicts have no element twice", function()
  math.randomseed(3, 0)
  for _ = 1, 300 do
    local set, seen = mutate.like({ "S", { "b", true } }, math.random), {}
    for i = 2, #set do
      check.truthy(not seen[written(set[i])], written(set))
      seen[written(set[i])] = true
    end
  end
end)

local function parameter(annotation, default, kind)
  return { kind = kind or "positional", annotation = annotation, default = default }
end

check.test("a task is made of what the parameters say", function()
  for annotation, task in pairs {
    int = '["t",["i","5"]]', float = '["t",["f","3ff8000000000000"]]', bool = '["t",["b",true]]',
    ["List[float]"] = '["t",["l",["f","3ff8000000000000"],["f","3ff8000000000000"]]]',
    ["collections.abc.Sequence[str]"] = '["t",["l",["s","hello"],["s","hello"]]]',
    list = '["t",["l",["i","5"],["i","5"]]]',
    ["tuple[int, ...]"] = '["t",["t",["i","5"],["i","5"]]]',
    ["set[int]"] = '["t",["S",["i","5"]]]', dict = '["t",["d",[["s","hello"],["i","5"]]]]',
    ["dict[str, list[int]]"] = '["t",["d",[["s","hello"],["l",["i","5"],["i","5"]]]]]',
    ["typing.Optional[int]"] = '["t",["i","5"]]', ["bytes | None"] = '["t",["y","aGVsbG8="]]',
  } do
    local made = inputs.of_signature { parameter(annotation) }
    check.truthy(made, annotation)
    check.equal(written(made), task, annotation)
  end
  check.equal(inputs.of_signature { parameter "numpy.ndarray" }, nil)
  check.equal(inputs.of_signature(nil), nil)
  check.equal(written(inputs.of_signature { parameter(nil, nil, "keyword") }), '["t"]')
  check.equal(inputs.of_signature { parameter(nil) }, nil) -- nothing is known of it
end)

check.test("whole numbers of any size", function()
  check.equal(digits.halve("-7"), "-3")
  check.equal(digits.halve("100000000000000000001"), "50000000000000000000")
  check.equal(digits.power(70), "1180591620717411303424")
  check.truthy(digits.larger("-100000000000000000000", "99999999999999999999"))
  check.truthy(not digits.larger("2", "-3"))
  check.equal(#digits.smaller("0"), 0)
  check.equal(digits.smaller("4")[1], "0")
  local small = digits.smaller("-1180591620717411303424")
  check.equal(small[2], "1180591620717411303424") -- simpler than the negative one
  check.equal(small[3], "-590295810358705651712")
  check.equal(small[#small], "-1180591620717411303423")
end)

check.test("what kind of difference two results have", function()
  local one, half = "3ff0000000000000", "3fe0000000000000"
  local function d(key, item) return { { "s", key }, { "i", item } } end
  for _, case in ipairs {
    { { "i", "1" }, { "f", one }, { number_type = 1 } },
    { { "b", true }, { "i", "1" }, { number_type = 1 } },
    { { "i", "2" }, { "f", one }, { value = 1 } }, { { "s", "a" }, { "i", "1" }, { type = 1 } },
    { { "s", "a" }, { "u", "eda080" }, { value = 1 } }, { { "n" }, { "n" }, {} },
    { { "f", "0000000000000000" }, { "f", "8000000000000000" }, { zero = 1 } },
    { { "c", one, one }, { "c", one, half }, { float = 1 } },
    { { "l", { "i", "1" } }, { "l" }, { value = 1 } },
    { { "t", { "i", "1" }, { "n" } }, { "t", { "i", "2" }, { "s", "" } }, { value = 1, type = 1 } },
    { { "d", d("a", "1"), d("b", "2") }, { "d", d("b", "2"), d("a", "1") }, { order = 1 } },
    { { "d", d("a", "1"), d("b", "2") }, { "d", d("b", "3"), d("a", "1") },
      { order = 1, value = 1 } },
    { { "d", d("a", "1") }, { "d", d("c", "1") }, { value = 1 } },
    { { "d" }, { "d", d("c", "1") }, { value = 1 } },
    { { "o", "m.K", "<K at 0x12>" }, { "o", "n.K", "<K at 0x34>" }, { opaque = 1 } },
    { { "o", "m.K", "<K 1>" }, { "o", "m.K", "<K 2>" }, { value = 1 } },
    { { "o", "m.K", "x" }, { "o", "m.L", "x" }, { type = 1 } },
    { { "a", "d", "" }, { "a", "f", "" }, { type = 1 } },
    { { "y", "AA==" }, { "y", "AQ==" }, { value = 1 } },
  } do
    local found = difference.of(case[1], case[2])
    found.ulps = nil
    check.same(found, case[3], written(case[1]) .. " and " .. written(case[2]))
  end
end)

check.test("order is taken out of lists and dicts, and of nothing else", function()
  local mixed = { "l", { "d", { { "s", "b" }, { "n" } }, { { "s", "a" }, { "n" } } }, { "i", "1" } }
  check.equal(written(difference.sorted(mixed)),
    written { "l", { "d", { { "s", "a" }, { "n" } }, { { "s", "b" }, { "n" } } }, { "i", "1" } })
  check.equal(written(difference.sorted { "t", { "i", "2" }, { "i", "1" } }),
    '["t",["i","2"],["i","1"]]')
end)
