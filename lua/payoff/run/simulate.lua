-- simulate: counts by Valgrind: of one cell for whoever needs them, and of a run's cells, in a pass
-- of their own after the blocks.
--
--   local counted = simulate.count(cell, { launcher = launcher, expected = results })
--   counted.state    --> "exact" | "scaled" (an estimate) | "not counted" | "unsupported"
--   counted.reason   --> how it was counted, and how well it repeats; or why not
--   counted.totals   --> { ["simulated::instructions"] = 140868536 }, of counted.loops runs of
--                        the list of counted.tasks tasks; counted.count: its instructions alone
--   counted.spread   --> 0: by which share two counts of the instructions were apart
--   counted.apart    --> { ["simulated::cache-misses"] = 0.01 }: the events that did not repeat
--   counted.key, counted.tool   -- of counts that can be compared both are the same
--
--   simulate.run(state)         -- fills cells[].simulated, for payoff.run.derive
--
-- What count() wants of a cell: of (the subject: kind, state, …), mode, jobs, start, tasks,
-- workload.tasks, and cost_ns, the time of one run without Valgrind, where it is known. Further
-- options: tolerance, parts ({ cache =, branch = }), plan (payoff.run.simulation: to count again in
-- the very same way), repeats. It never raises, but for an interrupt.
--
-- Counts are never taken together with times (a subject is 15 to 260 times as slow under Valgrind)
-- and never mixed with a CPU's own: they are events with names of their own, whose source is
-- "simulated" (payoff.run.simulated). A serial cell's count is exact: two processes counted the
-- same. Threads and processes are counted too, but take other turns under Valgrind than on a CPU.

local extension = require "payoff.run.extension"
local fault = require "payoff.fault"
local simulated = require "payoff.run.simulated"
local simulation = require "payoff.run.simulation"
local sys = require "payoff.native.sys"
local valgrind = require "payoff.run.valgrind"
local value = require "payoff.native.value"

local simulate = {}

-- The work -----------------------------------------------------------------------------------

-- Failures travel as tables through pcall, so that what follows reads straight on.
local function must(result, reason, code)
  if result == nil then
    if code == "cancelled" then fault.raise("interrupted", "interrupted while counting") end
    error({ uncounted = reason }, 0)
  end
  return result
end

local function run_command(cell, loops, uncounted)
  return { cmd = "run", mode = cell.mode, jobs = cell.jobs, start = cell.start, loops = loops,
           uncounted = uncounted }
end

local function open(tool, cell, options, how)
  local guest = must(valgrind.start(tool, options.launcher, cell.of, how))
  local done, reason, code = guest:call(options.launcher:load(cell.of))
  if done then
    done, reason, code = guest:call { cmd = "prepare", tasks = cell.workload.tasks }
  end
  if not done then guest:close() end
  return done and guest or must(nil, reason, code)
end

-- Under Valgrind a result may differ (x87, for one, is simulated with 64 bits): then what was
-- counted is not the work that was asked for.
local function check(guest, options)
  local results = must(guest:results())
  if not options.expected then return end
  local comparison = value.compare(options.expected, results, options.tolerance or {})
  if not comparison or comparison.outcome == "different" then
    must(nil, "its results under Valgrind are not the reference's")
  end
end

local ways = {}

function ways.bracket(tool, cell, options, plan, how)
  local guest <close> = open(tool, cell, options, how)
  must(guest:call(run_command(cell, plan.warm, true)))
  if plan.cache or plan.branch then must(guest:call(run_command(cell, 1))) end
  guest:taken()
  must(guest:call(run_command(cell, plan.loops)))
  local columns, files = guest:taken()
  check(guest, options)
  must(guest:call { cmd = "run", mode = "empty", jobs = 1, start = "warm", loops = 1 })
  local empty, more = guest:taken()
  if files < (cell.mode == "process" and 2 or 1) or more == 0 then
    must(nil, "Valgrind wrote fewer counts than there were brackets" .. guest:no_room())
  end
  return simulated.less(columns, empty), empty.Ir
end

-- The counts of a whole process that runs the list of tasks `loops` times.
local function whole(tool, cell, options, how, loops)
  local guest <close> = open(tool, cell, options, how)
  must(guest:call(run_command(cell, loops)))
  check(guest, options)
  return must(guest:total())
end

function ways.difference(tool, cell, options, plan, how)
  local once = whole(tool, cell, options, how, plan.loops)
  local twice = whole(tool, cell, options, how, 2 * plan.loops)
  if twice.Ir < once.Ir then
    must(nil, "twice the runs took fewer instructions: it does not repeat")
  end
  return simulated.less(twice, once)
end

-- What is said of it -------------------------------------------------------------------------

local tools = { bracket = "callgrind", difference = "cachegrind" }

local function how_text(tool, plan, facts, empty)
  local text = ("%s %s, "):format(tools[plan.way], tool.version)
  if plan.way == "bracket" then
    text = text .. ("in a bracket around one run after %d others; the %d instructions of an empty "
      .. "bracket are taken off"):format(plan.warm + (plan.cache and 1 or 0), empty)
  else
    text = text .. ("as the difference of %d and %d runs in two processes"):format(2 * plan.loops,
      plan.loops)
    if facts.reason then text = text .. " (" .. facts.reason .. ")" end
  end
  if not plan.adapted then
    text = text .. "; with so few runs, what an interpreter does once to adapt to the code may be "
      .. "in it"
  end
  return text
end

-- The state of the instructions, and a sentence about how well they repeat.
local function judge(cell, plan, runs, spread)
  local apart = ("counted twice, %.2g %% apart"):format(spread * 100)
  if runs < 2 then apart = "counted once: whether it repeats was not checked" end
  if cell.mode ~= "serial" then
    return "scaled", ("Valgrind runs one thread at a time, so workers that wait for each other "
      .. "take other turns than on a CPU: %s"):format(runs == 2 and spread == 0
      and "counted twice, the same" or apart)
  elseif cell.of.kind == "python" and plan.foreign then
    return "scaled", "a runtime that compiles while it runs may do so at another moment; " .. apart
  elseif runs < 2 then
    return "exact", apart
  elseif spread == 0 then
    return "exact", "counted twice, the same to the last digit"
  end
  return "scaled", apart .. ": it looks at something that changes, like a clock, its process "
    .. "number or a file"
end

local function mean(first, second)
  local out = {}
  for name, count in pairs(first) do
    out[name] = (count + (second and second[name] or count)) // 2
  end
  return out
end

-- Interface ----------------------------------------------------------------------------------

local function missing(state, reason)
  return { state = state, source = "simulated", reason = reason }
end

local function facts_of(cell, options)
  local facts = { parts = options.parts or {}, cost_ns = options.cost_ns or cell.cost_ns }
  if cell.of.kind == "python" then
    local python, reason = options.launcher:interpreter(cell.of)
    if python then facts.extension, reason, facts.foreign = extension.find(python) end
    facts.reason = not facts.extension and reason or nil
  end
  return facts
end

-- The plan, and what it rests on: nil, reason when the cell cannot be counted.
function simulate.plan(cell, options)
  local facts = facts_of(cell, options)
  local plan, reason = options.plan, nil
  if not plan then plan, reason = simulation.plan(cell, facts) end
  if plan then plan.foreign = facts.foreign end
  return plan, reason or facts
end

local function count(tool, cell, options, plan, facts)
  local how = { way = plan.way, cache = plan.cache, branch = plan.branch,
    from_start = plan.from_start, extension = facts.extension,
    timeout_s = 600 + 20 * (plan.seconds or 0) }
  local list, empty = {}, nil
  for i = 1, options.repeats or plan.repeats or 1 do
    local columns, own = ways[plan.way](tool, cell, options, plan, how)
    list[i], empty = simulated.counts(columns), own
  end
  local apart = simulated.apart(list[1], list[2] or list[1])
  local spread = apart[simulated.instructions] or 0
  local state, judgement = judge(cell, plan, #list, spread)
  local totals = mean(list[1], list[2])
  return {
    state = state, source = "simulated", totals = totals, loops = plan.loops, tasks = cell.tasks,
    count = totals[simulated.instructions], spread = spread, repeats = #list,
    apart = apart, way = plan.way, bracket = empty, key = simulation.key(plan), plan = plan,
    tool = ("%s %s"):format(tools[plan.way], tool.version),
    reason = how_text(tool, plan, facts, empty) .. "; " .. judgement,
  }
end

function simulate.count(cell, options)
  local began = sys.monotonic_s()
  local tool, reason = valgrind.find()
  if not tool then return missing("unsupported", reason) end
  local plan, facts = simulate.plan(cell, options)
  if not plan then return missing("not counted", facts) end
  local ok, out = pcall(count, tool, cell, options, plan, facts)
  if not ok then
    if type(out) ~= "table" or not out.uncounted then error(out, 0) end
    out = missing("not counted", out.uncounted)
  end
  out.seconds = sys.monotonic_s() - began
  return out
end

return simulate
