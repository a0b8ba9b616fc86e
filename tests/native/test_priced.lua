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
  check.contains(it.text, "A run costs 200 ns [180, 220], of which 2 calls through c-api take 80")
  check.contains(it.text, "a list of integers through c-api takes 6.0")
end)

check.test("a call for each element is part of its price", function()
  local it = priced.of(run_of { ints = 1 }, entry(),
    { binding = "ctypes", binding_from = "told", crosses = "per element" })
  check.equal(#it.run, 1)
  check.equal(it.of_run, nil)
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
    return it.reason, it.common, it.where
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
  check.contains(reason({}, c_api, function(_, own)
    own.straight, own.off = false, { size = 100, share = 0.24, subject = "python" }
  end), "no straight line")
  check.contains(reason({}, c_api, function(run) run.sizes[3].handed = nil end), "not known")
  check.equal(select(3, reason({}, c_api, function(_, own)
    own.straight, own.off = false, { size = 100, share = 0.24, subject = "python" }
  end)), "at size 100 those of python are 24% above it")
  text, common = reason({}, c_api, function(run)
    run.boundary = { entries = {}, reason = "not calibrated here" }
  end)
  check.equal(text, "not calibrated here")
  check.equal(common, "all")
end)

local function pool(mode, start, change)
  local run, own = run_of { ints = 2 }, entry()
  for _, size in ipairs(run.sizes) do size.tasks = 6 end
  own.mode, own.start, own.jobs, own.port.call = mode, start, 4, estimate(50000, 500)
  local function add(case, through, price)
    table.insert(run.boundary.entries, { case = case, binding = through, price = price, jobs = 4 })
  end
  add("tasks", "process", estimate(3000, 100))
  add("tasks", "thread", estimate(1000, 100))
  add("start", "process", estimate(9000, 1000))
  add("sent_ints", "process", estimate(1, 0.1))
  local subject = { kind = "python", binding = "c-api", crosses = "once", gil = true }
  if change then change(run, own, subject) end
  return priced.of(run, own, subject), own
end

local function names(parts)
  local out = {}
  for i, part in ipairs(parts) do out[i] = part.name end
  return table.concat(out, " ")
end

check.test("a pool of processes has its own prices, and calls side by side", function()
  local it = pool("process", "cold")
  check.equal(names(it.run), "hand start call rest")
  check.equal(it.run[1].price.median, 18000) -- six tasks
  check.equal(it.run[1].title, "handing 6 tasks to 4 processes")
  check.equal(it.run[2].price.median, 9000)
  check.equal(it.run[3].price.median, 80) -- the busiest of four workers makes two of six calls
  check.equal(sum(it.run), 50000)
  check.equal(names(it.size), "pickle convert rest")
  check.equal(it.size[1].price.median, 2) -- every element is pickled
  check.equal(it.size[2].price.median, 2) -- 3 ns for each of two, by a third of them in a worker
  check.equal(sum(it.size), 10)
  check.equal(names(pool("process", "warm").run), "hand call rest")
  check.equal(it.of_run.median, 27080)
  check.equal(it.of_size.median, 4)
end)

check.test("threads share their memory, and take turns under the lock", function()
  local it = pool("thread", "warm")
  check.equal(names(it.run), "hand call rest")
  check.equal(it.run[2].price.median, 240) -- six calls, one after the other
  check.equal(names(it.size), "convert rest")
  check.equal(it.size[1].price.median, 6)
  it = pool("thread", "warm", function(_, _, subject) subject.gil = false end)
  check.equal(it.run[2].price.median, 80)
  it = pool("thread", "warm", function(_, _, subject) subject.gil = nil end)
  check.equal(names(it.run), "hand rest")
  check.contains(it.lacks, "GIL")
  check.contains(it.text, "What its calls take is not known, because")
end)

check.test("tasks that each unit of size adds are priced by the unit", function()
  local it = pool("process", "warm", function(run)
    for _, size in ipairs(run.sizes) do size.tasks = 4 * size.size end
  end)
  check.equal(names(it.run), "rest")
  check.equal(names(it.size), "hand pickle call convert rest")
  check.equal(it.size[1].price.median, 12000)
  check.equal(it.size[3].price.median, 40) -- of four more, each worker makes one
end)

check.test("what a pool is not priced by has its reason", function()
  local function reason(change) return pool("process", "cold", change).reason end
  check.contains(reason(function(_, own) own.jobs = 2 end), "a pool of 4, not of 2")
  check.contains(reason(function(run) table.remove(run.boundary.entries, 5) end),
    "no price of handing over a task")
  check.contains(reason(function(run) table.remove(run.boundary.entries) end),
    "no price of pickling a list of integers")
  check.contains(reason(function(run) run.sizes[1].handed = nil end), "not known")
  check.contains(reason(function(_, _, subject)
    subject.kind, subject.binding = "native", "none"
  end), "nothing crosses over")
  check.contains(reason(function(_, _, subject)
    subject.kind = "executable"
  end), "not a pool of Python's")
  -- A Python port has no calls into native code, or nobody knows how many; its pool is priced.
  local it = pool("process", "warm", function(_, _, subject) subject.binding = "none" end)
  check.equal(names(it.run), "hand rest")
  check.equal(it.lacks, nil)
  it = pool("process", "warm", function(_, _, subject)
    subject.binding, subject.binding_reason = nil, "its function is Python"
  end)
  check.equal(it.lacks, "its function is Python")
  check.equal(names(it.run), "hand rest")
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
