-- engine: one check of an experiment against base: prepares, measures, and says what came of it.
--
--   local result = engine.run(both, { alpha = 0.01, effect = 0.03, … })  -- of payoff.check.sides
--   result.rows[1].state        --> "ok" | "slower" | "wrong" | "unresolved" | "failed" | "new" | …
--   result.status               --> "slower": the worst of them that --fail-on names, or "ok"

local cells = require "payoff.run.cells"
local fault = require "payoff.fault"
local gate = require "payoff.check.gate"
local machine = require "payoff.native.machine"
local pairs_of = require "payoff.check.pairs"
local placement = require "payoff.run.placement"
local session = require "payoff.run.session"
local sharing = require "payoff.run.sharing"
local sys = require "payoff.native.sys"

local engine = {}

-- Everything that measuring needs, for checks and for self-tests.
function engine.state(both, options)
  local seed = options.seed or fault.check("system", nil, sys.random_seed())
  math.randomseed(seed)
  return {
    rows = both.rows, both = both, options = options, expected = {}, seed = seed,
    random = math.random, launcher = options.launcher, progress = options.progress,
    tolerance = both.head.tolerance, samples = both.head.samples or 3,
    placement = placement.new(machine.cpus(), { pin = options.pin }),
    sharing = sharing.new(machine.core_probe, sys.monotonic_s, sys.sleep_s),
    waiting = options.budget_s
      and sharing.allowance(options.budget_s, sys.environ().PAYOFF_WAITING == "0"),
    cpus_online = machine.describe().cpu.threads, began_s = sys.monotonic_s(),
  }
end

-- One run of a cell's subject on tasks that may be others than its own: its results, and how long.
function engine.results(state, cell, workload)
  local probe = setmetatable({ samples = {}, loops = 1, start = "cold", workload = workload },
    { __index = cell })
  local outcome = session.run(probe, { launcher = state.launcher, samples = 1, block = 0,
    order = 0, process = 1, tolerance = state.tolerance, spent = {} })
  if not outcome.results then
    fault.raise("failed", "the reference failed: %s", outcome.verdict.text)
  end
  pairs_of.note(cell.of, outcome)
  return outcome.results, probe.cost_ns
end

-- The reference of head says what is right; it runs once per size.
function engine.reference(state)
  local experiment = state.both.head
  local reference = experiment.subjects[1]
  if reference.state ~= "ok" then
    fault.raise("failed", "the reference cannot be run: %s", reference.reason)
  end
  for workload, cell in pairs(state.both.baselines) do
    state.progress:show(nil, ("running the reference once: %s"):format(cells.describe(cell)))
    state.expected[workload], cell.cost_ns = engine.results(state, cell, workload)
  end
end

function engine.prepare(state)
  engine.reference(state)
  for _, row in ipairs(state.rows) do
    if not row.state or row.state == "new" then
      state.progress:show(nil, ("checking %s"):format(row.name))
      pairs_of.prepare(state, row)
    end
  end
end

-- Worst first; what --fail-on does not name is told, and does not fail.
engine.order = { "wrong", "failed", "slower", "unresolved" }

function engine.status(result, fail_on)
  for _, state in ipairs(engine.order) do
    if fail_on[state] then
      for _, row in ipairs(result.rows) do
        if row.state == state then return state end
      end
    end
  end
  return "ok"
end

function engine.run(both, options)
  local state = engine.state(both, options)
  engine.prepare(state)
  gate.run(state)
  local shared = sharing.text(state.sharing)
  return {
    notes = shared and { shared } or nil,
    experiment = both.head.name, title = both.head.title, file = both.head.file,
    seed = state.seed, rows = both.rows, placement = state.placement.text,
    budget_s = options.budget_s, alpha = options.alpha, effect = options.effect,
    power = options.power,
    seconds = sys.monotonic_s() - state.began_s,
  }, state
end

return engine
