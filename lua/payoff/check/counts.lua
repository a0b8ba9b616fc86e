-- counts: instructions of a row, by the CPU's counter or by Valgrind: evidence that neither other
-- programs nor another day disturb.
--
--   local found, reason = counts.take(state, cell, "simulated" | "hardware" | nil)
--   --> { instructions = 4021.0, source = "simulated", spread = 0, plan = {…} } of one run of the
--       row's tasks; nil and why not. Without a wish: hardware, else simulated.
--   counts.compare(state)     -- rows[].counts, and "slower" where there are more than allowed

local counters = require "payoff.native.counters"
local engine = require "payoff.check.engine"
local session = require "payoff.run.session"
local simulate = require "payoff.run.simulate"
local stats = require "payoff.native.stats"
local valgrind = require "payoff.run.valgrind"

local counts = {}

-- More instructions than this are slower where the subject has no limit of its own. Simulated
-- counts of unchanged code are equal to the digit; hardware counts scatter, and the scatter is
-- respected.
counts.limit = 0.002
local spreads = 5 -- at least so many times what equal processes differ by
local processes = 5

local function hardware_plan(state)
  if state.hardware_plan == nil then
    state.hardware_plan = counters.plan({ { "instructions" } }) or false
  end
  return state.hardware_plan
end

-- One process: instructions per run of the tasks, or nil and the reason.
local function one_process(state, cell, plan)
  cell.cpus = state.placement:of(cell)
  local outcome = session.run(cell, {
    launcher = state.launcher, tolerance = state.tolerance, samples = 1, plan = plan,
    expected = state.expected[cell.workload], env = { PYTHONHASHSEED = "0" }, cpus = cell.cpus,
    block = 0, order = 0, process = 1, cpus_online = state.cpus_online, spent = {},
  })
  local sample = outcome.samples[1]
  if not sample then
    return nil, outcome.verdict and outcome.verdict.text or "nothing was counted"
  end
  local reading = sample.counts and sample.counts[1]
  if not reading or reading.state ~= "exact" or reading.source ~= "hardware" then
    return nil, reading and reading.reason or "this machine counts no instructions"
  end
  local bracket = outcome.bracket or cell.of.bracket
  local empty = bracket and bracket.counts and bracket.counts[1]
  local overhead = empty and empty.estimate or 0
  return math.max(0, reading.estimate - overhead) / sample.loops
end

local function by_hardware(state, cell)
  local plan = hardware_plan(state)
  if not plan then return nil, "this machine counts no instructions" end
  local list = {}
  for i = 1, processes do
    local value, reason = one_process(state, cell, plan)
    if not value then return nil, reason end
    list[i] = value
  end
  local middle = stats.median(list)
  table.sort(list)
  if middle <= 0 then return nil, "nothing was counted" end
  return { instructions = middle, source = "hardware", processes = processes,
    spread = (list[#list] - list[1]) / middle }
end

-- `same`: what by_simulation() found before. It is counted in the very same way again, since only
-- then are two counts of one kind. Of a baseline only way, warm and loops are known.
local function plan_as(cell, options, same)
  local plan, reason = simulate.plan(cell, options)
  if not plan or not same then return plan, reason end
  if plan.way ~= same.way then
    return nil, ("it was counted by %s, which cannot be done here"):format(same.way)
  end
  plan.warm, plan.loops = same.warm, same.loops
  return plan
end

-- What Valgrind runs in place of a cell, and the results it must have: an experiment may name
-- smaller tasks for it, `simulate = { … }`, which stand for those of the first size.
local function asked_of(state, cell)
  local experiment = state.both.head
  local smaller = experiment.simulate
  if not smaller then return cell, state.expected[cell.workload] end
  if cell.workload ~= experiment.sizes[1] then
    return nil, "the tasks of `simulate` are counted for the first size alone"
  end
  if not state.simulated_results then
    state.simulated_results = engine.results(state, state.both.baselines[cell.workload], smaller)
  end
  return setmetatable({ workload = smaller, tasks = #smaller.tasks, cost_ns = false },
    { __index = cell }), state.simulated_results
end

local function by_simulation(state, cell, same)
  local tool, reason = valgrind.find()
  if not tool then return nil, reason end
  local asked, expected = asked_of(state, cell)
  if not asked then return nil, expected end
  state.progress:show(nil, ("counting instructions under Valgrind: %s"):format(cell.id))
  local wanted = { launcher = state.launcher, expected = expected, tolerance = state.tolerance }
  wanted.plan, reason = plan_as(asked, wanted, same)
  if not wanted.plan then return nil, reason end
  local found = simulate.count(asked, wanted)
  if found.state ~= "exact" and found.state ~= "scaled" then return nil, found.reason end
  return { instructions = found.count / found.loops, source = "simulated", spread = found.spread,
    how = found.reason, plan = { way = found.plan.way, warm = found.plan.warm,
      loops = found.plan.loops } }
end

function counts.take(state, cell, source, same)
  local found, reason
  if source ~= "simulated" then
    found, reason = by_hardware(state, cell)
    if found or source == "hardware" then return found, reason end
  end
  local simulated, why = by_simulation(state, cell, same)
  if simulated then return simulated end
  return nil, source and why or ("%s; %s"):format(reason, why)
end

-- Old and new counts of one row -> row.counts; a growth above the limit makes the row slower.
function counts.judge(row, base, head)
  local asked = row.head.of.limit and row.head.of.limit.instructions
  local limit = asked or counts.limit
  limit = math.max(limit, spreads * math.max(base.spread or 0, head.spread or 0))
  local change = base.instructions > 0 and head.instructions / base.instructions - 1
    or head.instructions > 0 and math.huge or 0
  row.counts = { base = base.instructions, head = head.instructions, source = head.source,
    change = change, limit = limit }
  if change > limit then
    if row.state == "ok" or row.state == "unresolved" or not row.state then
      row.state, row.slower_by = "slower", "instructions"
    end
  elseif not row.state then
    row.state = "ok"
  end
end

local function wanted(state, row)
  return state.options.counts or row.head.of.limit and row.head.of.limit.instructions ~= nil
end

-- Both sides, here and now, for the rows that have a limit of instructions, or for all (--counts).
function counts.compare(state)
  for _, row in ipairs(state.rows) do
    local judged = row.state == "ok" or row.state == "slower" or row.state == "unresolved"
    if row.base and judged and wanted(state, row) then
      local base, head, reason
      base, reason = counts.take(state, row.base, state.options.counts)
      if base then head, reason = counts.take(state, row.head, base.source, base.plan) end
      if base and head then
        counts.judge(row, base, head)
      else
        row.counts = { reason = reason }
        if row.state == "ok" and row.head.of.limit and row.head.of.limit.instructions then
          row.state, row.reason = "unresolved", "its instructions were not counted: " .. reason
        end
      end
    end
  end
end

return counts
