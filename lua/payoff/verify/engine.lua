-- engine: differential testing of an experiment's ports: every input to the reference and to each
-- port, every difference judged, the worst shrunk and explained.
--
--   local report = engine.run(experiment, { budget_s = 10, seed = 7, only = {}, note = print })
--   --> { seed =, inputs = { total =, kinds = {…} }, coverage =, ports = { { name =, state =,
--         findings = { { category =, text =, count =, task = }, … } }, … } }
--
-- The experiment's own tasks and kept failures always run; the budget is for what payoff makes up.

local build = require "payoff.run.build"
local fault = require "payoff.fault"
local finish = require "payoff.verify.finish"
local glob = require "payoff.glob"
local inputs = require "payoff.verify.inputs"
local judge = require "payoff.verify.judge"
local launch = require "payoff.run.launch"
local recorded = require "payoff.verify.recorded"
local side = require "payoff.verify.side"
local sys = require "payoff.native.sys"

local engine = {}

local MEMORY_BYTES = 2 << 30
local CRASHES_MAX = 5

local State = {}
State.__index = State

local function limits(budget_s)
  return math.min(2, math.max(0.2, budget_s / 20))
end

local function open_port(state, subject, ready)
  local port = { subject = subject, name = subject.name, findings = {}, tried = 0, refused = 0,
                 crashes = 0, ulps = {} }
  local ok, reason = ready(subject)
  if ok ~= "ok" then
    port.state, port.reason = ok, reason
  else
    port.side = side.open(subject, { launcher = state.launcher, memory_bytes = MEMORY_BYTES })
    local started, why = port.side:start()
    if not started then port.state, port.reason = "failed", why end
  end
  return port
end

local function wanted(subject, only)
  if #only == 0 then return true end
  for _, pattern in ipairs(only) do
    if glob.matches(pattern, subject.name) then return true end
  end
  return false
end

local function context(state, port, input, limit_s)
  return {
    tolerance = state.tolerance, task = input.task, own = input.own, input = input.kind,
    kind = port.subject.kind, limit_s = limit_s,
  }
end

local function port_limit(state, input, expected)
  local base = math.max(state.hung_s, 20 * (expected.seconds or 0))
  if input.own then return state.timeout_s or math.max(10, base) end
  return base
end

-- finding | nil for one input and one port.
local function judge_port(state, port, input, expected)
  local limit_s = port.subject.timeout or port_limit(state, input, expected)
  local got = port.side:ask(input.task, { limit_s = limit_s })
  if got.unusable then
    port.state, port.reason = "failed", got.unusable
    return nil, got
  end
  got.plain = port.side.plain
  return judge.compare(expected, got, context(state, port, input, limit_s)), got
end

local function note_ulps(port, finding)
  for _, ulp in ipairs(finding.ulps or {}) do
    local bin = ulp == math.huge and math.huge or ulp < 1 and 0
      or math.floor(math.log(ulp, 2) + 1e-9)
    port.ulps[bin] = (port.ulps[bin] or 0) + 1
  end
end

local function keep(port, finding, input, expected, got)
  note_ulps(port, finding)
  local known = port.findings[finding.category]
  if known then
    known.count = known.count + 1
    return
  end
  finding.count, finding.input, finding.expected, finding.got = 1, input, expected, got
  finding.task = input.task
  port.findings[finding.category] = finding
end

local skipped = { MemoryError = true, RecursionError = true }

-- What the reference does; nil where that is no measure for anybody.
local function ask_reference(state, input)
  local limit_s = input.own and (state.timeout_s or 600) or state.limit_s
  local expected = state.reference:ask(input.task, {
    limit_s = limit_s, coverage = not state.covered, sums = state.tolerance.sum,
  })
  if expected.unusable then
    fault.raise("failed", "the reference cannot be run: %s", expected.unusable)
  end
  if expected.timeout or expected.died then
    if input.own and input.kind ~= "failure" then
      fault.raise("failed", "the reference %s", expected.died or "takes too long for its own tasks")
    end
    state.source:too_long(input)
    state.too_long = state.too_long + 1
    return nil
  end
  if expected.argument or expected.exception and skipped[expected.exception.type] then
    state.beyond = state.beyond + 1
    return nil
  end
  return expected
end

local function note_coverage(state)
  local seen = state.reference.coverage
  if not seen then return end
  if not state.coverage or seen.reached > state.coverage.reached then state.stale = 0 end
  state.stale = (state.stale or 0) + 1
  state.coverage = seen
  state.covered = seen.reached == seen.of or state.stale > 500
end

local function try_input(state, input)
  local expected = ask_reference(state, input)
  if not expected then return end
  note_coverage(state)
  local changed = input.entry and recorded.changed(input.entry, expected)
  if changed then state.changed[#state.changed + 1] = changed end
  state.inputs.total = state.inputs.total + 1
  state.inputs.kinds[input.kind] = (state.inputs.kinds[input.kind] or 0) + 1
  if input.kind == "task" or input.kind == "recorded" then
    state.fast[#state.fast + 1] = { task = input.task, seconds = expected.seconds,
                                    raised = expected.exception, mutates = expected.arguments }
  end
  for _, port in ipairs(state.ports) do
    -- Only Python has classes of one's own below int.
    local meant = input.kind ~= "subclass" or port.subject.kind == "python"
    if not port.state and meant then
      local finding, got = judge_port(state, port, input, expected)
      port.tried = port.tried + 1
      if finding then keep(port, finding, input, expected, got) end
      if finding and (finding.category == "crash" or finding.category == "hang") then
        port.crashes = port.crashes + 1
        if port.crashes >= state.crashes_max then port.state = "given up" end
      end
    end
  end
end

-- The tasks that the generated inputs are made from: those that the reference does quickly, or else
-- a guess at smaller ones.
local function bases(state)
  -- Coarsely, and else in their own order: the clock must not decide what a seed brings.
  for i, entry in ipairs(state.fast) do
    entry.number = i
    entry.slowness = entry.seconds < 0.02 and 0
      or math.min(60, math.log(entry.seconds / 0.02, 4) // 1 + 1)
  end
  table.sort(state.fast, function(a, b)
    if a.slowness ~= b.slowness then return a.slowness < b.slowness end
    return a.number < b.number
  end)
  local out = {}
  for _, entry in ipairs(state.fast) do
    if entry.seconds < state.limit_s / 4 and #out < 4 then out[#out + 1] = entry.task end
  end
  if #out > 0 or #state.fast == 0 then return out end
  local task = { "t" }
  for i = 2, #state.fast[1].task do
    local value = state.fast[1].task[i]
    task[i] = value[1] == "i" and { "i", "0" } or value
  end
  state.reduced = true
  return { task }
end

-- What always runs; in the quick part only for so many seconds.
local function own_inputs(state, seconds)
  local ends = seconds and sys.monotonic_s() + seconds
  while not ends or sys.monotonic_s() < ends do
    local input = state.source:next()
    if not input then return end
    state.note(("verifying: %s %d"):format(input.kind, state.inputs.total + 1))
    try_input(state, input)
  end
end

local function generated_inputs(state)
  local made = bases(state)
  if #made == 0 then return end
  state.source:begin_generated(made)
  local ends, count = sys.monotonic_s() + state.budget_s, 0
  while sys.monotonic_s() < ends and count < state.inputs_max do
    local input = state.source:next()
    if not input then return end
    count = count + 1
    if count % 50 == 1 then state.note(("verifying: %d inputs"):format(state.inputs.total)) end
    if sys.interrupt.interrupted() then fault.raise("interrupted", "interrupted") end
    try_input(state, input)
  end
end

-- Of every size.
local function tasks_of(state, experiment, options)
  if options.guess then return { inputs.of_signature(state.reference.signature) or { "t" } } end
  local out = {}
  for _, size in ipairs(experiment.sizes) do
    for _, task in ipairs(size.tasks) do out[#out + 1] = task end
  end
  return out
end

-- How long one explanation may take. In the quick part all of them share a few seconds.
local function explain_limit(state, options)
  if not state.quick then
    return function(finding)
      return math.max(10, options.explain_s or 60, 12 * (finding.expected.seconds or 0))
    end
  end
  local ends
  return function()
    ends = ends or sys.monotonic_s() + options.explain_s
    return math.max(0.1, ends - sys.monotonic_s())
  end
end

local function new_state(experiment, options)
  local state = setmetatable({
    launcher = options.launcher or launch.new({ python = options.python }),
    note = options.note or function() end, quick = options.quick or false,
    budget_s = options.budget_s, limit_s = limits(options.budget_s), fast = {},
    inputs_max = options.inputs_max or math.huge, tolerance = experiment.tolerance,
    timeout_s = experiment.timeout, inputs = { total = 0, kinds = {} }, too_long = 0, beyond = 0,
    kept = options.kept, ports = {}, explained = {}, changed = {}, judge_port = judge_port,
    crashes_max = options.quick and 1 or CRASHES_MAX, hung_s = options.quick and 5 or 1,
    shrink_s = options.quick and 1 or math.max(1, options.budget_s / 4),
  }, State)
  state.explain_limit_s = explain_limit(state, options)
  return state
end

local function open_all(state, experiment, options)
  local reference = experiment.subjects[1]
  local python = state.launcher:interpreter({})
  local function ready(subject)
    if options.ports then return "ok" end -- the caller has built them
    return build.subject(subject, { python = subject.python or python, note = state.note })
  end
  local ok, reason = ready(reference)
  if ok ~= "ok" then fault.raise("data", "the reference cannot be run: %s", reason) end
  state.reference = side.open(reference, { launcher = state.launcher, memory_bytes = MEMORY_BYTES,
                                           signature = true })
  local started, why = state.reference:start()
  if not started then fault.raise("failed", "the reference cannot be run: %s", why) end
  for _, subject in ipairs(options.ports or table.move(experiment.subjects, 2,
    #experiment.subjects, 1, {})) do
    if wanted(subject, options.only or {}) then
      state.ports[#state.ports + 1] = open_port(state, subject, ready)
    end
  end
end

-- The reference is too slow for the experiment's own tasks, and they have been judged elsewhere.
local function stand_in(state, experiment)
  for _, task in ipairs(experiment.sizes[1].tasks) do
    state.fast[#state.fast + 1] = { task = task, seconds = math.huge }
  end
end

local function try_all(state, experiment, options)
  open_all(state, experiment, options)
  state.source = inputs.new {
    tasks = options.slow_tasks and {} or tasks_of(state, experiment, options),
    corpus = state.kept.entries, seed = options.seed, bits = experiment.bits,
  }
  own_inputs(state, options.replay_s)
  if options.slow_tasks then stand_in(state, experiment) end
  generated_inputs(state)
  for _, port in ipairs(state.ports) do
    finish.port(state, port)
    if options.own then options.own(port, state) end
  end
end

local function close(state)
  for _, port in ipairs(state.ports) do
    if port.side then port.side:close() end
  end
  if state.reference then state.reference:close() end
end

function engine.run(experiment, options)
  local state = new_state(experiment, options)
  local ok, problem = xpcall(try_all, function(p)
    return fault.is(p) and p or debug.traceback(tostring(p), 2)
  end, state, experiment, options)
  close(state)
  local interrupted = not ok and fault.is(problem) and problem.kind == "interrupted"
  if not ok and not interrupted then error(problem, 0) end
  for _, port in ipairs(state.ports) do finish.judge(port) end
  return {
    name = experiment.name, seed = options.seed, inputs = state.inputs, too_long = state.too_long,
    beyond = state.beyond, coverage = state.coverage, ports = state.ports, reduced = state.reduced,
    expect = experiment.subjects, interrupted = interrupted, bits = experiment.bits,
    changed = state.changed,
  }
end

return engine
