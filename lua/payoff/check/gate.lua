-- gate: the two-stage design over all rows: screen, then, only where it fires, fresh pairs.
--
--   gate.run(state)     -- state.rows[].state: "ok", "slower", "unresolved", "wrong", "failed", …
--
-- The screen takes a pair of every row in turn, in random order, so that whatever drifts hits all
-- rows alike; a row leaves when it has the pairs that its own scatter asks for. Rows that fire are
-- judged by fresh pairs alone, and share the allowed error among them (Holm). The formulas are in
-- profiler/base/stats_gate.h.
--
-- state: rows, options {alpha, effect, power, most, budget_s}, and what payoff.check.pairs needs.

local pairs_of = require "payoff.check.pairs"
local plan = require "payoff.run.plan"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"

local gate = {}

-- Below this share of the effect that must be found a change does not matter: layout alone does as
-- much, and the same way in every pair.
gate.margin_share = 1 / 3

-- What is asked about one row; its subject may allow so much slower: limit = { slower = 0.05 }.
function gate.question(row, options, alpha)
  local allowed = row.head.of.limit and row.head.of.limit.slower or 0
  local limit = math.log(1 + allowed)
  local effect = math.log(1 + options.effect)
  return {
    limit = limit,
    margin = allowed > 0 and limit or math.log(1 + options.effect * gate.margin_share),
    effect = limit + effect, alpha = alpha or options.alpha, power = options.power,
    most = options.most,
  }
end

local function screen_step(row, options, most)
  row.evidence = pairs_of.evidence(row.screen, row.head)
  local question = gate.question(row, options)
  question.screen_most = most
  local step = stats.gate_screen(pairs_of.differences(row.screen, row.evidence), question)
  row.step, row.wanted = step.step, most and row.wanted or step.pairs
  row.enough, row.scale, row.sees = step.enough, step.scale, step.sees and math.exp(step.sees) - 1
  return step
end

-- Takes pairs of all rows that want more until none does, or `left_s` says that time is over.
local function rounds(state, what, wants, list_of, after)
  while true do
    local active = {}
    for _, row in ipairs(state.rows) do
      if not row.state and wants(row) then active[#active + 1] = row end
    end
    if #active == 0 then return end
    for _, row in ipairs(plan.shuffle(active, state.random)) do
      local list = list_of(row)
      if sys.monotonic_s() > state.deadline_s then
        for _, other in ipairs(active) do other.cut = true end
        return
      end
      state.progress:show(nil, ("%s: pair %d of %s"):format(what, #list + 1, row.name))
      if pairs_of.take(state, row, list) then after(row, list) end
    end
  end
end

local function screen(state)
  local options = state.options
  for _, row in ipairs(state.rows) do
    row.screen, row.confirm = {}, {}
    if not row.state then screen_step(row, options) end
  end
  rounds(state, "screen", function(row) return row.step == "more" end,
    function(row) return row.screen end,
    function(row, list)
      if #list >= row.wanted then screen_step(row, options) end
    end)
  for _, row in ipairs(state.rows) do
    -- Out of time: what the pairs so far can say.
    if not row.state and row.step == "more" then screen_step(row, options, #row.screen) end
  end
end

-- How many fresh pairs each suspicious row needs, when the error is shared among all of them.
local function plan_confirmation(state)
  local fired = {}
  for _, row in ipairs(state.rows) do
    if not row.state and row.step == "fires" then fired[#fired + 1] = row end
  end
  for _, row in ipairs(fired) do
    local question = gate.question(row, state.options, state.options.alpha / #fired)
    row.cut = nil
    row.wanted = stats.gate_plan(row.scale, #row.screen, question).confirm
  end
  return fired
end

-- Once all are there: do they scatter more than those of the screen? Then there must be more. Only
-- the scatter about the median is looked at, never on which side it lies.
local function plan_again(state, row, fired)
  if row.planned_again or #row.confirm < row.wanted then return end
  row.planned_again = true
  local differences = pairs_of.differences(row.confirm, row.evidence)
  local question = gate.question(row, state.options, state.options.alpha / fired)
  local scale = stats.gate_screen(differences, question).scale
  if scale and scale > row.scale then
    local again = stats.gate_plan(scale, #row.screen, question)
    row.wanted = math.max(row.wanted, again.confirm)
  end
end

local function confirm(state)
  local fired = plan_confirmation(state)
  if #fired == 0 then return end
  state.deadline_s = sys.monotonic_s() + state.options.budget_s
  rounds(state, "confirm", function(row)
    return row.step == "fires" and not row.cut and #row.confirm < row.wanted
  end, function(row) return row.confirm end, function(row) plan_again(state, row, #fired) end)
  local p = {}
  for i, row in ipairs(fired) do
    local differences = pairs_of.differences(row.confirm, row.evidence)
    p[i] = row.state and 1
      or stats.gate_p(differences, gate.question(row, state.options).limit)
  end
  p = stats.holm(p)
  for i, row in ipairs(fired) do row.p = p[i] end
end

local function count_above(differences, limit)
  local above = 0
  for _, d in ipairs(differences) do above = above + (d > limit and 1 or 0) end
  return above
end

local function short_reason(row)
  if row.cut then
    return ("the budget ended after %d pairs"):format(#row.screen)
  end
  return "its times scatter too much for the pairs that are allowed (--pairs)"
end

local function decide(row, options)
  local question = gate.question(row, options)
  local list = #row.confirm > 0 and row.confirm or row.screen
  if #list == 0 then
    row.state, row.reason = "unresolved", "the budget ended before its first pair"
    return
  end
  local differences, base, head = pairs_of.differences(list, row.evidence)
  row.interval = stats.paired_ratio(head, base, 1 - options.alpha)
  row.pairs, row.above = #list, count_above(differences, question.limit)
  row.base_ns, row.head_ns = stats.median(base), stats.median(head)
  if row.step == "fires" then
    local large = #row.confirm > 0 and stats.median(differences) > question.margin
    if #row.confirm > 0 and row.p <= options.alpha and large then
      row.state, row.slower_by = "slower", "time"
    elseif #row.confirm < row.wanted then
      row.state = "unresolved"
      row.reason = "suspicious, and the budget ended before it was confirmed"
    elseif row.enough then
      row.state, row.suspicious = "ok", true
    else
      row.state, row.reason = "unresolved", short_reason(row)
    end
  elseif row.step == "pass" then
    row.state = "ok"
  else
    row.state, row.reason = "unresolved", short_reason(row)
  end
end

function gate.run(state)
  state.deadline_s = sys.monotonic_s() + state.options.budget_s
  screen(state)
  confirm(state)
  for _, row in ipairs(state.rows) do
    if not row.state then decide(row, state.options) end
  end
end

return gate
