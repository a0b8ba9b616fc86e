-- break_even: from which size on a port wins, per subject, mode, jobs and start.
--
--   run.break_even = break_even.of(run, valid)
--   --> { { subject, mode, jobs, start, over, state = "from", at = {median = 118, …}, text }, … }
--       (`earlier`: crossings at smaller sizes, where the winner changes more than once)
--
-- The times of a port and of the serial reference are fitted as call + cost per element over the
-- sizes; where two straight lines do not describe them, the two sizes between which the winner
-- changes decide. `state`: "always", "never" (at the sizes that were measured), "from", "up to",
-- "unknown". An interval that reaches below every size, or beyond any, says so by
-- `always_possible` and `never_possible` in place of a number.

local estimate = require "payoff.run.estimate"
local stats = require "payoff.native.stats"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local break_even = {}

local straight = 0.1 -- a line may miss a size's median by this, or by its interval

-- The cells of one place over the sizes, with the reference's of the same sizes.
local function groups(run, valid)
  local list, by_key, base = {}, {}, {}
  for _, cell in ipairs(run.cells) do
    if cell.baseline and valid(cell) and cell.time then base[cell.size] = cell end
  end
  for _, cell in ipairs(run.cells) do
    if not cell.baseline and valid(cell) and cell.time and base[cell.size] then
      local key = table.concat({ cell.subject, cell.mode, cell.jobs, cell.start }, "\0")
      local group = by_key[key]
      if not group then
        group = { subject = cell.subject, mode = cell.mode, jobs = cell.jobs, start = cell.start,
          pairs = {} }
        by_key[key], list[#list + 1] = group, group
      end
      table.insert(group.pairs, { size = cell.size, port = cell, base = base[cell.size] })
    end
  end
  for _, group in ipairs(list) do
    table.sort(group.pairs, function(a, b) return a.size < b.size end)
  end
  return list
end

local function points(pairs_list, side, kind)
  local out = { x = {}, y = {} }
  for _, pair in ipairs(pairs_list) do
    kind = timing.between(kind, pair.port, pair.base)
    for _, time in ipairs(estimate.list(pair[side], kind)) do
      out.x[#out.x + 1], out.y[#out.y + 1] = pair.size, time
    end
  end
  return out
end

local function cross(pairs_list, run)
  local kind = timing.of(run)
  return stats.crossing(points(pairs_list, "port", kind), points(pairs_list, "base", kind),
    { level = run.level or run.confidence, seed = math.tointeger(run.seed) or 1 })
end

-- 1: the port is surely faster at this size; −1: surely slower; 0: it cannot be told.
local function sign(pair)
  local speedup = pair.port.speedup
  if not speedup then return 0 end
  if not speedup.low then return speedup.median > 1 and 1 or -1 end
  return speedup.low > 1 and 1 or speedup.high < 1 and -1 or 0
end

-- Each change of the winner: the sizes from one where the one surely wins to the next where the
-- other does.
local function changes(pairs_list)
  local last, found = nil, {}
  for i, pair in ipairs(pairs_list) do
    local now = sign(pair)
    if now ~= 0 then
      if last and sign(pairs_list[last]) ~= now then
        found[#found + 1] = table.move(pairs_list, last, i, 1, {})
      end
      last = i
    end
  end
  return found
end

-- "always" or "never" when every size says the same.
local function everywhere(pairs_list)
  local first = sign(pairs_list[1])
  for _, pair in ipairs(pairs_list) do
    if sign(pair) ~= first then return nil end
  end
  return first == 1 and "always" or first == -1 and "never" or nil
end

-- The interval of a size's time; where too few blocks make none, all that they show.
local function range_of(cell)
  if cell.time.low then return cell.time.low, cell.time.high end
  local list = estimate.list(cell, cell.rests_on)
  return math.min(table.unpack(list)), math.max(table.unpack(list))
end

-- How far a size's time is off the line, as a share of what the line foresees; nil: it follows it.
local function off_line(cell, line)
  local foreseen, time = line.intercept + line.slope * cell.size, cell.time
  if math.abs(foreseen / time.median - 1) <= straight then return nil end
  local low, high = range_of(cell)
  if foreseen >= low and foreseen <= high then return nil end
  return time.median / foreseen - 1
end

-- Whether both follow their lines; else also where they are off the most: { size, share, subject }.
local function is_straight(pairs_list, found)
  local most
  for _, pair in ipairs(pairs_list) do
    for _, side in ipairs { { pair.port, found.port }, { pair.base, found.reference } } do
      local share = off_line(side[1], side[2])
      if share and (not most or math.abs(share) > math.abs(most.share)) then
        most = { size = pair.size, share = share, subject = side[1].subject }
      end
    end
  end
  return not most and found.kind ~= "unknown", most
end

local function line_of(pairs_list, side, level)
  local own = points(pairs_list, side)
  local fit = stats.line(own.x, own.y, { level = level, relative = true })
  local function interval(it)
    return { median = it.estimate, low = it.low, high = it.high, level = it.level, n = it.n,
      reason = it.reason, unit = "ns" }
  end
  return { call = interval(fit.intercept), per_size = interval(fit.slope), worst = fit.worst }
end

-- An interval whose ends may be no numbers, as plain data. `whole`: sizes come in whole numbers;
-- then the first that is won is the crossing rounded up, the last one is it rounded down.
local function plain(at, kind, whole)
  local out = { median = at.estimate, level = at.level, n = at.n, reason = at.reason,
    low = at.low, high = at.high }
  if out.median == math.huge or out.median == 0 then out.median = nil end
  if at.low == 0 then out.low, out.always_possible = nil, true end
  if at.low == math.huge then out.low = nil end
  if at.high == math.huge then out.high, out.never_possible = nil, true end
  if whole then out.rounded = kind == "from" and "up" or kind == "up to" and "down" or nil end
  return out
end

local function size_text(x)
  if x >= 1e4 or x ~= math.floor(x) then return (units.count(x)) end
  return ("%d"):format(x)
end

-- "118 [104, 131]", "118 [always, 131]"; whole where sizes are whole ("from 2", not "from 1.4").
function break_even.at_text(at)
  local round = at.rounded == "up" and math.ceil or at.rounded == "down" and math.floor
  local function text(x) return size_text(round and x and round(x) or x) end
  if not at.level then return text(at.median) end
  return ("%s [%s, %s]"):format(text(at.median),
    at.always_possible and "always" or text(at.low),
    at.never_possible and "never" or text(at.high))
end

-- Crossings outside what was measured are no crossings of what was measured.
local function settle(group, found, same, least, most)
  local at, kind = found.at.estimate, found.kind
  group.state = kind
  if same then
    -- Every size that was measured is surely won, or surely lost: lines cannot overrule that.
    group.state = same
    group.outside = at > most and at < math.huge and "above" or nil
  elseif kind == "from" or kind == "up to" then
    local at_least, at_most = at < least, at > most
    if at_least or at_most then
      group.outside = at_least and "below" or "above"
      group.state = (kind == "from") == at_least and "always" or "never"
    end
  end
end

local function text_of(group)
  local least, most = size_text(group.from_size), size_text(group.to_size)
  if group.state == "from" or group.state == "up to" then
    local parts = {}
    for _, one in ipairs(group.earlier or {}) do
      if one.at.median then
        parts[#parts + 1] = ("%s %s"):format(one.state, break_even.at_text(one.at))
      end
    end
    parts[#parts + 1] = ("%s %s"):format(group.state, break_even.at_text(group.at))
    return table.concat(parts, ", ")
  elseif group.state == "always" then
    return ("always (sizes %s to %s)"):format(least, most)
  elseif group.state == "never" then
    local beyond = group.outside == "above" and group.straight and group.at.median
      and ("; its line meets the reference's at about %s"):format(size_text(group.at.median)) or ""
    return ("never (sizes %s to %s%s)"):format(least, most, beyond)
  end
  return "unknown: " .. (group.reason or "?")
end

local function are_whole(sizes)
  for _, size in ipairs(sizes) do
    if size ~= math.floor(size) then return false end
  end
  return true
end

local function measure(run, group)
  local list, level = group.pairs, run.level or run.confidence
  group.over, group.sizes = list[1].base.subject .. "/serial/1", {}
  for i, pair in ipairs(list) do group.sizes[i] = pair.size end
  group.from_size, group.to_size = list[1].size, list[#list].size
  if #list < 2 then
    group.state, group.reason = "unknown", "it takes two sizes or more"
    group.text = text_of(group)
    return
  end
  local found, changed, whole = cross(list, run), changes(list), are_whole(group.sizes)
  local change = changed[#changed]
  group.port, group.reference = line_of(list, "port", level), line_of(list, "base", level)
  group.straight, group.off = is_straight(list, found)
  group.method = "lines over all sizes"
  if not group.straight and change then
    found = cross(change, run)
    group.earlier = #changed > 1 and {} or nil
    for i = 1, #changed - 1 do
      local one = cross(changed[i], run)
      group.earlier[i] = { state = one.kind, at = plain(one.at, one.kind, whole) }
    end
    group.method = ("lines over the sizes %s to %s; over all sizes they are not straight")
      :format(size_text(change[1].size), size_text(change[#change].size))
  end
  group.at, group.reason = plain(found.at, found.kind, whole), found.at.reason
  group.everywhere = everywhere(list) ~= nil
  if group.straight or change then
    settle(group, found, everywhere(list), group.from_size, group.to_size)
  else
    -- Nothing is extrapolated along lines that are none: what was measured speaks.
    group.state, group.at = everywhere(list) or "unknown", {}
    group.method = "what each size shows; the times do not follow a straight line"
    group.reason = group.state == "unknown" and "the sizes do not agree, or are not resolved" or nil
  end
  group.text = text_of(group)
end

function break_even.of(run, valid)
  local list = groups(run, valid)
  local several = false
  for _, group in ipairs(list) do several = several or #group.pairs > 1 end
  if not several then return {} end
  for _, group in ipairs(list) do
    measure(run, group)
    group.pairs = nil
  end
  return list
end

-- The list's entry of a cell's place.
function break_even.find(run, cell)
  for _, group in ipairs(run.break_even or {}) do
    if group.subject == cell.subject and group.mode == cell.mode and group.jobs == cell.jobs
      and group.start == cell.start then
      return group
    end
  end
end

return break_even
