-- recorded: what a recorded call came to then, beside what the reference makes of it today.
--
--   recorded.changed(entry, expected)
--   --> "(3,) returned 9 on 2026-11-01 and returns 10 now" | nil: the same, or not known
--
-- A reference that has changed is nobody's failure: ports are judged by what it does today.

local difference = require "payoff.verify.difference"
local words = require "payoff.verify.words"

local recorded = {}

local function base_name(name) return name:match("[^.]*$") end

local function is_same(was, now)
  if was.exception then
    return now.exception ~= nil and base_name(was.exception) == base_name(now.exception.type)
  end
  if not now.value then return false end
  local d = difference.of(was.value, now.value)
  return not (d.type or d.value or d.float or d.number_type or d.order)
end

local function told(value, exception, other, verbs)
  if exception then return ("%s %s"):format(verbs[2], exception) end
  return ("%s %s"):format(verbs[1], words.value(value, other))
end

function recorded.changed(entry, expected)
  local was = entry.outcome
  if type(was) ~= "table" or not (was.value or was.exception) then return nil end
  if not (expected.value or expected.exception) or is_same(was, expected) then return nil end
  local on = type(entry.on) == "string" and " on " .. entry.on or " when it was recorded"
  return ("%s %s%s and %s now"):format(words.call(entry.task),
    told(was.value, was.exception, expected.value, { "returned", "raised" }), on,
    told(expected.value, expected.exception and expected.exception.type, was.value,
      { "returns", "raises" }))
end

return recorded
