-- What the boundary takes of a port's price: payoff.binding and payoff.model.priced.
local binding = require "payoff.binding"
local check = require "check"
local priced = require "payoff.model.priced"
local sys = require "payoff.native.sys"
local values = require "payoff.values"

local function estimate(median, half)
  return { median = median, low = median - half, high = median + half, level = 0.95, n = 8,
    unit = "ns" }
end

local function kept()
  return { entries = {
    { case = "arguments", binding = "c-ext", per = "call", price = estimate(40, 4) },
    { case = "arguments", binding = "ctypes", per = "call", price = estimate(300, 10) },
    { case = "ints", binding = "c-ext", per = "element", price = estimate(3, 0.5) },
    { case = "floats", binding = "ctypes", per = "element", reason = "no compiler here" },
  } }
end

local function run_of(kinds)
  local function size(n)
    local handed = {}
    for kind, each in pairs(kinds) do handed[kind] = each * n end
    return { size = n, tasks = 2, handed = handed }
  end
  return { boundary = kept(), sizes = { size(1), size(100), size(10000) } }
end

local function entry()
  return { mode = "serial", straight = true, from_size = 1, to_size = 10000,
    port = { call = estimate(200, 20), per_size = estimate(10, 1) } }
end

local function sum(parts)
  local out = 0
  for _, part in ipairs(parts) do out = out + part.price.median end
  return out
end

check.test("calls and elements, and what is left", function()
  local it = priced.of(run_of { ints = 2 }, entry(),
    { binding = "c-api", binding_from = "found", crosses = "once" })
  check.equal(it.run[1].price.median, 80) -- two tasks
  check.equal(it.run[2].name, "rest")
  check.equal(it.run[2].price.median, 120)
  check.equal(it.run[2].price.low, 180 - 88) -- the joined ends
  check.equal(it.run[2].price.high, 220 - 72)
  check.equal(it.size[1].price.median, 6)
  check.equal(it.size[1].price.high, 7)
  check.equal(sum(it.run), 200)
  check.equal(sum(it.size), 10)
  check.contains(it.text, "A run costs 200 ns [180, 220], of which 2 calls through c-api takes")
  check.contains(it.text, "a list of integers through c-api takes 6.0")
end)

check.test("a call for each element is part of its price", function()
  local it = priced.of(run_of { ints = 1 }, entry(),
    { binding = "ctypes", binding_from = "told", crosses = "per element" })
  check.equal(#it.run, 1)
  check.equal(it.size[1].price.median, 300)
  check.equal(sum(it.size), 10)
  check.contains(it.text, "more than that")
end)

check.test("what is not priced has its reason", function()
  local function reason(kinds, subject, change)
    local run, own = run_of(kinds), entry()
    if change then change(run, own) end
    local it = priced.of(run, own, subject)
    check.equal(it.text, nil)
    return it.reason, it.common
  end
  local c_api = { binding = "c-api", crosses = "once" }
  check.contains(reason({}, { binding_reason = "its function is Python" }), "is Python")
  local text, common = reason({}, { binding = "none" })
  check.contains(text, "nothing crosses over")
  check.equal(common, "none")
  check.contains(reason({}, { binding = "cffi" }), "any number of times")
  check.contains(reason({}, { binding = "cffi", crosses = "once" }), "has not measured cffi")
  check.contains(reason({ floats = 1 }, { binding = "ctypes", crosses = "once" }),
    "no price of a list of floats through ctypes")
  check.contains(reason({ text = 1 }, c_api), "no price of characters")
  check.contains(reason({}, c_api, function(_, own) own.mode = "thread" end), "side by side")
  check.contains(reason({}, c_api, function(_, own) own.straight = false end), "no line")
  check.contains(reason({}, c_api, function(run) run.sizes[3].handed = nil end), "not known")
  text, common = reason({}, c_api, function(run)
    run.boundary = { entries = {}, reason = "not calibrated here" }
  end)
  check.equal(text, "not calibrated here")
  check.equal(common, "all")
end)

check.test("elements are counted by their kind", function()
  local function handed(...) return values.handed { values.task { ... } } end
  check.same(handed(1, 2.5, true), {})
  check.same(handed({ 1, 2, 3 }, { 4 }), { ints = 4 })
  check.same(handed({ 1.5, 2.5 }, {}), { floats = 2 })
  check.same(handed({ 1, 2.5 }, { x = 1 }), { other = 3 })
  check.same(handed(values.bytes "abcd", values.bytes ""), { bytes = 4 })
  check.same(handed(values.array("d", { 1, 2, 3 }), values.array("h", { 1 })), { buffer = 4 })
  check.same(handed("grün"), { text = 4 })
end)

check.test("an extension module says what it was made with", function()
  local file = os.tmpname() .. ".so"
  local function of(content)
    check.truthy(sys.write_file(file, "\127ELF\0" .. content .. "\0\1"))
    return binding.of { kind = "python", loaded_file = file }
  end
  check.equal(of("PyInit_a").name, "c-api")
  check.equal(of("x\0cython_runtime").name, "cython")
  check.equal(of("pyo3_runtime.PanicException").name, "pyo3")
  check.equal(of("x").crosses, "once")
  check.contains(of("pybind11::error").reason, "pybind11")
  os.remove(file)
  check.contains(binding.of({ kind = "python", loaded_file = "a.py" }).reason, "is Python")
  check.equal(binding.of({ kind = "native" }).name, "none")
  local told = binding.of { kind = "python", loaded_file = "a.py", binding = "cffi",
    crosses = "per element" }
  check.equal(told.name .. told.from .. told.crosses, "cffitoldper element")
  check.equal(binding.of({ kind = "python", loaded_file = "a.py", binding = "cffi" }).crosses, nil)
end)

check.test("the words are checked", function()
  local function said(t, kind)
    local out
    binding.check(t, kind or "python", function(message, ...) out = message:format(...) end)
    return out
  end
  check.equal(said { binding = "pyo3", crosses = "once" }, nil)
  check.contains(said { binding = "cyton" }, "did you mean 'cython'?")
  check.contains(said { binding = "cffi", crosses = "each" }, "crosses is one of")
  check.contains(said { crosses = "once" }, "say which one")
  check.contains(said({ binding = "cffi" }, "native"), "nothing crosses over")
  check.equal(said({ binding = "none" }, "native"), nil)
end)
