-- dots: the chart that speed-up and time share: a line per subject, a dot with its interval for
-- each of its cells, on a logarithmic axis; and the same as a figure that needs no script.
--
--   dots.make { id = "speedup-1", cells = list, pick = function(cell) return cell.speedup end, … }

local data = require "payoff.html.data"
local digest = require "payoff.digest"
local figure_strip = require "payoff.html.strip"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local ticks = require "payoff.html.ticks"
local units = require "payoff.units"
local value = require "payoff.html.value"

local dots = {}

local MODES = { "serial", "process", "thread" }
local COLORS = { "$serial", "$process", "$thread" }

local function series_of(cell)
  return cell.mode == "serial" and "serial" or string.format("%s %d", cell.mode, cell.jobs or 1)
end

-- The rows that the chart draws, in the order of the page.
local function values_of(options)
  local values, series, series_count, subjects, last = {}, {}, 0, 0, nil
  for rank, entry in ipairs(options.entries) do
    local cell, estimate = entry.cell, entry.estimate
    local name = series_of(cell)
    if not series[name] then
      series_count = series_count + 1
      series[name] = series_count
    end
    if cell.subject ~= last then
      subjects, last = subjects + 1, cell.subject
    end
    values[rank] = {
      subject = line(cell.subject), rank = entry.group, series = name,
      series_rank = ({ serial = 0, process = 1e6, thread = 2e6 })[cell.mode] or 3e6 + cell.jobs,
      mode = cell.mode, start = cell.start, place = digest.place_text(cell),
      value = estimate.median / options.unit, low = estimate.low and estimate.low / options.unit,
      high = estimate.high and estimate.high / options.unit,
      text = units.interval(estimate, options.formatter),
    }
    values[rank].series_rank = values[rank].series_rank + (cell.jobs or 1)
  end
  return values, series_count, subjects
end

local SCALE = { domain = data.array(MODES), range = data.array(COLORS) }
-- Each layer says the same of its legend; Vega-Lite merges them into one.
local COLOR = { field = "mode", type = "nominal", scale = SCALE,
  legend = { title = data.null, orient = "top", symbolType = "circle", symbolOpacity = 1 } }

-- Cold starts are hollow.
local function point_layer(options, cold)
  local mark = { type = "point", size = 46, strokeWidth = 1.6, opacity = 1, filled = not cold }
  if cold then
    mark.fill = "$paper"
  end
  return {
    transform = data.array { { filter = cold and "datum.start === 'cold'"
      or "datum.start !== 'cold'" } },
    mark = mark,
    encoding = {
      x = options.x, color = COLOR,
      tooltip = data.array {
        { field = "subject", title = "subject" }, { field = "place", title = "where" },
        { field = "text", title = options.what },
      },
    },
  }
end

local function range_layer(x)
  return {
    transform = data.array { { filter = "isValid(datum.low) && isValid(datum.high)" } },
    mark = { type = "rule", strokeWidth = 7, opacity = 0.3, strokeCap = "butt" },
    encoding = { x = { field = "low", type = "quantitative", scale = x.scale, title = x.title,
      axis = x.axis }, x2 = { field = "high" }, color = COLOR },
  }
end

-- {low, high} of what is drawn, with a little air on both sides.
local function domain_of(values, origin)
  local low, high = origin or values[1].value, origin or values[1].value
  for _, entry in ipairs(values) do
    low = math.min(low, entry.low and entry.low > 0 and entry.low or entry.value)
    high = math.max(high, entry.high or entry.value)
  end
  local air = math.max((high / low) ^ 0.03, 1.02)
  return low / air, high * air
end

local function spec_of(options)
  local values, series_count, subjects = values_of(options)
  local low, high = domain_of(values, options.origin)
  local x = { field = "value", type = "quantitative", title = options.axis_title,
    scale = { type = "log", nice = false, domain = data.array { low, high } },
    axis = { labelExpr = options.label, values = ticks.of(low, high), grid = true,
      domain = false } }
  options.x = x
  local layers = {}
  if options.origin then
    layers[1] = {
      data = { values = data.array { { at = options.origin } } },
      mark = { type = "rule", stroke = "$muted", strokeDash = data.array { 3, 3 } },
      encoding = { x = { field = "at", type = "quantitative", scale = x.scale, title = x.title,
        axis = x.axis }, y = data.null, yOffset = data.null },
    }
  end
  layers[#layers + 1] = range_layer(x)
  layers[#layers + 1] = point_layer(options, false)
  layers[#layers + 1] = point_layer(options, true)
  return {
    data = { values = data.array(values) }, width = "container",
    autosize = { type = "fit-x", contains = "padding" },
    height = subjects * math.max(20, 8 + 11 * series_count),
    encoding = {
      y = { field = "subject", type = "nominal", title = data.null,
        sort = { field = "rank", op = "min" }, scale = { paddingInner = 0.12, paddingOuter = 0 },
        axis = { grid = true, domain = false, ticks = false, labelPadding = 8,
          labelLimit = 150, tickBand = "extent" } },
      yOffset = { field = "series", type = "nominal",
        sort = { field = "series_rank", op = "min" } },
    },
    layer = data.array(layers),
  }
end

local function static_of(options)
  local estimates = {}
  for i, entry in ipairs(options.entries) do
    estimates[i] = entry.estimate
  end
  local scale = figure_strip.scale(estimates, options.origin)
  local rows, last = {}, nil
  for i, entry in ipairs(options.entries) do
    local cell = entry.cell
    rows[i] = h.div({ class = "bar" },
      h.span({ class = "name" }, cell.subject ~= last and value.outside(cell.subject) or nil),
      h.span({ class = "place" }, digest.place_text(cell)),
      figure_strip.draw(entry.estimate, scale, cell.mode, cell.start == "cold"),
      h.span({ class = "num" }, (units.estimate(entry.estimate, options.formatter))))
    last = cell.subject
  end
  return h.div({ class = "bars" }, rows)
end

local function table_of(options)
  local rows, shown = {}, {}
  for i, entry in ipairs(options.entries) do
    local cell, estimate = entry.cell, entry.estimate
    local parts = units.parts(estimate, options.formatter)
    rows[i] = { cell.subject, cell.mode, cell.jobs, cell.start, cell.size, estimate.median,
      estimate.low, estimate.high, estimate.level, estimate.n }
    shown[i] = { value.outside(cell.subject), cell.mode, tostring(cell.jobs), cell.start,
      tostring(cell.size), parts.median .. parts.suffix,
      parts.low and parts.low .. parts.suffix or value.unknown(estimate.reason),
      parts.high and parts.high .. parts.suffix or value.unknown(estimate.reason),
      estimate.level and string.format("%.1f%%", 100 * estimate.level) or value.unknown(),
      value.plain(estimate.n, units.count) }
  end
  return rows, shown
end

-- options: id, title, caption, what (word for the tooltip), axis_title, label (Vega expression),
-- formatter, unit (divides the estimate for the axis), origin, entries = { {cell, estimate,
-- group}, … } in the order of the page. nil when there is nothing to draw.
function dots.make(options)
  if #options.entries == 0 then
    return nil
  end
  local rows, shown = table_of(options)
  return {
    id = options.id, title = options.title, caption = options.caption, alt = options.alt,
    spec = spec_of(options), static = static_of(options),
    columns = { { "Subject", keep = true }, { "Mode" },
      { "Workers", num = true, csv = "jobs" }, { "Start" },
      { "Size", num = true }, { "Median", num = true }, { "Low", num = true },
      { "High", num = true }, { "Confidence", num = true, csv = "level" },
      { "Blocks", num = true, csv = "n" } },
    rows = rows, shown = shown,
  }
end

-- The entries of one size: every right cell whose estimate is there.
function dots.entries(d, size, pick)
  local entries = {}
  for rank, group in ipairs(d.groups) do
    for _, cell in ipairs(group.cells) do
      local estimate = pick(cell)
      if cell.size == size and digest.is_right(group.verdict) and digest.is_right(cell.verdict)
        and estimate and estimate.median and estimate.median > 0 then
        entries[#entries + 1] = { cell = cell, estimate = estimate, group = rank }
      end
    end
  end
  return entries
end

return dots
