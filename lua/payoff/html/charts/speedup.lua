-- speedup: how much faster than the baseline each right cell is, one chart per size.
--
--   for _, chart in ipairs(speedup.make(run, d)) do … end

local digest = require "payoff.digest"
local dots = require "payoff.html.charts.dots"
local units = require "payoff.units"

local speedup = {}

local function words(entries)
  local best = entries[1]
  for _, entry in ipairs(entries) do
    if entry.estimate.median > best.estimate.median then best = entry end
  end
  return string.format("Speed-up of %d cells on a logarithmic axis. The largest is %s with %s: %s.",
    #entries, best.cell.subject, digest.place_text(best.cell),
    (units.interval(best.estimate, units.ratio)))
end

function speedup.make(_, d)
  local charts = {}
  for i, size in ipairs(d.sizes) do
    local entries = dots.entries(d, size.size, function(cell) return cell.speedup end)
    local over = #entries > 0 and entries[1].estimate.over or "the baseline"
    charts[#charts + 1] = dots.make {
      id = "speedup-" .. i, entries = entries, what = "speed-up", origin = 1, unit = 1,
      title = "Speed-up" .. (d.has_sizes and ", size " .. tostring(size.size) or ""),
      caption = string.format("Speed-up over %s%s. The bar behind a dot is its interval, the "
        .. "dashed line is no difference; hollow dots are cold starts. Wrong results are not "
        .. "drawn.", over,
        d.has_sizes and " at size " .. tostring(size.size) or ""),
      alt = #entries > 0 and words(entries) or nil, axis_title = "times faster",
      label = "format(datum.value, '~g') + '×'", formatter = units.ratio,
    }
  end
  return charts
end

return speedup
