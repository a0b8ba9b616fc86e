-- The native worker under payoff's own harness: what its subject does is counted in every mode,
-- whoever does it, and a crash is told.

local check = require "check"
local counters = require "payoff.native.counters"
local json = require "payoff.native.json"
local worker = require "payoff.native.worker"

local payoff, library = os.getenv("PAYOFF"), os.getenv("NATIVE_SUBJECT")

local function start(plan, symbol, signature, ...)
  local process = assert(worker.start { argv = { payoff, "worker", "native" }, plan = plan })
  assert(process:call({ cmd = "load", subject = { library = library, symbol = symbol,
                                                  signature = signature } }, 20))
  local tasks = {}
  for i, number in ipairs { ... } do tasks[i] = { "t", { "i", tostring(number) } } end
  assert(process:call({ cmd = "prepare", tasks = json.array(tasks) }, 20))
  return process
end

local cells = { { "serial", "warm", 1 } }
for _, mode in ipairs { "process", "thread" } do
  for _, how in ipairs { "cold", "warm" } do
    cells[#cells + 1] = { mode, how, 1 }
    cells[#cells + 1] = { mode, how, 2 }
  end
end

check.test("every mode is counted, with its threads and children", function()
  local plan = assert(counters.plan { { "task-clock", "page-faults" }, { "instructions" } })
  local process <close> = start(plan, "spin_ms", "int64(int64)", 20, 20)
  check.equal(process:runtime().name, "native")
  check.equal(process:uncounted(), nil)
  for _, cell in ipairs(cells) do
    local name = table.concat(cell, " ")
    local sample = assert(process:run { mode = cell[1], start = cell[2], jobs = cell[3],
                                        loops = 2 })
    check.equal(#sample.workers, cell[3], name)
    check.truthy(sample.cpu_ns >= 0.95 * 80e6 and sample.cpu_ns < 120e6, name .. sample.cpu_ns)
    local clock = sample.counts[1]
    if clock.state == "exact" then
      -- The counter and the kernel's own account are two measurements of one thing.
      local ratio = clock.count / sample.cpu_ns
      check.truthy(ratio > 0.9 and ratio < 1.1, name .. ": " .. ratio)
    else
      check.truthy(clock.reason, name)
    end
  end
  check.equal(assert(process:results(20)):text(1), "20")
  check.equal(process:stop().exit, 0)
end)

check.test("an empty bracket is next to nothing", function()
  local plan = assert(counters.plan { { "task-clock" } })
  local process <close> = start(plan, "same_int64", "int64(int64)", 1)
  local sample = assert(process:run { mode = "empty" })
  check.equal(sample.counts[1].state, "exact")
  check.truthy(sample.counts[1].count > 0 and sample.counts[1].count < 1e6)
  check.truthy(sample.wall_ns < 1e6)
end)

check.test("the crash of a subject", function()
  local process <close> = start(nil, "die", "int32(int32)", 0, 11)
  local sample, message, code, problem = process:run { mode = "process", jobs = 2 }
  check.equal(sample, nil)
  check.equal(code, "subject")
  check.contains(message, "was killed by SIGSEGV in task 1")
  check.equal(problem.task, 1)
  check.truthy(process:alive())
  sample, message, code = process:run {}
  check.equal(sample, nil)
  check.equal(code, "ended")
  check.contains(message, "died of signal 11")
end)

check.test("nobody is left behind", function()
  local process <close> = start(nil, "same_int64", "int64(int64)", 1, 2)
  assert(process:run { mode = "process", jobs = 2, start = "warm" })
  local ending = process:stop()
  check.equal(ending.exit, 0)
  check.equal(ending.strays, 0)
  check.equal(ending.stderr, "")
end)
