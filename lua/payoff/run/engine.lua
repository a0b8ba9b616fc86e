-- engine: runs an experiment and returns the run model (reports/MODEL.md).
--
--   local run = engine.run(experiment, { only = {}, budget_s = 60, seed = nil })
--
-- Order of things: builds; one quick check of every subject against the reference, and the quick
-- part of `payoff verify`, before anything is timed; then blocks; then, where they were asked for,
-- the simulated counts. What was measured is never lost: an interrupt ends the blocks, and all that
-- was there until then is in the model.

local blocks = require "payoff.run.blocks"
local build = require "payoff.run.build"
local cells = require "payoff.run.cells"
local conflict = require "payoff.run.conflict"
local control = require "payoff.run.control"
local disturbance = require "payoff.run.disturbance"
local energy = require "payoff.run.energy"
local fault = require "payoff.fault"
local fingerprint = require "payoff.fingerprint"
local garbage = require "payoff.run.garbage"
local git = require "payoff.git"
local launch = require "payoff.run.launch"
local machine = require "payoff.native.machine"
local model = require "payoff.run.model"
local passes = require "payoff.run.passes"
local placement = require "payoff.run.placement"
local progress = require "payoff.run.progress"
local resume = require "payoff.run.resume"
local session = require "payoff.run.session"
local sharing = require "payoff.run.sharing"
local simulator = require "payoff.run.simulator"
local sys = require "payoff.native.sys"
local timing = require "payoff.run.timing"
local verify = require "payoff.run.verify"

local engine = {}

local function build_all(state)
  local python = state.launcher:interpreter({})
  for _, subject in ipairs(state.experiment.subjects) do
    if state.needed[subject.name] then
      subject.state, subject.reason = build.subject(subject, {
        python = subject.python or python,
        note = function(text) state.progress:show(nil, text) end,
      })
      if subject.state ~= "ok" and subject.reference then
        fault.raise("data", "the reference cannot be run: %s", subject.reason)
      end
    end
  end
end

-- The reference runs once per size; its results are what everybody is compared with.
local function reference_results(state)
  for _, size in ipairs(state.experiment.sizes) do
    for _, cell in ipairs(state.cells) do
      if cell.baseline and cell.workload == size then
        state.progress:show(nil, ("running the reference once: %s"):format(cells.describe(cell)))
        local probe = setmetatable({ samples = {}, warming = {}, loops = 1, start = "cold" },
          { __index = cell })
        local outcome = session.run(probe, state:check_context())
        if not outcome.results then
          fault.raise("failed", "the reference failed: %s", outcome.verdict.text)
        end
        cell.cost_ns, cell.process_s = probe.cost_ns, outcome.seconds
        cell.of.check_s, cell.of.check_ns = outcome.seconds, probe.cost_ns
        cell.of.runtime = outcome.runtime
        cell.of.has_threads = placement.has_threads(outcome.samples[1])
        state.expected[size] = outcome.results
      end
    end
  end
end

-- Every other subject runs the smallest size once, serially, before anything is timed.
local function quick_check(state)
  for _, subject in ipairs(state.experiment.subjects) do
    local first
    for _, cell in ipairs(state.cells) do
      if cell.of == subject and not first then first = cell end
    end
    if first and subject.state == "ok" and not subject.reference then
      state.progress:show(nil, ("checking %s"):format(subject.name))
      local probe = setmetatable({
        samples = {}, warming = {}, mode = "serial", jobs = 1, start = "cold", loops = 1,
      }, { __index = first })
      local outcome = session.run(probe, state:check_context(state.expected[first.workload]))
      subject.verdict = outcome.verdict
      verify.note_failure(subject, outcome, state.expected[first.workload], first.workload.tasks)
      subject.check_s, subject.check_ns = outcome.seconds, probe.cost_ns
      subject.runtime = outcome.runtime
      subject.has_threads = placement.has_threads(outcome.samples[1])
      if outcome.verdict.state == "failed" or outcome.verdict.state == "missing" then
        subject.state, subject.reason = outcome.verdict.state, outcome.verdict.text
      end
    end
  end
end

-- What the run is of: known when everything is built and every worker has started once.
local function identify(state)
  local subjects, files = {}, { state.experiment.file }
  for _, subject in ipairs(state.experiment.subjects) do
    if state.needed[subject.name] then
      subjects[#subjects + 1] = subject
      for _, path in ipairs(fingerprint.sources(subject)) do files[#files + 1] = path end
    end
  end
  state.head.git = git.state(files)
  state.head.fingerprint = fingerprint.of(state.head.machine, subjects)
  if state.options.resume then
    resume.check(state.options.resume, state.head)
    state.recorder = state.options.recorder(state)
    resume.apply(state.options.resume, state)
  end
  if state.recorder then state.recorder:identified(state.head) end
end

local State = {}
State.__index = State

function State:context(block, order, extra)
  local context = {
    launcher = self.launcher, plan = self.passes:plan_of(block),
    tolerance = self.experiment.tolerance, samples = self.samples, repeats = self.repeats,
    block = block, order = order, process = 1, budget_s = self:budget_s(),
    spent = self.spent, energy = self.energy, time = timing.of(self.head),
    all_cpus = self.placement.all, placement = self.placement,
    watch = self.watch, sharing = self.sharing, waiting = self.waiting,
    scatter = machine.scatter_branches,
    recorder = self.recorder, cpus_online = self.head.machine.cpu.threads,
  }
  for key, value in pairs(extra) do context[key] = value end
  return context
end

-- For a check before anything is timed: its sample is in no block and in no record.
function State:check_context(expected)
  local context = self:context(0, 0, { samples = 1, expected = expected })
  context.recorder = nil
  return context
end

function State:fixed_blocks() return self.options.blocks or self.experiment.blocks end

function State:budget_s() return self.options.budget_s or self.experiment.budget end

function State:left_s()
  if not self.plan then return math.max(0, self:budget_s() - self.spent_s) end
  return math.max(0, (self.plan.blocks - self.blocks_done) * self.plan.block_s)
end

function State:share()
  if not self.plan then return nil end
  return math.min(1, self.blocks_done / self.plan.blocks)
end

-- Runs `step`; an interrupt ends it quietly and is remembered.
local function until_interrupted(state, step)
  local ok, problem = xpcall(step, function(p)
    return fault.is(p) and p or debug.traceback(tostring(p), 2)
  end, state)
  if ok then return true end
  if fault.is(problem) and problem.kind == "interrupted" then
    state.interrupted = true
    return false
  end
  error(problem, 0)
end

local function select_cells(state)
  local list, matched = cells.only(cells.list(state.experiment), state.options.only or {})
  if matched == false then
    local names = {}
    for _, subject in ipairs(state.experiment.subjects) do names[#names + 1] = subject.name end
    fault.raise("usage", "--only: no subject and no cell matches; the subjects are: %s",
      table.concat(names, ", "))
  end
  state.cells, state.needed = list, {}
  for _, cell in ipairs(list) do state.needed[cell.subject] = true end
end

function engine.run(experiment, options)
  conflict.check(experiment, options)
  local state = setmetatable({
    experiment = experiment, options = options, expected = {}, blocks_done = 0, spent_s = 0,
    spent = {},
    launcher = launch.new { python = options.python }, warnings = {},
    precision = options.precision or experiment.precision,
    watch = disturbance.new(), control = control.new(),
    sharing = sharing.new(machine.core_probe, sys.monotonic_s, sys.sleep_s),
    progress = progress.new { silent = options.silent },
    seed = options.resume and options.resume.run.seed or options.seed
      or fault.check("system", nil, sys.random_seed()),
    started = sys.now_iso(),
    started_s = sys.monotonic_s(), began_s = sys.monotonic_s(),
  }, State)
  math.randomseed(state.seed)
  state.random = math.random
  select_cells(state)
  state.counters = model.counters(experiment)
  state.passes = passes.new(state.counters)
  state.energy = energy.new(experiment.metric_list)
  state.counts = options.counts or experiment.counters.source
  if state.counts == "simulated" then
    state.simulated_events = simulator.events(experiment)
  end
  state.head = model.head(state)
  state.placement = placement.new(machine.cpus(),
    { pin = options.pin, limit = state.head.machine.cpus_limit })
  if options.resume then
    resume.begin(options.resume, state)
  elseif options.recorder then
    state.recorder = options.recorder(state)
  end

  local _ <close> = setmetatable({}, { __close = function() state.progress:clear() end })
  until_interrupted(state, function()
    build_all(state)
    reference_results(state)
    quick_check(state)
    identify(state)
    verify.run(state)
    state.began_s = sys.monotonic_s()
    if options.blocks ~= 0 then
      state.placement:step_aside(sys.run_on)
      blocks.run(state)
      state.placement:come_back(sys.run_on)
    end
    if state.counts == "simulated" then simulator.run(state) end
  end)
  state.placement:come_back(sys.run_on) -- after an interrupt
  control.close(state.control)
  state.spent.control = state.control.spent_s
  local _ <close> = garbage.none()
  local run = model.make(state)
  if state.recorder then
    state.recorder:finish(run)
    run.warnings = model.warnings(state)
  end
  return run
end

return engine
