-- simulation: how one cell is counted by simulation: which way, how often, and for how long.
--
--   local plan, reason = simulation.plan(cell, { parts = {}, extension = path, cost_ns = 2e6 })
--   --> { way = "bracket", warm = 8, loops = 1, repeats = 2, seconds = 4.1 } | nil, why not
--
-- bracket      The worker switches counting on just before the work and off just after it: native
--              subjects, and CPython with the extension (payoff.run.extension). What an empty
--              bracket counts is taken off. Processes that the worker forks count for themselves,
--              and all counts are added.
-- difference   Everybody else: one process runs the list of tasks 2k times, another one k times,
--              and the counts of both whole processes are subtracted: k runs remain, no start-up.
--
-- The first calls of a Python function are dearer than later ones, until the interpreter has
-- adapted to the code; from about the 16th on they are alike. So 16 calls come before a bracket,
-- and k is 16, where that takes no longer than simulation.limit_s. Two counts can be compared if
-- they were taken in the same way: simulation.key(plan) says so.

local simulation = {}

simulation.limit_s = 300 -- for one cell, all its processes together, as estimated
simulation.calls = 16

-- How many times slower than on the CPU: measured with Valgrind 3.19, without and with caches and
-- branches. `idle`: before the first bracket.
local slowdown = {
  bracket = { native = { 28, 60, idle = 15 }, python = { 77, 260, idle = 8 } },
  difference = { 25, 101 },
}
local start_s = { native = 1, python = 3, executable = 3 } -- on a machine with other work

-- nil, or why a cell of this mode cannot be counted.
local function refusal(cell, facts)
  local subject = cell.of
  if cell.mode ~= "process" then return nil end
  if subject.kind == "executable" then
    return "what the processes of a program of its own count cannot be told from what their parent "
      .. "has counted before"
  elseif subject.start_method == "forkserver" then
    return "simulated counts know processes that are forked or spawned, not forkserver's"
  elseif subject.kind == "python" and not facts.extension then
    return "processes need brackets, and " .. facts.reason
  end
end

-- Seconds on the CPU of one run of the list of tasks.
local function run_s(cell, cost_ns)
  local workers = cell.mode == "serial" and 1 or math.min(cell.jobs, cell.tasks)
  return (cost_ns or 0) * 1e-9 * workers
end

local function detail(facts) return (facts.parts.cache or facts.parts.branch) and 2 or 1 end

local function bracket_s(cell, facts, warm)
  local factor = slowdown.bracket[cell.of.kind]
  local each, full = run_s(cell, facts.cost_ns), detail(facts)
  -- With caches one more run fills them.
  return start_s[cell.of.kind] + each * (warm * factor.idle + full * factor[full])
end

local function enough(cell)
  local children = cell.mode == "process" and cell.start == "warm" and cell.jobs or 1
  return math.max(1, math.ceil(simulation.calls * children / cell.tasks))
end

local function by_bracket(cell, facts)
  local adapts = cell.of.kind == "python" and cell.start == "warm"
  for _, warm in ipairs(adapts and { enough(cell), 1 } or { 1 }) do
    local seconds = bracket_s(cell, facts, warm)
    if seconds <= simulation.limit_s then
      return { way = "bracket", warm = warm, loops = 1, seconds = seconds,
               adapted = not adapts or warm == enough(cell) }
    end
  end
  return nil, bracket_s(cell, facts, 1)
end

local function by_difference(cell, facts)
  local each = run_s(cell, facts.cost_ns) * slowdown.difference[detail(facts)]
  for _, k in ipairs { simulation.calls, enough(cell), 1 } do
    local seconds = 2 * start_s[cell.of.kind] + 3 * k * each
    if seconds <= simulation.limit_s then
      return { way = "difference", warm = 0, loops = k, seconds = seconds,
               adapted = k * cell.tasks >= simulation.calls }
    end
  end
  return nil, 3 * each
end

-- facts: parts (payoff.run.simulated), extension or `reason` why there is none (Python), cost_ns of
-- one run without Valgrind, where it is known.
function simulation.plan(cell, facts)
  local why = refusal(cell, facts)
  if why then return nil, why end
  local bracket = cell.of.kind == "native" or cell.of.kind == "python" and facts.extension
  local plan, seconds = (bracket and by_bracket or by_difference)(cell, facts)
  if not plan then
    return nil, ("it would take about %d minutes under Valgrind; give a smaller workload, or one "
      .. "for the simulator alone: simulate = { size = … }"):format(seconds // 60 + 1)
  end
  plan.cache, plan.branch = facts.parts.cache or false, facts.parts.branch or false
  plan.from_start = cell.mode == "process" and cell.of.start_method == "spawn"
  -- Counting a second time shows whether it repeats.
  plan.repeats = 2 * plan.seconds <= simulation.limit_s and 2 or 1
  plan.seconds = plan.repeats * plan.seconds
  return plan
end

-- Counts of the same key were taken in the same way.
function simulation.key(plan)
  return ("%s warm=%d loops=%d%s%s"):format(plan.way, plan.warm, plan.loops,
    plan.cache and " cache" or "", plan.branch and " branch" or "")
end

return simulation
