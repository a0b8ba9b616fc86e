-- boundary: what it costs to get to native code and back, per call, per element, per task.
--
--   payoff boundary                                   -- all cases; the figures are kept
--   payoff run scripts/boundary.lua --set case=ints   -- one of them as an experiment
--
-- The size is the number of calls, of elements or of tasks; the slope over it is the price.

local payoff = require "payoff"

local kernel = "../kernel/boundary"
local out = kernel .. "/build"
local case = payoff.setting("case", "calls")
local size = payoff.setting("size", 0)

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

local builds = {
  ["c-ext"] = { "via_capi", make("capi", "python headers") },
  cython = { "via_cython", make("cython", "python headers", "cython|cython3|python:Cython") },
  pyo3 = { "via_pyo3", { command = "make -s pyo3", folder = kernel, needs = { "make", "cargo" } } },
  ctypes = { "via_ctypes", make("ctypes") },
  cffi = { "via_cffi", make("cffi", "python:cffi") },
}

local function ints(n)
  local list = {}
  for i = 1, n do list[i] = 1000 + i end
  return payoff.list(list)
end

local function floats(n)
  local list = {}
  for i = 1, n do list[i] = i + 0.5 end
  return list
end

local function bytes(n) return payoff.bytes(("payoff"):rep(n // 6 + 1):sub(1, n)) end

local function one(make_argument)
  return function(n) return { { make_argument(n) } } end
end

-- As many elements in all, a share of them in a task for each worker of the pool.
local function shared(make_argument)
  return function(n)
    local tasks, workers = {}, payoff.host.cores
    for i = 1, workers do tasks[i] = { make_argument(n // workers) } end
    return tasks
  end
end

local spread = {}
for i, n in ipairs { 10, 100, 1000, 10000 } do spread[i] = n * payoff.host.cores end

local function float_list(n) return payoff.list(floats(n)) end

local function array(n) return payoff.array("d", floats(n)) end

local elements = { 10, 100, 1000, 10000 }

-- func of the reference, sizes, tasks of a size.
local cases = {
  calls = { "calls", { 100, 1000, 10000 }, one(function(n) return n end), loop = true },
  arguments = { "twos", { 100, 1000, 10000 }, one(function(n) return n end), loop = true },
  ints = { "add_ints", elements, one(ints) },
  floats = { "add_floats", elements, one(float_list) },
  bytes = { "add_bytes", elements, one(bytes) },
  buffer = { "add_buffer", elements, one(array) },
  sent_ints = { "take", spread, shared(ints), modes = { "process" } },
  sent_floats = { "take", spread, shared(float_list), modes = { "process" } },
  sent_bytes = { "take", spread, shared(bytes), modes = { "process" } },
  sent_buffer = { "take", spread, shared(array), modes = { "process" } },
  tasks = { "task", { 1, 16, 128 }, function(n)
    local tasks = {}
    for i = 1, n do tasks[i] = { i } end
    return tasks
  end, modes = { "process", "thread" } },
  moved = { "task", elements, one(float_list), modes = { "process" } },
}

local chosen = cases[case]
if not chosen then error("case is one of calls, arguments, ints, floats, bytes, buffer, sent_ints, "
  .. "sent_floats, sent_bytes, sent_buffer, moved, tasks", 0) end

local subjects = {}
if chosen.loop then
  subjects[1] = payoff.python { name = "loop", module = "reference", func = "loop", path = kernel,
    teaches = "The loop around the calls, which is taken off." }
  subjects[2] = payoff.native { name = "native", library = out .. "/libboundary.so",
    symbol = "boundary_" .. chosen[1], signature = "int64(int64)", build = make("c"),
    teaches = "The same calls in a native program." }
end
for _, name in ipairs(chosen.modes and {} or { "c-ext", "cython", "pyo3", "cffi", "ctypes" }) do
  subjects[#subjects + 1] = payoff.python { name = name, module = builds[name][1],
    func = chosen[1], path = { out, kernel }, build = builds[name][2] }
end

return payoff.experiment {
  name = "boundary",
  title = "boundary: " .. case,
  reference = payoff.python {
    name = "python", module = "reference", func = chosen[1], path = kernel,
    teaches = "No boundary: a Python function.",
  },
  subjects = subjects,
  sizes = size > 0 and { size } or chosen[2],
  workload = chosen[3],
  modes = chosen.modes or { "serial" },
  jobs = { case == "moved" and 1 or payoff.host.cores },
  metrics = { "os" },
  budget = 10,
}
