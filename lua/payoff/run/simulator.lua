-- simulator: the simulated counts of a run, in a pass of their own after the blocks.
--
--   simulator.events(experiment)  --> further events of the run: "simulated::instructions", …
--   simulator.run(state)          -- cells[].simulated, for payoff.run.derive
--
-- An experiment whose tasks take minutes under Valgrind may name smaller ones for this pass alone:
-- `simulate = { tasks = … }` or `simulate = { size = … }`. Then the first size's rows have counts
-- of those, and say so.

local cells = require "payoff.run.cells"
local session = require "payoff.run.session"
local simulate = require "payoff.run.simulate"
local simulated = require "payoff.run.simulated"
local sys = require "payoff.native.sys"
local valgrind = require "payoff.run.valgrind"

local simulator = {}

function simulator.events(experiment)
  local tool, reason = valgrind.find()
  return simulated.events(tool, simulated.parts(experiment.metric_list), reason)
end

local function missing(reason) return { state = "not counted", source = "simulated",
  reason = reason } end

local function refusal(state, cell)
  if cell.of.state ~= "ok" or cell.verdict.state == "failed" or cell.verdict.state == "missing" then
    return missing("there was nothing to count: its run failed")
  elseif cell.verdict.state == "wrong" or cell.of.verdict and cell.of.verdict.state == "wrong" then
    return missing("its results are wrong")
  elseif state.experiment.simulate and cell.workload ~= state.experiment.sizes[1] then
    return missing("the tasks of `simulate` are counted for the first size alone")
  end
end

-- Nanoseconds of one run without Valgrind, as far as it is known: where a cell was not measured,
-- from the check of its subject and from what the reference took.
local function cost_ns(state, cell)
  if cell.cost_ns or not cell.of.check_ns then return cell.cost_ns end
  local here, first
  for _, other in ipairs(state.cells) do
    if other.baseline then
      first = first or other.cost_ns
      if other.workload == cell.workload then here = other.cost_ns end
    end
  end
  return here and first and cell.of.check_ns * here / first or cell.of.check_ns
end

-- One run of the smaller tasks without Valgrind: what they return, and what they take.
local function try(state, cell, workload, expected)
  local probe = setmetatable({ samples = {}, loops = 1, workload = workload, mode = "serial",
    jobs = 1, start = "cold", tasks = #workload.tasks, cost_ns = false }, { __index = cell })
  local outcome = session.run(probe, state:check_context(expected))
  return outcome.results, probe.cost_ns or nil, outcome.verdict and outcome.verdict.text
end

-- What is counted in place of a cell, and how: or nil and the record that says why not.
local function prepare(state, cell, smaller)
  local options = {
    launcher = state.launcher, tolerance = state.experiment.tolerance,
    parts = simulated.parts(state.experiment.metric_list),
    expected = state.expected[cell.workload], cost_ns = cost_ns(state, cell),
  }
  local asked = cell
  if smaller then
    local results, ns, why = try(state, cell, smaller.workload, smaller.expected)
    if not results then return nil, missing("the tasks of `simulate` failed: it " .. why) end
    smaller.expected = smaller.expected or results -- the reference comes first
    options.expected, options.cost_ns = smaller.expected, ns
    asked = setmetatable({ workload = smaller.workload, tasks = #smaller.workload.tasks },
      { __index = cell })
  end
  local plan, reason = simulate.plan(asked, options)
  if not plan then return nil, missing(reason) end
  options.plan = plan
  return { cell = cell, asked = asked, options = options, seconds = plan.seconds }
end

local function reference_first(state)
  local list = {}
  for _, wanted in ipairs { true, false } do
    for _, cell in ipairs(state.cells) do
      if (cell.baseline or false) == wanted then list[#list + 1] = cell end
    end
  end
  return list
end

local function plan_all(state)
  local jobs, seconds = {}, 0
  local smaller = state.experiment.simulate and { workload = state.experiment.simulate }
  for _, cell in ipairs(reference_first(state)) do
    local job
    cell.simulated = refusal(state, cell)
    if not cell.simulated then job, cell.simulated = prepare(state, cell, smaller) end
    if job then
      jobs[#jobs + 1] = job
      seconds = seconds + job.seconds
    end
  end
  return jobs, seconds
end

local function duration(seconds)
  if seconds < 90 then return ("%d s"):format(math.ceil(seconds)) end
  return ("%d min"):format(math.ceil(seconds / 60))
end

-- One process per cell after the other, in their order: nothing is timed, so nothing drifts.
function simulator.run(state)
  local tool, reason = valgrind.find()
  if not tool then
    for _, cell in ipairs(state.cells) do
      cell.simulated = { state = "unsupported", source = "simulated", reason = reason }
    end
    return
  end
  local jobs, left_s = plan_all(state)
  state.progress:note(("counting by simulation (Valgrind): %d row%s, about %s"):format(#jobs,
    #jobs == 1 and "" or "s", duration(left_s)))
  local began = sys.monotonic_s()
  for i, job in ipairs(jobs) do
    state.progress:show((i - 1) / #jobs, ("counting under Valgrind: %s"):format(
      cells.describe(job.cell)), left_s)
    local counted = simulate.count(job.asked, job.options)
    if job.asked ~= job.cell then
      counted.workload = { size = state.experiment.simulate.size,
                           example = state.experiment.simulate.example }
    end
    job.cell.simulated, left_s = counted, math.max(0, left_s - job.seconds)
  end
  state.simulated_s = sys.monotonic_s() - began
end

return simulator
