-- verify: the quick part of `payoff verify`, before anything of a run is timed.
--
--   verify.run(state)     -- subject.verify = { state =, tried =, … }; state.verified = {…}
--
-- About half a second for each port: failures kept from `payoff verify`, recorded calls, the
-- experiment's own tasks (where the reference is quick with them; every process of the run judges
-- them anyway), boundary values and random ones. A port found wrong is explained; what cannot be
-- verified is said to be "not verified", with the reason.

local corpus = require "payoff.verify.corpus"
local engine = require "payoff.verify.engine"
local fault = require "payoff.fault"
local finish = require "payoff.verify.finish"
local json = require "payoff.native.json"
local report = require "payoff.verify.report"
local sys = require "payoff.native.sys"
local verdict = require "payoff.run.verdict"
local words = require "payoff.verify.words"

local verify = {}

local PORT_S, REPLAY_S = 0.5, 5
-- Above this, one call of the reference is too slow for tries by the hundred.
local SLOW_S = 0.05

-- The corpus of `payoff verify EXPERIMENT.lua`, read only: a run keeps its findings in the store.
function verify.corpus_of(experiment)
  local file = experiment.file
  if not file or not file:match("%.lua$") then return { version = 1, entries = {} } end
  return corpus.read((file:gsub("%.lua$", "") .. ".corpus.json"))
end

local function ports_of(state)
  local list = {}
  for _, subject in ipairs(state.experiment.subjects) do
    if not subject.reference and state.needed[subject.name] then list[#list + 1] = subject end
  end
  return list
end

-- A finding of the check of the experiment's own tasks, as if verify had made it.
local function of_check(subject)
  local failure = subject.check_failure
  if not failure then return nil end
  local text = subject.verdict.text
  return { category = "value", failing = true, text = text, count = subject.verdict.different or 1,
           input = { kind = "task", own = true }, task = failure.task,
           expected = { value = failure.expected, seconds = failure.seconds },
           got = { value = failure.got } }
end

-- One finding as plain data for the run model.
local function plain(finding)
  local why = finding.why or {}
  return {
    category = finding.category, failing = finding.failing, text = finding.text,
    count = finding.count, input = finding.input and finding.input.kind,
    task = words.call(finding.task),
    expected = finding.expected and finding.expected.value
      and words.value(finding.expected.value) or nil,
    got = finding.got and finding.got.value and words.value(finding.got.value) or nil,
    cause = why.found or nil, why = why.sentence, advice = why.advice ~= "" and why.advice or nil,
    unexplained = finding.why and not why.found and (why.reason or "nothing reproduces it") or nil,
  }
end

local function skip(subject, reason)
  subject.verify = { state = "not verified", reason = reason, findings = {},
                     text = "not verified: " .. reason }
end

local kinds = {
  failure = "an input that failed before", recorded = "a recorded call",
  boundary = "a boundary value", aliased = "one object passed twice",
  subclass = "an instance of a subclass", random = "a random input",
  mutation = "a variation of a task",
}

-- Why a port is wrong, as one sentence; nil where nothing was found or nothing can be said.
local function why_of(finding)
  if not finding or not finding.failing then return nil end
  if finding.why then return finding.why .. (finding.advice and " " .. finding.advice or "") end
  local reason = finding.unexplained
  if reason and reason:find("no time", 1, true) then
    reason = reason .. " (payoff verify takes the time)"
  end
  return reason and ("Why is not known: %s."):format(reason)
end

local function describe(out)
  local worst = out.findings[1]
  if worst and worst.failing then return worst.text end
  return ("no difference found in %d inputs"):format(out.tried)
end

-- "131 inputs (117 at boundaries, …), …", for the whole run.
local function summary(result)
  local text = ("Verified before anything was timed: every port against %s on %s."):format(
    result.expect[1].name, report.tried(result))
  local seen = result.coverage
  if seen and seen.known and seen.of > 0 then
    text = text .. (" They went %d of the %d ways that its branches can go."):format(
      seen.reached, seen.of)
  end
  return text .. (" Seed %d; payoff verify looks longer."):format(result.seed)
end

-- What verify found of one port: its evidence, and its verdict where that is worse.
local function conclude(port)
  local subject = port.subject
  if port.reason then return skip(subject, port.reason) end
  local out = { state = port.state, tried = port.tried, findings = {} }
  for i, finding in ipairs(port.list) do out.findings[i] = plain(finding) end
  out.text, out.why = describe(out), why_of(out.findings[1])
  subject.verify = out
  local worst = port.list[1]
  if not worst or not worst.failing then return end
  if subject.verdict and subject.verdict.state ~= "wrong" then
    local kind = worst.input and kinds[worst.input.kind]
    local text = kind and ("%s (%s)"):format(worst.text, kind) or worst.text
    local found = { state = port.state, text = text, task = out.findings[1].task,
                    expected = out.findings[1].expected, got = out.findings[1].got }
    subject.verdict, subject.found = verdict.worse(subject.verdict, found), found
    if port.state == "failed" then subject.state, subject.reason = "failed", text end
  end
end

-- What explains another finding of the port, told as being of that one's input: where a wrap comes
-- first depends on it.
local function why_of_another(port, own)
  for _, finding in ipairs(port.list) do
    local why = finding.failing and finding.why
    if why and why.found then
      local told = {}
      for key, item in pairs(why) do told[key] = item end
      if json.encode(finding.task) ~= json.encode(own.task) then
        told.sentence = ("For %s: %s"):format(words.call(finding.task), why.sentence)
      end
      return told
    end
  end
  return nil
end

-- A port found wrong with the experiment's own tasks, by the check: explained here.
local function explain_checked(port, context)
  local own = of_check(port.subject)
  if not own then return end
  finish.explain(context, port, own)
  if not (own.why and own.why.found) then own.why = why_of_another(port, own) or own.why end
  for i, finding in ipairs(port.list) do
    if finding.category == "value" then table.remove(port.list, i) break end
  end
  table.insert(port.list, 1, own)
  port.state = "wrong"
end

local function slow_tasks(state)
  local tasks = #state.experiment.sizes[1].tasks
  local reference = state.experiment.subjects[1]
  return (reference.check_ns or 0) / 1e9 / math.max(1, tasks) > SLOW_S
end

local function run(state, ports)
  local experiment, began_s = state.experiment, sys.monotonic_s()
  local result = engine.run(experiment, {
    quick = true, ports = ports, launcher = state.launcher, seed = state.seed % 1000000,
    budget_s = math.min(PORT_S * #ports, math.max(0.5, state:budget_s() / 10)),
    replay_s = REPLAY_S, explain_s = math.max(5, state:budget_s() / 6),
    slow_tasks = slow_tasks(state), kept = verify.corpus_of(experiment),
    note = function(text) state.progress:show(nil, text) end,
    own = explain_checked,
  })
  math.randomseed(state.seed) -- the plan is the same with and without this
  for _, port in ipairs(result.ports) do conclude(port) end
  state.verified = {
    done = true, seed = result.seed, seconds = sys.monotonic_s() - began_s,
    inputs = result.inputs.total, kinds = result.inputs.kinds, coverage = result.coverage,
    text = summary(result),
  }
  if result.interrupted then fault.raise("interrupted", "interrupted") end
end

-- Encoded expected and got of the first of the experiment's own tasks that a port gets wrong; kept
-- until the explanation. A result of megabytes is not worth it.
function verify.note_failure(subject, outcome, expected, tasks)
  local at = outcome.task
  if outcome.verdict.state ~= "wrong" or not at then return end
  local function item(list)
    local text = list:encode()
    local decoded = #text < 1 << 20 and json.decode(text)
    return decoded and decoded[at + 1]
  end
  local left, right = item(expected), item(outcome.results)
  if left and right and tasks[at + 1] then
    subject.check_failure = { task = tasks[at + 1], expected = left, got = right,
                              seconds = 0 }
  end
end

function verify.run(state)
  local ready = {}
  for _, subject in ipairs(ports_of(state)) do
    if state.options.verify == false then
      skip(subject, "--no-verify")
    elseif subject.state ~= "ok" then
      skip(subject, "it cannot be run")
    else
      ready[#ready + 1] = subject
    end
  end
  if state.options.verify == false then
    state.verified = { done = false, reason = "--no-verify", text = "Not verified (--no-verify): "
      .. "the ports were compared with the reference on the experiment's own tasks alone." }
  elseif #ready > 0 then
    run(state, ready)
  end
end

return verify
