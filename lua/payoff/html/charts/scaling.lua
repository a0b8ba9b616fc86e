-- scaling: speed-up by number of workers, with the fitted law as a curve: the universal scalability
-- law where three numbers of jobs allow it, else Amdahl's from two.

local data = require "payoff.html.data"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local panel = require "payoff.html.panel"
local strip = require "payoff.html.strip"
local units = require "payoff.units"
local value = require "payoff.html.value"

local chart = {}

local STEPS = 24 -- pieces of a curve
local MOST = 16 -- curves

-- time(n) = one × (1 + σ (n − 1) + κ n (n − 1)) / n; without κ that is Amdahl's law. nil where
-- nothing was fitted. See profiler/base/stats_scaling.h.
local function law_of(group)
  local usl, amdahl = group.usl or {}, group.amdahl or {}
  local fit = usl.one and usl or amdahl.one and amdahl
  local serial = fit and fit.serial and fit.serial.estimate
  if not serial then return nil end
  local crosstalk = fit.crosstalk and fit.crosstalk.estimate or 0
  return function(jobs)
    return fit.one * (1 + serial * (jobs - 1) + crosstalk * jobs * (jobs - 1)) / jobs
  end, fit == usl and "USL" or "Amdahl"
end

local function name_of(group, has_sizes)
  return line(("%s, %s, %s%s"):format(group.subject, group.mode, group.start,
    has_sizes and (", size %s"):format(group.size) or ""))
end

-- { name, group, points, curve, law } of every group with a curve to show.
local function series_of(run, d)
  local list = {}
  for _, group in ipairs(run.scaling or {}) do
    local time, law = law_of(group)
    local first, last = group.points[1], group.points[#group.points]
    if time and #group.points > 1 and first.speedup and first.speedup.median then
      local over, curve = first.time.median * first.speedup.median, {}
      local function at(jobs) return over / time(jobs) end
      for i = 0, STEPS do
        local jobs = first.jobs * (last.jobs / first.jobs) ^ (i / STEPS)
        curve[#curve + 1] = { jobs = jobs, speedup = at(jobs) }
      end
      list[#list + 1] = { name = name_of(group, d.has_sizes), group = group, curve = curve,
        law = law, at = at }
    end
  end
  return list
end

-- What a chart has room for: of many rows those of the largest size, of those the first.
local function drawn_of(list, d)
  if #list <= MOST then return list end
  local out, size = {}, d.has_sizes and d.sizes[#d.sizes].size
  for _, series in ipairs(list) do
    if #out < MOST and (not size or series.group.size == size) then out[#out + 1] = series end
  end
  return out
end

local function spec_of(list)
  local points, curves, names = {}, {}, {}
  for i, series in ipairs(list) do
    names[i] = series.name
    for _, point in ipairs(series.group.points) do
      local speedup = point.speedup or {}
      points[#points + 1] = { row = series.name, jobs = point.jobs, speedup = speedup.median,
        low = speedup.low, high = speedup.high, text = (units.interval(speedup, units.ratio)) }
    end
    for _, at in ipairs(series.curve) do
      curves[#curves + 1] = { row = series.name, jobs = at.jobs, speedup = at.speedup,
        law = series.law }
    end
  end
  local x = { field = "jobs", type = "quantitative", title = "workers",
    scale = { type = "log", base = 2, nice = false }, axis = { grid = false, format = "~g" } }
  local y = { field = "speedup", type = "quantitative", title = "times faster than one",
    scale = { type = "log", base = 2, nice = false },
    axis = { labelExpr = "format(datum.value, '~g') + '×'", tickCount = 6 } }
  local color = { field = "row", type = "nominal",
    scale = { domain = data.array(names) },
    legend = { title = data.null, orient = "top", columns = "$pairs", labelLimit = 320,
      symbolType = "circle", symbolOpacity = 1, symbolDash = data.array {} } }
  return { data = { values = data.array(points) }, width = "container", height = 300,
    autosize = { type = "fit-x", contains = "padding" }, layer = data.array {
      { data = { values = data.array(curves) }, mark = { type = "line", strokeWidth = 1.2,
        strokeDash = data.array { 5, 3 } }, encoding = { x = x, y = y, color = color } },
      { transform = data.array { { filter = "isValid(datum.low) && isValid(datum.high)" } },
        mark = { type = "rule", strokeWidth = 3, opacity = 0.35 },
        encoding = { x = x, y = { field = "low", type = "quantitative", scale = y.scale,
          title = y.title, axis = y.axis }, y2 = { field = "high" }, color = color } },
      { mark = { type = "point", filled = true, size = 40, opacity = 1 },
        encoding = { x = x, y = y, color = color, tooltip = data.array {
          { field = "row", title = "row" }, { field = "jobs", title = "workers" },
          { field = "text", title = "speed-up" } } } } } }
end

-- A small panel for each: points in blue, the law in grey.
local function static_of(list)
  local panels = {}
  for i, series in ipairs(list) do
    local points, curve, xs, ys = {}, {}, {}, {}
    for _, point in ipairs(series.group.points) do
      points[#points + 1] = { x = point.jobs, y = point.speedup.median }
      xs[#xs + 1], ys[#ys + 1] = { median = point.jobs }, point.speedup
    end
    for j, at in ipairs(series.curve) do
      curve[j] = { x = at.jobs, y = at.speedup }
      ys[#ys + 1] = { median = at.speedup }
    end
    local last = series.group.points[#series.group.points]
    panels[i] = h.div({ class = "small" }, h.p({ class = "name" }, value.outside(series.name)),
      panel.lines { x = strip.scale(xs), y = strip.scale(ys), lines = {
        { class = "serial", points = curve }, { class = "process", points = points } } },
      h.p({ class = "ends" }, h.span({}, ("law: %s"):format(series.law)),
        h.span({}, ("%d workers: %s"):format(last.jobs, units.ratio(last.speedup.median)))))
  end
  return h.div({ class = "smalls" }, panels)
end

function chart.make(run, d)
  local list, rows, shown, words = series_of(run, d), {}, {}, {}
  if #list == 0 then return {} end
  for i, series in ipairs(list) do
    local last = series.group.points[#series.group.points]
    words[i] = ("%s %s with %d workers"):format(series.name, units.ratio(last.speedup.median),
      last.jobs)
    for _, point in ipairs(series.group.points) do
      local speedup, fitted = point.speedup, series.at(point.jobs)
      rows[#rows + 1] = { series.name, point.jobs, speedup.median, speedup.low, speedup.high,
        series.law, fitted }
      shown[#shown + 1] = { value.outside(series.name), tostring(point.jobs),
        value.estimate(speedup, units.ratio), series.law, units.ratio(fitted) }
    end
  end
  local drawn = drawn_of(list, d)
  return { { id = "scaling-curves", title = "Speed-up by number of workers",
    caption = "Dots: the speed-up over one worker of the same, the upright bars their intervals. "
      .. "Dashed: the fitted law. Both axes are logarithmic: a straight line at 45° would be no "
      .. "loss at all." .. (#drawn < #list and (" %d of %d rows are drawn%s; the table has all."):
        format(#drawn, #list, d.has_sizes and ", of the largest size" or "") or ""),
    alt = "Speed-up against workers: " .. table.concat(words, "; ") .. ".",
    spec = spec_of(drawn), static = static_of(drawn), rows = rows, shown = shown,
    csv_columns = { { "row" }, { "jobs" }, { "speedup" }, { "low" }, { "high" }, { "law" },
      { "fitted" } },
    columns = { { "Row", keep = true }, { "Workers", num = true }, { "Speed-up", num = true },
      { "Law", keep = true }, { "Fitted", num = true } },
  } }
end

return chart
