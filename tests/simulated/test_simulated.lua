-- Counts by Valgrind: of a loop that is known, again and again the same, and refused with reasons.

local check = require "check"
local launch = require "payoff.run.launch"
local simulate = require "payoff.run.simulate"
local sys = require "payoff.native.sys"
local valgrind = require "payoff.run.valgrind"
local values = require "payoff.values"

local folder = ...
local library = os.getenv("SIMULATED_SUBJECT")

-- native_main is no payoff: the native worker is in the real program.
local launcher = launch.new {}
local spec = launcher.spec
function launcher:spec(subject)
  local made, reason = spec(self, subject)
  if made and subject.kind == "native" then made.argv[1] = os.getenv("PAYOFF") end
  return made, reason
end

local function cell_of(of, ...)
  local tasks = {}
  for i, task in ipairs { ... } do tasks[i] = values.task(task) end
  of.state = "ok"
  return { id = "cell", of = of, mode = "serial", jobs = 1, tasks = #tasks,
           workload = { tasks = tasks }, verdict = { state = "unmeasured" } }
end

local function native(symbol, ...)
  return cell_of({ kind = "native", library = library, symbol = symbol,
                   signature = "int64(int64)" }, ...)
end

local event, tool = simulate.event()

local function count(cell)
  simulate.run { cells = { cell }, simulator = tool, launcher = launcher, expected = {},
                 experiment = {}, progress = { show = function() end } }
  return cell.simulated
end

check.test("what cannot be counted says why", function()
  local cell = native("count_down", { 1 })
  cell.mode = "thread"
  check.equal(count(cell).state, "not counted")
  check.truthy(cell.simulated.reason:find("serial"))
  cell.mode, cell.verdict = "serial", { state = "wrong" }
  check.equal(count(cell).reason, "its results are wrong")
end)

if not tool then
  check.test("without Valgrind the event is unsupported", function()
    check.equal(event.state, "unsupported")
    check.truthy(event.reason:find("package valgrind"))
    check.equal(count(native("count_down", { 1 })).state, "unsupported")
  end)
  check.skip("counts by Valgrind", event.reason)
  return
end

check.test("the event says what it is", function()
  check.equal(event.source, "simulated")
  check.equal(event.name, "simulated::instructions")
  check.truthy(event.reason:find("Valgrind " .. tool.version, 1, true))
end)

check.test("a native loop: two instructions in each turn, and the same every time", function()
  local first, again = count(native("count_down", { 1000 })), count(native("count_down", { 1000 }))
  local longer = count(native("count_down", { 501000 }))
  check.equal(first.state, "exact", first.reason)
  check.equal(again.count, first.count)
  check.equal(longer.count - first.count, 2 * 500000)
  check.truthy(first.count >= 2000 and first.count < 2500, first.count)
  check.truthy(first.bracket >= 5 and first.bracket <= 60, first.bracket)
end)

check.test("a CPython function: the same every time", function()
  local subject = { kind = "python", path = {}, file = folder .. "/kernel.py", func = "total" }
  local first, again = count(cell_of(subject, { 1, 50 })), count(cell_of(subject, { 1, 50 }))
  check.equal(first.state, "exact", first.reason)
  check.equal(first.loops, 16)
  check.equal(again.count, first.count)
  local per_turn = first.count / 16 / 50
  check.truthy(per_turn > 50 and per_turn < 5000, per_turn)
end)

check.test("what would take too long is not begun", function()
  local cell = native("count_down", { 1 })
  cell.cost_ns = 1e12
  check.truthy(count(cell).reason:find("minutes under Valgrind"))
end)

check.test("a subject that Valgrind does not understand, and one that fails", function()
  local dead = count(native("unknown_instruction", { 1 }))
  check.equal(dead.state, "not counted")
  check.truthy(dead.reason:find("instructions that Valgrind does not know"), dead.reason)
  local none = count(native("no_such_function", { 1 }))
  check.equal(none.state, "not counted")
  check.truthy(none.reason:find("no_such_function"), none.reason)
end)

check.test("nothing is left behind", function()
  local base = sys.environ().TMPDIR or "/tmp"
  for _, name in ipairs(sys.list(base)) do
    check.truthy(not name:find(("payoff-%d-"):format(sys.pid()), 1, true), name)
  end
  check.truthy(valgrind.find())
end)
