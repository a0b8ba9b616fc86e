-- finish: what was found wrong with a port, made smaller, explained and summed up as its state.
--
--   finish.port(state, port)     --> port.list = { worst finding, … }; port.state = "wrong"
--
-- state.explained keeps, by task, what the reference gave as C would have computed: ports that fail
-- for the same input share the work.

local corpus = require "payoff.verify.corpus"
local divergence = require "payoff.verify.divergence"
local explain = require "payoff.verify.explain"
local growth = require "payoff.verify.growth"
local json = require "payoff.native.json"
local judge = require "payoff.verify.judge"
local shrink = require "payoff.verify.shrink"
local sys = require "payoff.native.sys"

local finish = {}

-- The smallest input found that fails in the same way.
local function shrink_finding(state, port, finding)
  local slow = finding.category == "hang" or (finding.expected.seconds or 0) > 1
  local ends = sys.monotonic_s() + state.shrink_s
  local function fails(task)
    if sys.monotonic_s() > ends then return false end
    local input = { task = task, kind = finding.input.kind, own = finding.input.own }
    local expected = state.reference:ask(task, {
      limit_s = state.limit_s, sums = state.tolerance.sum,
    })
    if not (expected.value or expected.exception) then return false end
    if expected.exception and not finding.expected.exception then return false end
    local found, got = state.judge_port(state, port, input, expected)
    if not found or found.category ~= finding.category then return false end
    finding.text, finding.expected, finding.got, finding.task = found.text, expected, got, task
    return true
  end
  shrink.task(finding.task, fails, slow and 12 or 300)
end

local explained = { value = true, type = true, exception = true, within = true }

local arithmetic = { i = true, f = true, c = true, l = true, t = true }

-- Text where bytes are expected is no question of arithmetic: that is what there is to say of it.
local function is_question(finding)
  if not explained[finding.category] or not finding.expected.value then return false end
  local got = finding.got.value
  return finding.category ~= "type" or not got
    or arithmetic[finding.expected.value[1]] and arithmetic[got[1]] or false
end

-- Which arithmetic gives the port's value? Sets finding.why where that is a question.
function finish.explain(state, port, finding)
  if not is_question(finding) then return end
  if not (finding.failing or finding.category == "within") or not finding.got.value then return end
  if not finding.failing and finding.expected.sum then return end -- the bound has said it
  state.note(("verifying: explaining what %s does wrong"):format(port.name))
  local key = json.encode(finding.task)
  state.explained[key] = state.explained[key] or {}
  finding.why = explain.value(state.reference.subject, state.launcher, {
    task = finding.task, expected = finding.expected.value, got = finding.got.value,
    limit_s = state.explain_limit_s(finding), known = state.explained[key],
    agrees = finding.failing and divergence.agreeing(state, port, finding) or nil,
  })
end

local function of_finding(state, port, finding)
  if finding.failing then
    state.note(("verifying: shrinking what %s does wrong"):format(port.name))
    shrink_finding(state, port, finding)
    corpus.add(state.kept, { kind = "failure", task = finding.task, subject = port.name,
                             category = finding.category })
  end
  if finding.failing or not state.quick then finish.explain(state, port, finding) end
end

local function state_of(port)
  if port.state and port.state ~= "given up" then return port.state end
  local worst = port.list[1]
  if not worst or not worst.failing then return "right" end
  if worst.category == "crash" or worst.category == "hang" then return "failed" end
  return "wrong"
end

local function add_growth(state, port)
  if state.quick or not port.side or port.state then return end
  if port.findings.crash or port.findings.hang then return end
  port.findings.growth = growth.find(state, port)
end

-- The findings, worst first.
local function make_list(port)
  port.list = {}
  for _, category in ipairs(judge.order) do
    local finding = port.findings[category]
    if finding then port.list[#port.list + 1] = finding end
  end
end

function finish.port(state, port)
  add_growth(state, port)
  make_list(port)
  local left = state.quick and 1 or 2 -- the worst ones are worth the time
  for _, finding in ipairs(port.list) do
    if left > 0 and finding.category ~= "growth" and port.side then
      of_finding(state, port, finding)
      left = left - 1
    end
  end
end

-- The last step, also after an interrupt: it runs nothing.
function finish.judge(port)
  if not port.list then make_list(port) end
  port.state = state_of(port)
end

return finish
