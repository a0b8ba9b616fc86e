-- simulate: instruction counts by Valgrind, in a pass of their own after the blocks.
--
--   simulate.event()                  --> one more event of the run: "simulated::instructions"
--   simulate.run(state)               -- cells[].simulated, for payoff.run.derive
--
-- Counts are never taken together with times (a subject is 20 to 80 times as slow under Valgrind)
-- and never mixed with a CPU's own: they are an event with a name of its own, whose source is
-- "simulated". There are two ways to count, and each figure says which one it was:
--
-- bracket      Native subjects: their worker switches counting on just before the work and off just
--              after it. Counted is the second run of a process (in the first, the dynamic linker
--              still looks up names), minus what an empty bracket counts.
-- difference   Everybody else: one process runs the list of tasks 2k times, another one k times;
--              the counts of both whole processes are subtracted: k runs remain, no start-up.
--              The first calls of a Python function are dearer than later ones; from about the 16th
--              on they are alike, so k is 16 where that takes no longer than simulate.limit_s.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"
local valgrind = require "payoff.run.valgrind"
local value = require "payoff.native.value"

local simulate = {}

simulate.name = "simulated::instructions"
simulate.limit_s = 300 -- for one cell, as estimated from its time without Valgrind

-- How many times slower than on the CPU, at most: measured with Valgrind 3.19.
local slowdown = { bracket = 60, difference = 25 }
local start_s = 30 -- an interpreter's start, on a busy machine

function simulate.event()
  local tool, reason = valgrind.find()
  return {
    asked = simulate.name, name = simulate.name, unit = "instructions", source = "simulated",
    state = tool and "exact" or "unsupported",
    reason = tool and ("counted by Valgrind %s in a pass of its own: the user-space instructions "
      .. "of the tasks, not those of a CPU's counter; repeats exactly in the same environment; "
      .. "Valgrind's CPU has no AVX-512, so code that chooses by CPU may choose otherwise there")
      :format(tool.version) or reason,
  }, tool
end

local function missing(state, reason)
  return { state = state, source = "simulated", reason = reason }
end

-- The work -----------------------------------------------------------------------------------

local function trouble(guest, message, code)
  if code == "cancelled" then fault.raise("interrupted", "interrupted while counting") end
  return nil, guest and not guest.process:alive() and guest:why_it_ended() or message
end

-- Sends the commands in their order; nil and the reason when one fails.
local function converse(guest, context, commands)
  for _, command in ipairs(commands) do
    local reply, message, code = guest.process:call(command, context.timeout_s)
    if not reply then return trouble(guest, message, code) end
  end
  return true
end

local function run_command(mode, loops)
  return { cmd = "run", mode = mode, jobs = 1, start = "warm", loops = loops }
end

-- Under Valgrind a result may differ (x87, for one, is simulated with 64 bits): then what was
-- counted is not the work that was asked for.
local function check(guest, context)
  local results, message, code = guest.process:results(context.timeout_s)
  if not results then return trouble(guest, message, code) end
  if not context.expected then return true end
  local comparison = value.compare(context.expected, results, context.tolerance)
  if comparison and comparison.outcome ~= "different" then
    return true
  end
  return nil, "its results under Valgrind are not the reference's"
end

local function open(tool, name, cell, context)
  local guest, message, code = valgrind.start(tool, name, context.launcher, cell.of, 120)
  if not guest then return trouble(nil, message, code) end
  return guest
end

local function prepare(cell, context)
  return { context.launcher:load(cell.of), { cmd = "prepare", tasks = cell.workload.tasks } }
end

-- Ways to count ------------------------------------------------------------------------------

local function by_bracket(tool, cell, context)
  local guest <close>, reason = open(tool, "callgrind", cell, context)
  if not guest then return nil, reason end
  local commands = prepare(cell, context)
  for _, mode in ipairs { "empty", "serial", "serial" } do
    commands[#commands + 1] = run_command(mode, 1)
  end
  local ok, why = converse(guest, context, commands)
  if ok then ok, why = check(guest, context) end
  if not ok then return nil, why end
  local counts = guest:brackets()
  if #counts < 3 then return nil, "callgrind wrote fewer counts than there were brackets" end
  return {
    count = math.max(0, counts[3] - counts[1]), loops = 1, bracket = counts[1],
    reason = ("callgrind %s, in a bracket around the second run of a process; the %d instructions "
      .. "of an empty bracket are taken off"):format(tool.version, counts[1]),
  }
end

-- The count of a whole process that runs the list of tasks `loops` times.
local function whole(tool, cell, context, loops)
  local guest <close>, reason = open(tool, "cachegrind", cell, context)
  if not guest then return nil, reason end
  local commands = prepare(cell, context)
  commands[#commands + 1] = run_command("serial", loops)
  local ok, why = converse(guest, context, commands)
  if ok then ok, why = check(guest, context) end
  if not ok then return nil, why end
  local ending = guest.process:stop(120)
  if ending.killed or ending.exit ~= 0 then
    return nil, "its process did not end in an orderly way"
  end
  return guest:total()
end

local function by_difference(tool, cell, context, k)
  local once, reason = whole(tool, cell, context, k)
  if not once then return nil, reason end
  local twice
  twice, reason = whole(tool, cell, context, 2 * k)
  if not twice then return nil, reason end
  if twice < once then return nil, "twice the runs took fewer instructions: it does not repeat" end
  return {
    count = twice - once, loops = k,
    reason = ("cachegrind %s, as the difference of %d and %d runs in two processes%s"):format(
      tool.version, 2 * k, k, k * cell.tasks < 16 and "; with so few, what an interpreter does "
      .. "once to adapt to the code may be in it" or ""),
  }
end

-- Which cells, and how often ------------------------------------------------------------------

-- The k of the difference method, or nil and the time that even the smallest would take.
local function choose_k(cell)
  local run_s = (cell.cost_ns or 0) * 1e-9 * slowdown.difference
  for _, k in ipairs { 16, math.max(1, math.ceil(16 / cell.tasks)), 1 } do
    if 3 * k * run_s <= simulate.limit_s then return k, 3 * k * run_s end
  end
  return nil, 3 * run_s
end

local function too_long(seconds)
  return missing("not counted", ("it would take about %d minutes under Valgrind; give a smaller "
    .. "workload"):format(seconds // 60 + 1))
end

local function refusal(cell)
  if cell.mode ~= "serial" then
    return missing("not counted", "simulated counts are of serial runs: Valgrind runs one thread "
      .. "at a time, so workers that wait for each other take other turns than on a CPU")
  elseif cell.of.state ~= "ok" or cell.verdict.state == "failed" or cell.verdict.state == "missing"
  then
    return missing("not counted", "there was nothing to count: its run failed")
  elseif cell.verdict.state == "wrong" or cell.of.verdict and cell.of.verdict.state == "wrong" then
    return missing("not counted", "its results are wrong")
  end
end

local function count(tool, cell, context)
  local out, reason
  if cell.of.kind == "native" then
    local seconds = 2 * (cell.cost_ns or 0) * 1e-9 * slowdown.bracket
    if seconds > simulate.limit_s then return too_long(seconds) end
    context.timeout_s = start_s + 20 * seconds + 600
    out, reason = by_bracket(tool, cell, context)
  else
    local k, seconds = choose_k(cell)
    if not k then return too_long(seconds) end
    context.timeout_s = start_s + 20 * seconds + 600
    out, reason = by_difference(tool, cell, context, k)
  end
  if not out then return missing("not counted", reason) end
  out.state, out.source = "exact", "simulated"
  return out
end

-- One process per cell after the other, in their order: nothing is timed, so nothing drifts.
function simulate.run(state)
  local tool = state.simulator
  for _, cell in ipairs(state.cells) do
    cell.simulated = refusal(cell)
    if not cell.simulated and not tool then
      cell.simulated = missing("unsupported", select(2, valgrind.find()))
    elseif not cell.simulated then
      state.progress:show(nil, ("counting instructions under Valgrind: %s"):format(cell.id))
      local began = sys.monotonic_s()
      cell.simulated = count(tool, cell, {
        launcher = state.launcher, expected = state.expected[cell.workload],
        tolerance = state.experiment.tolerance,
      })
      cell.simulated.seconds = sys.monotonic_s() - began
    end
  end
end

return simulate
