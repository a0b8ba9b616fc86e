-- model: what the engine knows, as the run model (reports/MODEL.md): plain data for every format.
--
--   local run = model.make(state)

local binding = require "payoff.binding"
local boundary = require "payoff.model.boundary"
local cells = require "payoff.run.cells"
local conflict = require "payoff.run.conflict"
local control = require "payoff.run.control"
local counters = require "payoff.native.counters"
local derive = require "payoff.run.derive"
local energy = require "payoff.run.energy"
local estimate = require "payoff.run.estimate"
local fault = require "payoff.fault"
local forecast = require "payoff.run.forecast"
local lost = require "payoff.run.lost"
local machine = require "payoff.native.machine"
local metrics = require "payoff.metrics"
local paths = require "payoff.paths"
local plan = require "payoff.run.plan"
local sharing = require "payoff.run.sharing"
local sys = require "payoff.native.sys"
local timing = require "payoff.run.timing"
local values = require "payoff.values"
local versions = require "payoff.versions"

local model = {}

-- The experiment's events: those of its metrics, group by group, then its own list; and their plan.
function model.counters(experiment)
  experiment.metric_list = metrics.load(experiment.metrics, experiment.folder)
  local requests = { { "task-clock" }, { "cycles", "instructions" } }
  for _, metric in ipairs(experiment.metric_list) do
    -- A name that this processor does not know makes the metric unavailable, not the run fail.
    metric.reason = metrics.missing(metric, energy.describe)
    local events = energy.without(metric.events)
    if not metric.reason and #events > 0 then requests[#requests + 1] = events end
  end
  if #experiment.counters > 0 then requests[#requests + 1] = experiment.counters end
  local found, message, code = counters.plan(requests, { exact = experiment.counters.exact })
  if not found then
    local mistyped = code == "not found" or code == "usage"
    fault.raise(mistyped and "data" or "system", "%s: counters: %s",
      experiment.where or experiment.file, message)
  end
  return found
end

local function median(list)
  if not list or #list == 0 then return nil end
  table.sort(list)
  return list[(#list + 1) // 2]
end

local function runtime_text(runtime)
  if not runtime then return nil end
  return runtime.version and runtime.name .. " " .. runtime.version or runtime.name
end

-- The size of what holds the subject's code: a library, an extension module, a program, a script.
local function file_bytes(subject)
  local file = subject.loaded_file or subject.library
    or subject.kind == "executable" and sys.which(subject.command[1])
  local found = file and sys.stat(file)
  return found and found.type == "file" and found.size_bytes or nil
end

function model.subject(subject)
  local bound = binding.of(subject)
  return {
    binding = bound.name, binding_from = bound.from, binding_reason = bound.reason,
    crosses = bound.crosses,
    name = subject.name, kind = subject.kind, reference = subject.reference or false,
    teaches = subject.teaches, expect = subject.expect, runtime = runtime_text(subject.runtime),
    gil = subject.runtime and subject.runtime.gil,
    file = subject.loaded_file and paths.below(sys.getcwd() or "", subject.loaded_file),
    file_bytes = file_bytes(subject),
    state = subject.state or "ok", reason = subject.reason,
    build = subject.built, bracket = subject.bracket, load_ns = median(subject.load_samples),
    verdict = subject.verdict, verify = subject.verify,
  }
end

function model.cell(cell)
  local verdict = cell.verdict
  if cell.of.state and cell.of.state ~= "ok" and verdict.state == "unmeasured" then
    verdict = { state = cell.of.state, text = cell.of.reason }
  end
  local last = cell.samples[#cell.samples]
  return {
    id = cell.id, subject = cell.subject, mode = cell.mode, jobs = cell.jobs, start = cell.start,
    size = cell.size, tasks = cell.tasks, loops = cell.loops, baseline = cell.baseline,
    verdict = verdict, samples = cell.samples, maxrss_bytes = cell.maxrss_bytes,
    cpus = cell.cpus, processes = cell.processes,
    simulated = cell.simulated, warming = cell.warming, warmup = cell.warmup,
    workers = last and last.workers, workers_reason = cell.workers_reason,
  }
end

-- The counters' events; then that of energy, which payoff reads; then the simulator's, which no
-- sample has a reading of.
local function events_of(state)
  local events = state.counters:events()
  if state.energy then
    events[#events + 1] = state.energy.event
    state.energy.index = #events
  end
  for _, event in ipairs(state.simulated_events or {}) do events[#events + 1] = event end
  return events
end

-- What the noise did to this run, as at most four sentences.
local function noise_warnings(state, add)
  local marked, taken, crowded, cost_ns, wall_ns = 0, 0, {}, 0, 0
  for _, cell in ipairs(state.cells) do
    local seen = estimate.marked(cell, timing.between(timing.of(state.head), cell))
    taken = taken + #cell.samples
    marked = marked + (seen and seen.samples or 0)
    if seen and not seen.left_out then crowded[#crowded + 1] = cell.id end
    if cell.noise then
      cost_ns, wall_ns = cost_ns + cell.noise.cost_ns, wall_ns + cell.noise.wall_ns
    end
  end
  if marked > 0 then
    add("%d of %d samples were taken in a bad moment (another program or the machine's host took "
      .. "the CPU); they are marked in the record and left out where enough others remain.",
      marked, taken)
  end
  if #crowded > 0 then
    add("This machine is too busy: nearly all samples are marked in %d row%s, so marked ones are "
      .. "used there (%s%s). Expect wide intervals, and times above those of a quiet machine.",
      #crowded, #crowded == 1 and "" or "s", table.concat(crowded, ", ", 1, math.min(3, #crowded)),
      #crowded > 3 and ", …" or "")
  end
  local parallel = false
  for _, cell in ipairs(state.cells) do parallel = parallel or cell.mode ~= "serial" end
  local shared = sharing.text(state.sharing, parallel)
  if shared then add("%s", shared) end
  if wall_ns > 0 and cost_ns > 0.01 * wall_ns then
    add("Watching the noise cost %.1f %% of the time that samples took (outside their clocks).",
      cost_ns / wall_ns * 100)
  end
end

local unsteady = { ["slows down"] = true, ["no steady state"] = true, inconsistent = true }

-- Subjects whose times depend on when in a process they are taken.
local function warmup_warnings(state, add)
  for _, cell in ipairs(state.cells) do
    if cell.warmup and unsteady[cell.warmup.state] then
      add("%s, within one process: %s. Its times depend on how long a process has run.",
        cells.describe(cell), cell.warmup.text)
    end
  end
end

-- Too few blocks for intervals, or fewer than were planned.
local function plan_warnings(state, it, add)
  local needed, done = forecast.needed(state.experiment.confidence), it.over or it.blocks
  if done < needed then
    local asked = state.options.blocks or state.experiment.blocks
    add("Only %d block%s %s: a %g %% interval needs at least %d. %s", done, done == 1 and "" or "s",
      asked and "asked for" or "fitted into the budget", state.experiment.confidence * 100, needed,
      asked and "Ask for more, or leave it to the budget."
      or ("%s, or a smaller workload."):format(state.enough_s
        and ("Give --budget %d"):format(state.enough_s) or "Give a larger --budget"))
  end
  if it.over then
    add("%s", plan.over_text(it, state:budget_s(),
      forecast.round_up(state.spent_s / it.over * it.blocks)))
  end
end

function model.warnings(state)
  local list = table.move(state.warnings, 1, #state.warnings, 1, {})
  local function add(...) list[#list + 1] = string.format(...) end
  if state.interrupted then
    add("The run was interrupted: what was measured until then is shown.")
  end
  for _, subject in ipairs(state.experiment.subjects) do
    local expected_wrong = subject.expect == "wrong"
    local is_wrong = subject.verdict and subject.verdict.state == "wrong"
    if is_wrong and not expected_wrong then
      add("%s is WRONG: it %s. Its time counts for nothing.", subject.name, subject.verdict.text)
    elseif expected_wrong and subject.state == "ok" and subject.verdict and not is_wrong then
      add("%s was expected to be wrong (expect = \"wrong\") and is not.", subject.name)
    end
  end
  if state.plan and not state.interrupted then plan_warnings(state, state.plan, add) end
  if state.judged and state.judged.state == "contaminated" then add("%s", state.judged.text) end
  if state.control and state.control.spoilt_from then
    add("PAYOFF_SPOIL_CONTROL is set: the control kernel was made to move, from block %d on.",
      state.control.spoilt_from)
  end
  if state.head and state.head.machine.aslr == 0 then
    add("Address space randomisation is off: every process has the same layout, and if it is a "
      .. "lucky one, no block shows it. sudo sysctl kernel.randomize_va_space=2 turns it on.")
  end
  for _, text in ipairs(conflict.losses(state)) do add("%s", text) end
  for _, text in ipairs(lost.sentences(events_of(state), state.cells)) do add("%s", text) end
  noise_warnings(state, add)
  warmup_warnings(state, add)
  return list
end

-- What is known before anything is measured: the store begins a run with it.
function model.head(state)
  local experiment = state.experiment
  local run = {
    format = 1, id = state.started:gsub(":", "-"):gsub("Z$", "") .. "-" .. sys.pid(),
    started = state.started, seed = state.seed, confidence = experiment.confidence,
    rests_on = state.options.rests_on or experiment.time, interrupted = false,
    command = state.options.command,
    payoff = versions.describe(),
    experiment = { name = experiment.name, file = experiment.file, title = experiment.title,
                   text = experiment.text, metrics = experiment.metrics },
    machine = fault.check("system", "this machine", machine.describe()),
    metric_names = experiment.metrics,
    events = events_of(state), sizes = {}, subjects = {}, cells = {}, warnings = {},
  }
  for i, size in ipairs(experiment.sizes) do
    run.sizes[i] = { size = size.size, tasks = #size.tasks, example = size.example,
      handed = values.handed(size.tasks) }
  end
  return run
end

-- The raw run as it stands now: samples and verdicts, nothing computed.
function model.raw(state)
  local run = state.head
  run.cells, run.subjects = {}, {}
  for i, cell in ipairs(state.cells) do run.cells[i] = model.cell(cell) end
  for _, subject in ipairs(state.experiment.subjects) do
    if state.needed[subject.name] then
      run.subjects[#run.subjects + 1] = model.subject(subject)
    end
  end
  return run
end

-- What `payoff boundary` measured here, or why there is none: { entries = … } or { reason = … }.
function model.calibration(run, path)
  local python
  for _, subject in ipairs(run.subjects) do
    if subject.reference then python = subject.runtime end
  end
  local kept, reason = boundary.load(path, run.machine, python)
  return kept and { measured = kept.measured, entries = kept.entries, of = kept.of }
    or { reason = reason, entries = {} }
end

function model.make(state)
  local run = model.raw(state)
  run.wall_s = sys.monotonic_s() - state.started_s
  run.interrupted = state.interrupted or false
  run.blocks, run.spent = state.blocks_done, state.spent
  run.forecast = state.forecast
  run.control = control.judge(state.control.values, run.confidence, state.control.reason)
  run.watched = state.watch:sources(state.placement.order[2])
  table.insert(run.watched, state.sharing:source())
  run.sharing = state.sharing:facts()
  run.placement = { pinned = state.placement.pinned, text = state.placement.text }
  state.judged = run.control
  run.verified = state.verified
  run.program, run.sizing = state.options.program, state.options.sizing
  run.boundary = model.calibration(run, state.options.boundary)
  run.level = state.plan and state.plan.level or state.experiment.confidence
  run.warnings = model.warnings(state)
  return derive.run(run, state.experiment.metric_list)
end

return model
