-- engine: runs an experiment and returns the run model (reports/MODEL.md).
--
--   local run = engine.run(experiment, { only = {}, budget_s = 60, seed = nil })
--
-- Order of things: builds; one quick check of every subject against the reference, and the quick
-- part of `payoff verify`, before anything is timed; then blocks; then, where they were asked for,
-- the simulated counts. What was measured is never lost: an interrupt ends the blocks, and all that
-- was there until then is in the model.

local build = require "payoff.run.build"
local cells = require "payoff.run.cells"
local control = require "payoff.run.control"
local derive = require "payoff.run.derive"
local disturbance = require "payoff.run.disturbance"
local fault = require "payoff.fault"
local fingerprint = require "payoff.fingerprint"
local forecast = require "payoff.run.forecast"
local git = require "payoff.git"
local launch = require "payoff.run.launch"
local machine = require "payoff.native.machine"
local model = require "payoff.run.model"
local noise = require "payoff.run.noise"
local passes = require "payoff.run.passes"
local placement = require "payoff.run.placement"
local plan = require "payoff.run.plan"
local progress = require "payoff.run.progress"
local resume = require "payoff.run.resume"
local session = require "payoff.run.session"
local simulator = require "payoff.run.simulator"
local sys = require "payoff.native.sys"
local verdict = require "payoff.run.verdict"
local verify = require "payoff.run.verify"
local warmup = require "payoff.run.warmup"

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

-- What one process of this cell turned out to be: kept on the cell and its subject.
local function note_outcome(cell, outcome)
  local subject = cell.of
  cell.verdict = verdict.worse(cell.verdict, outcome.verdict or cell.verdict)
  if subject.found then cell.verdict = verdict.worse(cell.verdict, subject.found) end
  subject.verdict = verdict.worse(subject.verdict, cell.verdict)
  subject.loaded_file = outcome.file or subject.loaded_file
  subject.runtime = outcome.runtime or subject.runtime
  subject.bracket = passes.join_brackets(subject.bracket, outcome.bracket)
  subject.load_samples = subject.load_samples or {}
  if outcome.load_ns then table.insert(subject.load_samples, outcome.load_ns) end
  cell.workers_reason = outcome.crew and outcome.crew.reason
  cell.maxrss_bytes = math.max(cell.maxrss_bytes or 0, outcome.maxrss_bytes or 0)
  for _, sample in ipairs(outcome.samples) do table.insert(cell.samples, sample) end
  for _, sample in ipairs(outcome.warming) do table.insert(cell.warming, sample) end
  -- What the next process of this cell will cost: without finding its loops, without repeats.
  cell.process_s = outcome.seconds - (outcome.extra_s or 0)
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
      subject.has_threads = placement.has_threads(outcome.samples[1])
      if outcome.verdict.state == "failed" or outcome.verdict.state == "missing" then
        subject.state, subject.reason = outcome.verdict.state, outcome.verdict.text
      end
    end
  end
end

-- A wrong subject is timed once, serially (its time is shown struck out), a failed one never.
local function measurable(state, block)
  local list = {}
  for _, cell in ipairs(state.cells) do
    local broken = cell.verdict.state == "failed" or cell.verdict.state == "missing"
    local wrong = cell.verdict.state == "wrong"
      or cell.of.verdict and cell.of.verdict.state == "wrong"
    if wrong and cell.verdict.state == "unmeasured" and cell.mode ~= "serial" then
      cell.verdict = cell.of.verdict
    end
    if cell.of.state == "ok" and not broken
      and (not wrong or block == 1 and cell.mode == "serial") then
      list[#list + 1] = cell
    end
  end
  return list
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
  if state.options.resume then resume.check(state.options.resume, state.head) end
  if state.options.resume then
    resume.check(state.options.resume, state.head)
    state.recorder = state.options.recorder(state)
    resume.apply(state.options.resume, state)
  end
  if state.recorder then state.recorder:identified(state.head) end
end

local function run_process(state, block, position, entry, env)
  local cell = entry.cell
  cell.cpus = state.placement:of(cell)
  local outcome = session.run(cell, state:context(block, position, {
    expected = state.expected[cell.workload], env = env, cpus = cell.cpus,
    process = entry.process,
  }))
  note_outcome(cell, outcome)
end

-- The order of a block's processes and the seeds that they find depend on the run's seed and the
-- block's number alone, so that a run that is resumed goes on as it would have.
local function order_of(state, block)
  math.randomseed(state.seed, block)
  local seeds = { hash_seed = state.random(0, 4294967295), padding_bytes = state.random(0, 4095) }
  local order, done = resume.order(state, block)
  if order then return order, seeds, done end
  order = plan.shuffle(plan.processes(measurable(state, block)), state.random)
  local at = { block = block, position = 0, order = {} }
  for _, entry in ipairs(order) do
    table.insert(at.order, entry.cell.id)
    table.insert(at.order, entry.process)
  end
  state.at = at
  if state.recorder then state.recorder:block(state, at, seeds) end
  return order, seeds, 0
end

local function run_block(state, block, blocks)
  local order, seeds, done = order_of(state, block)
  local env = { PYTHONHASHSEED = tostring(seeds.hash_seed),
                PAYOFF_PADDING = ("x"):rep(seeds.padding_bytes) }
  local control_at = done + 1 + (block * 7919) % math.max(1, #order - done) -- here and there
  for position = done + 1, #order do
    local entry = order[position]
    if position == control_at then
      local cpus = state.placement:of(state.control.cell)
      control.measure(state.control, state:context(block, position, { env = env, cpus = cpus }))
    end
    local cell = entry.cell
    state.progress:show(state:share(), ("block %d%s: %s"):format(block,
      blocks and " of " .. blocks or "", cells.describe(cell)), state:left_s())
    -- What failed as one of several processes of this block is not tried again.
    if cell.verdict.state ~= "failed" then run_process(state, block, position, entry, env) end
    state.spent_s = sys.monotonic_s() - state.began_s
    state.at.position = position
    if state.recorder then state.recorder:advance(state, state.at, cell) end
  end
  state.blocks_done = block
end

-- Says once what the rest of the run will bring; a reader of the report learns it when it is bad.
-- One sample per process shows no spread: then it takes two blocks.
local function say_forecast(state, list, blocks)
  local budget_s = state:budget_s()
  local it = forecast.new(list, forecast.spreads(list), state.plan,
    { precision = state.precision, spent_s = state.spent_s, done = blocks })
  if not it then return end
  state.forecast = it.text
  state.progress:note(("%.4g s: %s"):format(budget_s, it.text), it.bad)
  if it.bad and it.widths then
    table.insert(state.warnings, ("Foreseen at the start, with --budget %.4g: %s."):format(
      budget_s, it.text))
  end
end

-- How each subject warms up, in processes of their own, before the blocks; not where a first
-- impression is all that was asked for.
local function study_warmup(state)
  local fixed = state:fixed_blocks()
  if fixed and fixed < plan.fewest then return end
  warmup.study(measurable(state, 1), state:budget_s(), function(cell, seconds, process)
    if cell.verdict.state == "failed" then return nil end
    state.progress:show(nil, "warming up: " .. cells.describe(cell))
    cell.cpus = state.placement:of(cell)
    local outcome = session.run(cell, state:context(0, 0, {
      expected = state.expected[cell.workload], cpus = cell.cpus, process = process,
      study_s = seconds,
    }))
    note_outcome(cell, outcome)
    return outcome.study
  end)
end

-- From the first block on it is known what a block costs.
local function make_plan(state, budget_s)
  local list = measurable(state, 2)
  local spreads, fixed = forecast.spreads(list), state:fixed_blocks()
  if not fixed then plan.allocate(list, spreads) end
  state.plan = plan.blocks(list, {
    budget_s = budget_s, spent_s = state.spent_s, done = 1,
    confidence = state.experiment.confidence, blocks = fixed, least = state.passes.count,
  })
  if not fixed then say_forecast(state, list, 1) end
  if state.recorder then state.recorder:planned(state) end
end

local function run_blocks(state)
  if not state.at then study_warmup(state) end
  local budget_s, fixed = state:budget_s(), state:fixed_blocks()
  state.repeats = noise.allowance(budget_s)
  state.samples = state.samples or plan.samples(measurable(state, 1), {
    samples = state.experiment.samples, slow_ns = session.slow_ns, budget_s = budget_s,
  })
  if state.recorder then state.recorder:planned(state) end
  if not state.plan then
    run_block(state, 1)
    make_plan(state, budget_s)
  end
  -- A run that is resumed begins with the block that was not finished.
  for block = math.max(2, state.at.block), state.plan.blocks do
    run_block(state, block, state.plan.blocks)
    if block == 2 and not fixed and not state.forecast then
      say_forecast(state, measurable(state, 3), 2)
    end
    if plan.is_look(state.plan, block)
      and derive.precise_enough(model.raw(state), state.plan.level, state.precision) then
      state.plan.stopped = block
      break
    end
  end
end

local State = {}
State.__index = State

function State:context(block, order, extra)
  local context = {
    launcher = self.launcher, plan = self.passes:plan_of(block),
    tolerance = self.experiment.tolerance, samples = self.samples, repeats = self.repeats,
    block = block, order = order, process = 1, spent = self.spent,
    watch = self.watch, recorder = self.recorder, cpus_online = self.head.machine.cpu.threads,
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
  local state = setmetatable({
    experiment = experiment, options = options, expected = {}, blocks_done = 0, spent_s = 0,
    spent = {},
    launcher = launch.new { python = options.python }, warnings = {},
    precision = options.precision or experiment.precision,
    placement = placement.new(machine.cpus(), { pin = options.pin }),
    watch = disturbance.new(), control = control.new(),
    progress = progress.new { silent = options.silent },
    seed = options.resume and options.resume.run.seed or options.seed or sys.random_seed(),
    started = sys.now_iso(),
    started_s = sys.monotonic_s(), began_s = sys.monotonic_s(),
  }, State)
  math.randomseed(state.seed)
  state.random = math.random
  select_cells(state)
  state.counters = model.counters(experiment)
  state.passes = passes.new(state.counters)
  state.counts = options.counts or experiment.counters.source
  if state.counts == "simulated" then
    state.simulated_events = simulator.events(experiment)
  end
  state.head = model.head(state)
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
    if options.blocks ~= 0 then run_blocks(state) end
    if state.counts == "simulated" then simulator.run(state) end
  end)
  local run = model.make(state)
  if state.recorder then
    state.recorder:finish(run)
    run.warnings = model.warnings(state)
  end
  return run
end

return engine
