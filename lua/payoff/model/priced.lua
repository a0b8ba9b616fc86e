-- priced: what part of a port's price the boundary has: of the price per run and per unit of size
-- (payoff.model.break_even), by what `payoff boundary` has measured on this machine.
--
--   entry.priced = priced.of(run, entry, subject)
--   --> { binding = "cython", from = "found", crosses = "once", text = "…",
--         run = { { name = "call", title = "the call through cython", price = {median = 41, …} },
--                 { name = "rest", … } },
--         size = { { name = "convert", title = "a list of integers through cython", … }, … },
--         of_run = { median = 41, … }, of_size = …, -- all parts but the rest; nil: there are none
--         lacks = "why the calls have no price", in a pool whose own prices are known }
--   --> { reason = "not calibrated here: run `payoff boundary` once",
--         common = "all" (a reason of every port), "none" (there is no boundary), or nil,
--         where = "at size 10 those of python are 24% above it" }
--
-- Each list adds up to the fitted price. An interval of the rest joins those of what it is the
-- difference of, and is wider than need be. Calls and elements of a pool count as often as a worker
-- makes them, where they run side by side; what the pool itself takes is payoff.model.pooled's.

local boundary = require "payoff.model.boundary"
local pooled = require "payoff.model.pooled"
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

-- What all parts take.
local function sum_of(parts)
  local prices = {}
  for i, part in ipairs(parts) do prices[i] = part.price end
  return #prices > 0 and added(prices) or nil
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

-- The first and the last of the sizes that were fitted.
local function ends_of(run, entry)
  local first, last
  for _, size in ipairs(run.sizes or {}) do
    if size.size == entry.from_size then first = size end
    if size.size == entry.to_size then last = size end
  end
  return first, last
end

-- Elements of each kind that one run hands over, per unit of size: the same at all sizes, or not
-- known.
local function handed_per_size(first, last)
  if not first or not last or not first.handed or not last.handed then return nil end
  local out = {}
  for kind, count in pairs(last.handed) do
    out[kind] = (count - (first.handed[kind] or 0)) / (last.size - first.size)
  end
  return out
end

-- Tasks of a run, and those that each unit of size adds; `first`: at the smallest size.
local function tasks_of(first, last)
  local least, most = first and first.tasks or 1, last and last.tasks or 1
  local each = first and last and last.size ~= first.size
    and (most - least) / (last.size - first.size) or 0
  return { first = least, size = each, run = first and least - each * first.size or least }
end

local function call_part(run, name, times, calls)
  local kept = entry_of(run, "arguments", name)
  if not kept or not kept.price then
    return nil, kept and kept.reason or ("`payoff boundary` has not measured %s"):format(name)
  end
  return { name = "call", times = times, price = scaled(kept.price, times),
    title = ("%s through %s"):format(calls, name) }
end

local function convert_parts(run, name, handed, share, parts)
  if not handed then return "it is not known what its tasks hand over" end
  for _, kind in ipairs(boundary.kinds) do
    local count, kept = handed[kind] or 0, entry_of(run, kind, name)
    if count > 0 and kept and kept.price then
      parts[#parts + 1] = { name = "convert", times = count * share,
        price = scaled(kept.price, count * share),
        title = ("%s through %s"):format(boundary.words[kind][1], name) }
    elseif count > 0 then
      return ("`payoff boundary` has no price of %s through %s"):format(boundary.unpriced[kind]
        or boundary.words[kind][1], name)
    end
  end
end

local function calls_text(count)
  return count == 1 and "the call" or ("%g calls"):format(count)
end

-- Adds what the calls take to the lists of `out`; or why they have no price, and adds nothing.
local function add_calls(out, run, subject, tasks, handed, share)
  local calls, parts = {}, {}
  if subject.crosses == "once" then
    for _, of in ipairs { "run", "size" } do
      local times = tasks[of] * share
      if times > 0 then
        local part, lacks = call_part(run, subject.binding, times, calls_text(times))
        if not part then return lacks end
        calls[of] = part
      end
    end
    local lacks = convert_parts(run, subject.binding, handed, share, parts)
    if lacks then return lacks end
  else
    local part, lacks = call_part(run, subject.binding, share, "a call each")
    if not part then return lacks end
    calls.size = part
  end
  if calls.run then out.run[#out.run + 1] = calls.run end
  if calls.size then out.size[#out.size + 1] = calls.size end
  table.move(parts, 1, #parts, #out.size + 1, out.size)
end

local function list_text(parts, whole)
  local out, above = {}, 0
  for _, part in ipairs(parts) do
    if part.name ~= "rest" then
      out[#out + 1] = ("%s %s %s"):format(part.title,
        part.title:find("^[%d.]+ calls") and "take" or "takes",
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
  local text = ("A run costs %s%s, and each unit of size %s%s."):format(
    (units.interval(port.call, units.time)), list_text(out.run, port.call),
    (units.interval(port.per_size, units.time)), list_text(out.size, port.per_size))
  return out.lacks and ("%s What its calls take is not known, because %s."):format(text, out.lacks)
    or text
end

-- Why the calls of this port have no price, whatever its place; and whether there are none.
local function why_no_calls(subject)
  if not subject.binding then
    return subject.binding_reason or "its binding is not known"
  elseif subject.binding == "none" then
    return "nothing crosses over from Python to native code", "none"
  elseif not subject.crosses then
    return "its function is Python, which may cross over any number of times; the experiment can "
      .. "say how often by `crosses`"
  end
end

local BENT = "its times over the sizes are no straight line, which a price per run and one per "
  .. "unit of size would be; if the machine was busy, more --blocks may straighten it, else sizes "
  .. "that are closer together"

-- Where the line describes the times the least.
local function where_off(entry)
  local off = entry.off
  return off and ("at size %s those of %s are %s %s it"):format(off.size, off.subject,
    units.percent(math.abs(off.share)), off.share > 0 and "above" or "below") or nil
end

local function why_not(run, entry, subject)
  local kept = run.boundary
  if not subject then return "its binding is not known" end
  local reason, common = why_no_calls(subject)
  if reason and (entry.mode == "serial" or subject.kind ~= "python") then
    return reason, common
  elseif not kept or #(kept.entries or {}) == 0 then
    return kept and kept.reason or "the boundary's prices are not known", "all"
  elseif not entry.straight or not entry.port or not entry.port.call.median then
    return BENT, nil, where_off(entry)
  end
end

-- The parts of a pool, priced; or why there are none.
local function add_pool(out, run, entry, subject, tasks, handed)
  local parts, reason = pooled.parts(run, entry, subject, tasks, handed)
  if not parts then return reason end
  for _, of in ipairs { "run", "size" } do
    for _, part in ipairs(parts[of]) do
      part.price, part.each = scaled(part.each, part.times), nil
      table.insert(out[of], part)
    end
  end
end

function priced.of(run, entry, subject)
  local reason, common, where = why_not(run, entry, subject)
  if reason then return { reason = reason, common = common, where = where } end
  local out = { binding = subject.binding, from = subject.binding_from, crosses = subject.crosses,
    run = {}, size = {} }
  local first, last = ends_of(run, entry)
  local tasks, handed, share = tasks_of(first, last), handed_per_size(first, last), 1
  if entry.mode ~= "serial" then
    reason = add_pool(out, run, entry, subject, tasks, handed)
    if reason then return { reason = reason } end
    out.lacks, common = why_no_calls(subject)
    if not out.lacks then share, out.lacks = pooled.side_by_side(entry, subject, tasks) end
  end
  if not out.lacks then
    reason = add_calls(out, run, subject, tasks, handed, share)
    if reason and entry.mode == "serial" then return { reason = reason } end
    out.lacks = reason
  end
  if common == "none" then out.lacks = nil end -- there are no calls to be known
  out.of_run, out.of_size = sum_of(out.run), sum_of(out.size)
  with_rest(out.run, entry.port.call)
  with_rest(out.size, entry.port.per_size)
  out.text = text_of(out, entry.port)
  return out
end

return priced
