-- Counts by Valgrind: of a loop that is known, again and again the same, and refused with reasons.

local check = require "check"
local extension = require "payoff.run.extension"
local launch = require "payoff.run.launch"
local simulate = require "payoff.run.simulate"
local simulated = require "payoff.run.simulated"
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
  return { id = "cell", of = of, mode = "serial", jobs = 1, start = "warm", tasks = #tasks,
                     workload = { tasks = tasks }, verdict = { state = "unmeasured" } }
end

local function native(symbol, ...)
  return cell_of({ kind = "native", library = library, symbol = symbol,
                   signature = "int64(int64)" }, ...)
end

local tool, no_tool = valgrind.find()
local event = simulated.events(tool, {}, no_tool)[1]

local function count(cell, parts, repeats)
  return simulate.count(cell, { launcher = launcher, parts = parts, repeats = repeats })
end

local function python(...)
  return cell_of({ kind = "python", path = {}, file = folder .. "/kernel.py", func = "total" }, ...)
end

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
  local first = count(native("count_down", { 1000 }))
  local longer = count(native("count_down", { 501000 }), nil, 1)
  check.equal(first.state, "exact", first.reason)
  check.truthy(first.reason:find("the same to the last digit"), first.reason)
  check.equal(longer.count - first.count, 2 * 500000)
  check.truthy(longer.reason:find("counted once"), longer.reason)
  check.truthy(first.count >= 2000 and first.count < 2500, first.count)
  check.truthy(first.bracket >= 5 and first.bracket <= 60, first.bracket)
end)

check.test("random bytes are the same bytes each time", function()
  local counted = count(native("count_random", { 1000 }))
  check.equal(counted.state, "exact", counted.reason)
end)

local has_brackets = extension.find(launcher:interpreter({}))

check.test("a CPython function, in brackets: the same every time", function()
  local counted = count(python({ 1, 50 }))
  check.equal(counted.state, "exact", counted.reason)
  check.equal(counted.way, has_brackets and "bracket" or "difference")
  local per_turn = counted.count / counted.loops / 50
  check.truthy(per_turn > 50 and per_turn < 5000, per_turn)
end)

check.test("caches and branches, in brackets and as a difference", function()
  local counted = count(python({ 1, 50 }), { cache = true, branch = true })
  check.equal(counted.state, "exact", counted.reason)
  check.truthy(counted.totals["simulated::l1-dcache-loads"] > 1000)
  check.truthy(counted.totals["simulated::branches"] > 500)
  check.truthy(counted.totals["simulated::branch-misses"]
    < counted.totals["simulated::branches"] / 2)
  check.equal(count(native("count_down", { 9 }), nil, 1).totals["simulated::branches"], nil)
  local loop = count(native("count_down", { 10000 }), { branch = true }, 1)
  local branches = loop.totals["simulated::branches"]
  check.truthy(branches >= 10000 and branches < 10200, branches)
end)

check.test("without a compiler or headers: the difference, and it says so", function()
  local find = extension.find
  extension.find = function() return nil, "there is no C compiler" end
  local counted = count(python({ 1, 50 }), nil, 1)
  local pool = python({ 1, 50 })
  pool.mode, pool.jobs, pool.start = "process", 2, "warm"
  local refused = count(pool)
  extension.find = find
  check.equal(counted.way, "difference")
  check.equal(counted.loops, 16)
  check.truthy(counted.reason:find("there is no C compiler"), counted.reason)
  check.equal(refused.state, "not counted")
  check.truthy(refused.reason:find("there is no C compiler"), refused.reason)
end)

-- Both do the same tasks, so both count about what the serial cell does, or more.
local function in_crews(make, modes)
  local alone = count(make(), nil, 1).count
  for _, mode in ipairs(modes) do
    local cell = make()
    cell.mode, cell.start, cell.jobs = mode[1], mode[2], 2
    local counted = count(cell, nil, 1)
    check.equal(counted.state, "scaled", counted.reason)
    check.truthy(counted.reason:find("one thread at a time"), counted.reason)
    check.truthy(counted.count >= 0.9 * alone, ("%s %s: %d, alone %d"):format(mode[1], mode[2],
      counted.count, alone))
    check.truthy(counted.count < 1.5 * alone + mode[3], ("%s %s: %d, alone %d"):format(mode[1],
      mode[2], counted.count, alone))
  end
end

check.test("threads and processes of native subjects", function()
  in_crews(function() return native("count_down", { 1000000 }, { 1000000 }, { 1000000 }) end,
    { { "thread", "warm", 1e5 }, { "thread", "cold", 1e5 }, { "process", "warm", 1e5 },
      { "process", "cold", 1e5 } })
end)

check.test("threads and processes of Python", function()
  if not has_brackets then return end
  in_crews(function() return python({ 1, 3000 }, { 2, 3000 }) end,
    { { "thread", "warm", 2e6 }, { "process", "warm", 4e6 }, { "process", "cold", 2e7 } })
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
    check.truthy(not name:find(("payoff-%010d-"):format(sys.pid()), 1, true), name)
  end
end)
