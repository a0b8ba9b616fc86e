-- blocks: the part of a run that is timed: the warm-up study, then block after block of fresh
-- processes, until the plan (payoff.run.plan) says that it is enough.
--
--   blocks.run(state)            -- state: payoff.run.engine's
--
-- Everything that was measured is on the cells when it returns or is interrupted.

local alike = require "payoff.run.alike"
local cells = require "payoff.run.cells"
local control = require "payoff.run.control"
local derive = require "payoff.run.derive"
local estimate = require "payoff.run.estimate"
local forecast = require "payoff.run.forecast"
local garbage = require "payoff.run.garbage"
local model = require "payoff.run.model"
local noise = require "payoff.run.noise"
local passes = require "payoff.run.passes"
local plan = require "payoff.run.plan"
local resume = require "payoff.run.resume"
local session = require "payoff.run.session"
local sharing = require "payoff.run.sharing"
local sys = require "payoff.native.sys"
local timing = require "payoff.run.timing"
local verdict = require "payoff.run.verdict"
local warmup = require "payoff.run.warmup"

local blocks = {}

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
  if outcome.maxrss_bytes then
    cell.maxrss_bytes = math.max(cell.maxrss_bytes or 0, outcome.maxrss_bytes)
  end
  for _, sample in ipairs(outcome.samples) do table.insert(cell.samples, sample) end
  for _, sample in ipairs(outcome.warming) do table.insert(cell.warming, sample) end
  -- What the next process of this cell will cost: without finding its loops, repeats, waiting.
  cell.process_s = outcome.seconds - (outcome.extra_s or 0) - outcome.waited_s
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

local function run_process(state, block, position, entry, env)
  local cell = entry.cell
  cell.cpus = state.placement:of(cell)
  state.alike:share_loops(cell)
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

local function run_block(state, block, total)
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
      total and " of " .. total or "", cells.describe(cell)), state:left_s())
    -- What failed as one of several processes of this block is not tried again.
    if cell.verdict.state ~= "failed" then run_process(state, block, position, entry, env) end
    state.spent_s = sys.monotonic_s() - state.began_s
    state.at.position = position
    state.garbage:note()
    if state.recorder then state.recorder:advance(state, state.at, cell) end
  end
  state.blocks_done = block
end

local function spreads_of(state, list)
  local kind = timing.of(state.head)
  return forecast.spreads(list, function(cell)
    return estimate.reading(cell, timing.between(kind, cell))
  end)
end

-- Says once what the rest of the run will bring; a reader of the report learns it when it is bad.
-- One sample per process shows no spread: then it takes two blocks.
local function say_forecast(state, list, done)
  local budget_s, kind = state:budget_s(), timing.of(state.head)
  local elapsed = kind ~= timing.default and forecast.spreads(list)
  local it = forecast.new(list, spreads_of(state, list), state.plan, {
    precision = state.precision, spent_s = state.spent_s, done = done,
    -- Rows of processes and threads are compared with the reference by elapsed time.
    spreads_of = elapsed and function(cell, base)
      return timing.between(kind, cell, base) == timing.default and elapsed or nil
    end or nil,
  })
  if not it then return end
  state.forecast, state.enough_s = it.text, not it.widths and it.budget_s or nil
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
  warmup.study(measurable(state, 1), state:budget_s(), function(cell, seconds, process, enough)
    if cell.verdict.state == "failed" then return nil end
    state.progress:show(nil, "warming up: " .. cells.describe(cell))
    cell.cpus = state.placement:of(cell)
    local outcome = session.run(cell, state:context(0, 0, {
      expected = state.expected[cell.workload], cpus = cell.cpus, process = process,
      study_s = seconds, study_loops = enough,
    }))
    note_outcome(cell, outcome)
    return outcome.study
  end)
  state.alike:share_warmup()
end

-- From the first block on it is known what a block costs.
local function make_plan(state, budget_s)
  local list = measurable(state, 2)
  local spreads, fixed = spreads_of(state, list), state:fixed_blocks()
  if not fixed then plan.allocate(list, spreads) end
  state.plan = plan.blocks(list, {
    budget_s = budget_s, spent_s = state.spent_s, done = 1,
    confidence = state.experiment.confidence, blocks = fixed, least = state.passes.count,
    control_s = state.control.process_s, waited = sharing.share(state.sharing, state.spent_s),
    most = not (state.options.budget_s or state.experiment.budget_asked) and plan.looks[#plan.looks]
      or nil,
  })
  if not fixed then say_forecast(state, list, 1) end
  if state.recorder then state.recorder:planned(state) end
end

-- How often processes are sampled, and how much of the budget bad moments may cost.
local function choose_sampling(state, budget_s, fixed)
  local samples, has_room = plan.samples(measurable(state, 1), {
    samples = state.experiment.samples, precision = state.precision, budget_s = budget_s,
    energy = state.energy,
  })
  state.samples = state.samples or samples -- a run that is resumed goes on as it began
  state.repeats = noise.allowance(budget_s)
  state.waiting = sharing.allowance(budget_s,
    not has_room and not fixed or sys.environ().PAYOFF_WAITING == "0")
end

function blocks.run(state)
  local budget_s, fixed = state:budget_s(), state:fixed_blocks()
  local seldom <close> = garbage.seldom()
  state.garbage = seldom
  choose_sampling(state, budget_s, fixed)
  state.alike = alike.of(state.cells, state.head.fingerprint)
  if not state.at then study_warmup(state) end
  if state.recorder then state.recorder:planned(state) end
  local too_little = not fixed and not state.plan and forecast.before(measurable(state, 1), {
    budget_s = budget_s, spent_s = state.spent_s or 0, level = state.experiment.confidence,
  })
  if too_little then state.progress:note(too_little, true) end
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
    if not fixed and block < state.plan.blocks
      and plan.is_over(block, state.spent_s, budget_s, state.passes.count) then
      state.plan.over = block
      break
    end
  end
end

return blocks
