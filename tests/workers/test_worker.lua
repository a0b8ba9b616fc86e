-- payoff.native.worker with a worker that behaves, and one of each kind that does not.

local assets = require "payoff.native.assets"
local check = require "check"
local counters = require "payoff.native.counters"
local json = require "payoff.native.json"
local value = require "payoff.native.value"
local worker = require "payoff.native.worker"

local misbehaving = os.getenv("MISBEHAVING_WORKER")

local function start(way, more)
  local spec = { argv = { misbehaving, way }, timeout_s = 20 }
  for name, field in pairs(more or {}) do spec[name] = field end
  return assert(worker.start(spec))
end

local function python(more)
  local script = assert(assets.read "workers/python_worker.py")
  local spec = { argv = { "python3", "{script}" }, script = script }
  for name, field in pairs(more or {}) do spec[name] = field end
  return assert(worker.start(spec))
end

local math_sqrt = { cmd = "load", subject = { module = "math", func = "sqrt" } }
local function prepare(...)
  local tasks = {}
  for i, bits in ipairs { ... } do tasks[i] = { "t", { "f", bits } } end
  return { cmd = "prepare", tasks = json.array(tasks) }
end

check.test("a worker says who it is, measures and leaves", function()
  local process <close> = start "good"
  check.equal(process:runtime().name, "test")
  check.same(process:modes(), { "serial" })
  check.truthy(process:pid() > 0)
  check.equal(process:uncounted(), nil)
  check.same(assert(process:run { loops = 3 }), {
    wall_ns = 100, cpu_ns = 90, loops = 3, counts = {},
    workers = { { id = 0, tasks = 2, wall_ns = 50 } },
  })
  check.equal(process:call({ cmd = "anything" }, 5).ok, true)
  local ending = process:stop()
  check.equal(ending.exit, 0)
  check.equal(ending.signal, nil)
  check.equal(ending.killed, false)
  check.equal(ending.strays, 0)
  check.truthy(ending.maxrss_bytes > 100000)
  check.equal(process:alive(), false)
  local reply, message, code = process:run {}
  check.equal(reply, nil)
  check.equal(code, "ended")
  check.contains(message, "the worker has ended")
end)

check.test("a worker that does not say so takes one sample on a command", function()
  local process <close> = start "good"
  check.equal(process:most_samples(), 1)
  check.raises(function() process:run_list { samples = 2 } end, "samples must be from 1")
end)

check.test("several samples on one command, each with its own counts", function()
  local process <close> = python()
  check.truthy(process:most_samples() >= 5)
  assert(process:call(math_sqrt, 20))
  assert(process:call(prepare "4010000000000000", 20))
  local list = assert(process:run_list { samples = 5, loops = 1000, timeout_s = 20 })
  check.equal(#list, 5)
  for _, sample in ipairs(list) do
    check.equal(sample.loops, 1000)
    check.truthy(sample.wall_ns > 0)
    check.same(sample.counts, {})
    check.equal(sample.workers[1].tasks, 1000)
  end
end)

check.test("a crash is told with its signal and its last words", function()
  local process <close> = start "segfault"
  local sample, message, code, problem = process:run {}
  check.equal(sample, nil)
  check.equal(code, "ended")
  check.equal(problem, nil)
  check.equal(message, "the worker died of signal 11 (Segmentation fault) during 'run'; "
    .. "its last words: about to fall over")
  local ending = process:stop()
  check.equal(ending.signal, 11)
  check.equal(ending.signal_name, "SIGSEGV")
  check.equal(ending.exit, nil)
  check.equal(ending.stderr, "about to fall over\n")
  check.equal(process:stderr(), "about to fall over\n")
end)

check.test("a hang is a timeout, garbage is data", function()
  local process <close> = start "hang"
  check.equal(select(3, process:run { timeout_s = 0.05 }), "timeout")
  check.equal(process:stop().killed, true)
  local other <close> = start "garbage"
  check.equal(select(3, other:run {}), "data")
end)

check.test("an orderly error comes with its object, and the worker lives on", function()
  local process <close> = start "orderly-error"
  local sample, message, code, problem = process:run {}
  check.equal(sample, nil)
  check.equal(message, "ValueError: no")
  check.equal(code, "subject")
  check.same(problem, { kind = "exception", type = "ValueError", message = "no", task = 1 })
  check.equal(process:alive(), true)
end)

check.test("what cannot be started says why", function()
  local process, message, code = worker.start { argv = { "no-such-program-at-all" } }
  check.equal(process, nil)
  check.equal(code, "not found")
  check.contains(message, "no-such-program-at-all")
  check.raises(function() worker.start { argv = {} } end, "argv is empty")
  check.raises(function() worker.start { argv = "true" } end, "argv must be a list")
  check.raises(function() worker.start { argv = { 1 } } end, "argv must be text")
  check.raises(function() worker.start { argv = { "true" }, env = { X = 1 } } end, "env")
  check.raises(function() worker.start { argv = { "true" }, cpus = { "x" } } end, "cpus")
  check.raises(function() worker.start { argv = { "true" }, memory_bytes = 0 } end, "memory_bytes")
  check.raises(function() worker.start { argv = { "a\0b" } } end, "NUL")
end)

check.test("a closed worker cannot be used, one that is collected is gone", function()
  local process = start "good"
  local pid = process:pid()
  getmetatable(process).__close(process)
  check.raises(function() process:run {} end, "the worker is closed")
  check.equal(io.open("/proc/" .. pid), nil)
  pid = start "hang":pid()
  collectgarbage()
  collectgarbage()
  check.equal(io.open("/proc/" .. pid), nil)
end)

check.test("the environment is what it was given, and the protocol's", function()
  local process <close> = start("good", { env = { PATH = "/bin" }, cwd = "/" })
  local reply = assert(process:call({ cmd = "look" }, 5))
  check.equal(reply.cwd, "/")
  check.equal(reply.fds, "0,1,2,3,4")
end)

check.test("a Python function runs, is counted and checked", function()
  local plan = assert(counters.plan { { "task-clock", "page-faults" }, { "cycles" } })
  local process <close> = python { plan = plan }
  check.truthy(process:runtime().version:match("^3%."))
  check.truthy(assert(process:call(math_sqrt, 20)).load_ns >= 0)
  check.equal(assert(process:call(prepare("4010000000000000", "4000000000000000"), 20)).tasks, 2)
  local sample = assert(process:run { mode = "serial", loops = 1000, timeout_s = 20 })
  check.truthy(sample.wall_ns > 0)
  check.equal(#sample.counts, 3)
  local clock = sample.counts[1]
  if clock.state == "exact" then
    check.truthy(clock.count > 0)
    check.truthy(clock.count < 10 * sample.wall_ns)
  end
  for _, count in ipairs(sample.counts) do
    check.truthy(count.state == "exact" or count.reason, count.event)
  end
  local results = assert(process:results(20))
  check.equal(#results, 2)
  check.equal(results:text(1), "2.0")
  check.equal(results:text(2), "1.4142135623730951")
  local expected = value.decode '[["f","4000000000000000"],["f","3ff6a09e667f3bcc"]]'
  local comparison = assert(value.compare(expected, results))
  check.equal(comparison.outcome, "different")
  check.equal(comparison.task, 1)
  check.equal(value.compare(expected, results, { ulp = 1 }).outcome, "within")
  check.equal(process:stop().exit, 0)
end)

check.test("an exception in Python is an orderly error with the task", function()
  local process <close> = python()
  assert(process:call(math_sqrt, 20))
  assert(process:call(prepare("4010000000000000", "bff0000000000000"), 20))
  local sample, message, code, problem = process:run {}
  check.equal(sample, nil)
  check.contains(message, "ValueError: ")
  check.equal(code, "subject")
  check.equal(problem.kind, "exception")
  check.equal(problem.task, 1)
  check.truthy(process:alive())
end)
