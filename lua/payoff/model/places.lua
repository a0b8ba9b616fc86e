-- places: where each size is computed fastest: subject × mode × jobs, the winner marked.
--
--   run.places = places.of(run, valid)
--   --> { { size = 1, winner = "rust/thread/2/warm/1", text = "…", by = {median = 1.8, …},
--           next = "rust/process/2/warm/1", sure = true }, … }
--
-- `by` is how many times as fast the winner is as the next place, paired by block; `sure`: its
-- interval leaves out 1. Wrong ports take no part.

local boundary = require "payoff.model.boundary"
local cells = require "payoff.run.cells"
local estimate = require "payoff.run.estimate"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local places = {}

local function ranked(run, size, valid)
  local list = {}
  for _, cell in ipairs(run.cells) do
    if cell.size == size and cell.time and cell.time.median and valid(cell) then
      list[#list + 1] = cell
    end
  end
  table.sort(list, function(a, b)
    if a.time.median ~= b.time.median then return a.time.median < b.time.median end
    return a.id < b.id
  end)
  return list
end

-- What handing over one task costs here, where `payoff boundary` has measured it.
local function price_text(run, limit)
  local entry = limit == "transport" and boundary.find(run.boundary, "tasks", "process")
  if not entry or not entry.price then return "" end
  return (" Handing one task to a process costs %s on this machine."):format(
    (units.interval(entry.price, units.time)))
end

-- Where a place loses by nature: a lock among threads, moving data between processes.
local function limits(run, size)
  local list = {}
  for _, group in ipairs(run.scaling or {}) do
    if group.size == size and (group.limit == "lock" or group.limit == "transport") then
      list[#list + 1] = { subject = group.subject, mode = group.mode, start = group.start,
        limit = group.limit, text = group.text .. price_text(run, group.limit) }
    end
  end
  return list
end

local function text_of(first, second, by, sure)
  local name = cells.describe(first)
  if not second then return ("%s is the only place that was measured"):format(name) end
  local ratio = units.interval(by, units.ratio)
  if sure then
    return ("%s, %s as fast as the next, %s"):format(name, ratio, cells.describe(second))
  end
  return ("%s, but not surely ahead of %s (%s)"):format(name, cells.describe(second), ratio)
end

function places.of(run, valid)
  local out, level = {}, run.level or run.confidence
  for _, size in ipairs(run.sizes) do
    local list = ranked(run, size.size, valid)
    local first, second = list[1], list[2]
    if first then
      local by = second and estimate.ratio(second, first, level, 1,
        timing.between(timing.of(run), first, second))
      local sure = by ~= nil and by.low ~= nil and by.low > 1
      out[#out + 1] = { size = size.size, winner = first.id, subject = first.subject,
        next = second and second.id, by = by, sure = sure, limits = limits(run, size.size),
        text = text_of(first, second, by, sure) }
    end
  end
  return out
end

return places
