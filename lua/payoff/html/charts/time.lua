-- time: how long each right cell takes for the whole list of tasks, one chart per size.

local digest = require "payoff.digest"
local dots = require "payoff.html.charts.dots"
local units = require "payoff.units"

local time = {}

local function words(entries)
  local least, most = entries[1], entries[1]
  for _, entry in ipairs(entries) do
    if entry.estimate.median < least.estimate.median then least = entry end
    if entry.estimate.median > most.estimate.median then most = entry end
  end
  local function one(entry)
    return string.format("%s (%s, %s)", units.time(entry.estimate.median), entry.cell.subject,
      digest.place_text(entry.cell))
  end
  return string.format("Time of %d cells on a logarithmic axis, from %s to %s.", #entries,
    one(least), one(most))
end

function time.make(_, d)
  local charts = {}
  for i, size in ipairs(d.sizes) do
    local entries = dots.entries(d, size.size, function(cell) return cell.time end)
    local tasks = size.tasks and string.format("the whole list of %d task%s", size.tasks,
      size.tasks == 1 and "" or "s") or "the whole list of tasks"
    charts[#charts + 1] = dots.make {
      id = "time-" .. i, entries = entries, what = "time", unit = 1e9,
      title = "Time" .. (d.has_sizes and ", size " .. tostring(size.size) or ""),
      caption = string.format("Wall time for %s%s, logarithmic. From a hollow dot to a full one is "
        .. "what starting the workers costs.", tasks,
        d.has_sizes and " at size " .. tostring(size.size) or ""),
      alt = #entries > 0 and words(entries) or nil, axis_title = "time, less is better",
      label = "replace(format(datum.value, '~s'), /([a-zµ]?)$/, ' $1s')", formatter = units.time,
    }
  end
  return charts
end

return time
