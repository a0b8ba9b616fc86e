-- priced: what part of a port's price the boundary has: of the price per run and per unit of size
-- (payoff.model.break_even), by what `payoff boundary` has measured on this machine.
--
--   entry.priced = priced.of(run, entry, subject)
--   --> { binding = "cython", from = "found", crosses = "once", text = "…",
--         run = { { name = "call", title = "the call through cython", price = {median = 41, …} },
--                 { name = "rest", … } },
--         size = { { name = "convert", title = "a list of integers through cython", … }, … } }
--   --> { reason = "not calibrated here: run `payoff boundary` once",
--         common = "all" (a reason of every port), "none" (there is no boundary), or nil }
--
-- Each list adds up to the fitted price. An interval of the rest joins those of what it is the
-- difference of, and is wider than need be. Serial places alone: calls of a pool run side by side.

local boundary = require "payoff.model.boundary"
local units = require "payoff.units"

local priced = {}

local function scaled(price, by)
  return { median = price.median * by, low = price.low and price.low * by,
    high = price.high and price.high * by, level = price.level, n = price.n, unit = "ns" }
end

local function added(list, by_sign)
  local out = { median = 0, low = 0, high = 0, unit = "ns" }
  for i, price in ipairs(list) do
    local sign = by_sign and i > 1 and -1 or 1
    local low, high = price.low, price.high
    if sign < 0 then low, high = high, low end
    out.median = out.median + sign * price.median
    out.low = out.low and low and out.low + sign * low
    out.high = out.high and high and out.high + sign * high
    out.level = out.level and price.level and math.min(out.level, price.level) or price.level
  end
  return out
end

-- The parts, and what is left of the whole.
local function with_rest(parts, whole)
  local prices = { whole }
  for _, part in ipairs(parts) do prices[#prices + 1] = part.price end
  parts[#parts + 1] = { name = "rest", title = "everything else", price = added(prices, true) }
  return parts
end

-- Kept figures call the C API by what uses it.
local function entry_of(run, case, name)
  return boundary.find(run.boundary, case, name == "c-api" and "c-ext" or name)
end

-- Elements of each kind that one run hands over, per unit of size: the same at all sizes, or not
-- known. `sizes`: of the break-even.
local function handed_per_size(run, entry)
  local first, last
  for _, size in ipairs(run.sizes or {}) do
    if size.size == entry.from_size then first = size end
    if size.size == entry.to_size then last = size end
  end
  if not first or not last or not first.handed or not last.handed then return nil end
  local out = {}
  for kind, count in pairs(last.handed) do
    out[kind] = (count - (first.handed[kind] or 0)) / (last.size - first.size)
  end
  return out
end

local function tasks_of(run, entry)
  for _, size in ipairs(run.sizes or {}) do
    if size.size == entry.from_size then return size.tasks end
  end
end

local function call_part(run, name, times, calls)
  local kept = entry_of(run, "arguments", name)
  if not kept or not kept.price then
    return nil, kept and kept.reason or ("`payoff boundary` has not measured %s"):format(name)
  end
  return { name = "call", times = times, price = scaled(kept.price, times),
    title = ("%s through %s"):format(calls, name) }
end

local KINDS = { "ints", "floats", "bytes", "buffer", "text", "other" }
local UNPRICED = { text = "characters", other = "elements of this kind" }

local function convert_parts(run, entry, name, parts)
  local handed = handed_per_size(run, entry)
  if not handed then return "it is not known what its tasks hand over" end
  for _, kind in ipairs(KINDS) do
    local count, kept = handed[kind] or 0, entry_of(run, kind, name)
    if count > 0 and kept and kept.price then
      parts[#parts + 1] = { name = "convert", times = count, price = scaled(kept.price, count),
        title = ("%s through %s"):format(boundary.words[kind][1], name) }
    elseif count > 0 then
      return ("`payoff boundary` has no price of %s through %s"):format(UNPRICED[kind]
        or boundary.words[kind][1], name)
    end
  end
end

local function list_text(parts, whole)
  local out, above = {}, 0
  for _, part in ipairs(parts) do
    if part.name ~= "rest" then
      out[#out + 1] = ("%s takes %s"):format(part.title,
        (units.interval(part.price, units.time)))
      above = above + part.price.median
    end
  end
  if #out == 0 then return "" end
  local over = above > whole.median
    and " (more than that: the prices are of other arguments, taken at another moment)" or ""
  return (", of which %s%s"):format(table.concat(out, " and "), over)
end

local function text_of(out, port)
  return ("A run costs %s%s, and each unit of size %s%s."):format(
    (units.interval(port.call, units.time)), list_text(out.run, port.call),
    (units.interval(port.per_size, units.time)), list_text(out.size, port.per_size))
end

local function why_not(run, entry, subject)
  local kept = run.boundary
  if entry.mode ~= "serial" then return "calls of a pool run side by side" end
  if not subject or not subject.binding then
    return subject and subject.binding_reason or "its binding is not known"
  elseif subject.binding == "none" then
    return "nothing crosses over from Python to native code", "none"
  elseif not subject.crosses then
    return "its function is Python, which may cross over any number of times; the experiment can "
      .. "say how often by `crosses`"
  elseif not kept or #(kept.entries or {}) == 0 then
    return kept and kept.reason or "the boundary's prices are not known", "all"
  elseif not entry.straight or not entry.port or not entry.port.call.median then
    return "its times follow no line, and have no price per run"
  end
end

function priced.of(run, entry, subject)
  local reason, common = why_not(run, entry, subject)
  if reason then return { reason = reason, common = common or nil } end
  local out = { binding = subject.binding, from = subject.binding_from, crosses = subject.crosses,
    run = {}, size = {} }
  local tasks = tasks_of(run, entry) or 1
  local once = subject.crosses == "once"
  local part, lacks = call_part(run, subject.binding, once and tasks or 1,
    once and (tasks == 1 and "the call" or ("%d calls"):format(tasks)) or "a call each")
  if not part then return { reason = lacks } end
  table.insert(once and out.run or out.size, part)
  if once then
    lacks = convert_parts(run, entry, subject.binding, out.size)
    if lacks then return { reason = lacks } end
  end
  with_rest(out.run, entry.port.call)
  with_rest(out.size, entry.port.per_size)
  out.text = text_of(out, entry.port)
  return out
end

return priced
