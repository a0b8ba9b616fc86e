-- value: figures as they stand in a table: the number, its interval beside it, or a dash and the
-- reason where there is none.
--
--   h.td({ class = "num" }, value.estimate(cell.time, units.time))

local h = require "payoff.html.node"
local units = require "payoff.units"

local value = {}

-- A dash that says why, for the pointer and for a screen reader.
function value.unknown(reason)
  return h.span({ class = "unknown", title = reason or "unknown" }, units.UNKNOWN)
end

-- "57.4 s [57.1, 57.9]"; nothing else of the model is lost: the level and the number of blocks are
-- the title.
function value.estimate(estimate, formatter, options)
  options = options or {}
  local parts, reason = units.parts(estimate, formatter)
  if not parts then
    return value.unknown(options.reason or reason)
  end
  local number = h.span({ class = "v" }, parts.median .. parts.suffix)
  if options.struck then
    number = h.s({}, number)
  end
  if not parts.low then
    return h.span({ title = parts.reason }, number)
  end
  local title
  if estimate.level and estimate.n then
    title = string.format("%.1f%% interval from %d blocks", estimate.level * 100, estimate.n)
  end
  return h.span({ title = title }, number,
    h.span({ class = "i" }, string.format(" [%s, %s]", parts.low, parts.high)))
end

-- The median alone, with three digits; the interval is the title. An estimate from part of the time
-- (multiplexed) has a tilde in front.
function value.short(estimate, formatter)
  local interval, reason = units.interval(estimate, formatter)
  if interval == units.UNKNOWN then
    return value.unknown(reason)
  end
  local text, title = formatter(estimate.median), estimate.low and interval or reason
  if estimate.state == "scaled" then
    title = "estimated: counted part of the time; " .. (title or "")
    text = "~" .. text
  end
  return h.span({ class = "v", title = title }, text)
end

-- A formatted number that has no interval, or the dash.
function value.plain(number, formatter, reason)
  if number == nil then
    return value.unknown(reason)
  end
  return h.span({ class = "v" }, formatter(number))
end

local MARKS = { identical = "✓", within = "≈", wrong = "✗", failed = "✗", missing = "○",
  unmeasured = "○" }

-- The verdict's word with its mark; colour is never alone.
function value.verdict(verdict, words)
  local state = verdict and verdict.state or "unmeasured"
  return h.span({ class = "state " .. (words[state] and state or "unmeasured") },
    h.span({ ["aria-hidden"] = "true" }, MARKS[state] or "?"), " ", words[state] or state)
end

-- Text from outside, kept from turning the direction of what stands around it.
function value.outside(content)
  return h.bdi({}, content)
end

return value
