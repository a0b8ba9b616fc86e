-- divergence: calls that are one step shorter than a failing one and do not fail.
--
--   divergence.agreeing(state, port, finding)     --> { task, … }, often of one, or none
--
-- Where (1292,) is wrong and (1291,) is right, the last turn of the loop is the first wrong one:
-- profiler/workers/python/payoff_turns.py looks whether there is such a turn.

local digits = require "payoff.verify.digits"
local sys = require "payoff.native.sys"

local divergence = {}

local TRIES_MAX = 4

-- The same value, a step shorter; nil where there is no such thing.
local function shorter(value)
  local tag = value[1]
  if tag == "i" and value[2] ~= "0" then
    return { "i", digits.add(value[2], value[2]:sub(1, 1) == "-" and 1 or -1) }
  end
  if (tag == "l" or tag == "t") and #value > 1 then
    return table.move(value, 1, #value - 1, 1, {})
  end
  if tag == "s" and value[2] ~= "" then
    return { "s", value[2]:sub(1, utf8.offset(value[2], -1) - 1) }
  end
  return nil
end

local function agrees(state, port, finding, task)
  local expected = state.reference:ask(task, {
    limit_s = state.limit_s, sums = state.tolerance.sum,
  })
  if not expected.value then return false end
  local input = { task = task, kind = finding.input.kind, own = finding.input.own }
  local found = state.judge_port(state, port, input, expected)
  return not (found and found.failing)
end

-- Each argument a step shorter, and lists of the same length together.
local function candidates(task)
  local out, length = {}, nil
  local together, lists = table.move(task, 1, #task, 1, {}), 0
  for at = 2, #task do
    local value = shorter(task[at])
    if value then
      local one = table.move(task, 1, #task, 1, {})
      one[at] = value
      out[#out + 1] = one
      length = task[at][1] == "l" and (length or #task[at]) or length
      if task[at][1] == "l" and #task[at] == length then together[at], lists = value, lists + 1 end
    end
  end
  if lists > 1 then table.insert(out, 1, together) end
  return out
end

function divergence.agreeing(state, port, finding)
  local out = {}
  local ends = sys.monotonic_s() + state.shrink_s
  for i, task in ipairs(candidates(finding.task)) do
    if i > TRIES_MAX or sys.monotonic_s() > ends then break end
    if agrees(state, port, finding, task) then out[#out + 1] = task end
  end
  return out
end

return divergence
