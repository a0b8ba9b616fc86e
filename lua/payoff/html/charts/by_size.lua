-- by_size: time against size, serially, with the sizes marked from which each port pays off.

local break_even = require "payoff.model.break_even"
local data = require "payoff.html.data"
local digest = require "payoff.digest"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local panel = require "payoff.html.panel"
local strip = require "payoff.html.strip"
local ticks = require "payoff.html.ticks"
local units = require "payoff.units"
local value = require "payoff.html.value"

local by_size = {}

local function values_of(d)
  local values, rows, shown = {}, {}, {}
  for rank, group in ipairs(d.groups) do
    for _, cell in ipairs(group.cells) do
      if cell.mode == "serial" and cell.time and cell.time.median and cell.time.median > 0
        and digest.is_right(cell.verdict) and digest.is_right(group.verdict) then
        local time = cell.time
        values[#values + 1] = { subject = line(cell.subject), rank = rank, size = cell.size,
          time = time.median / 1e9, low = time.low and time.low / 1e9,
          high = time.high and time.high / 1e9, text = (units.interval(time, units.time)) }
        rows[#rows + 1] = { cell.subject, cell.size, time.median, time.low, time.high, time.level,
          time.n }
        shown[#shown + 1] = { value.outside(cell.subject), tostring(cell.size),
          value.estimate(time, units.time) }
      end
    end
  end
  return values, rows, shown
end

local function marks_of(run)
  local marks = {}
  for _, entry in ipairs(run.break_even or {}) do
    local at = entry.at and entry.at.median
    if entry.mode == "serial" and at and (entry.state == "from" or entry.state == "up to") then
      marks[#marks + 1] = { subject = line(entry.subject), size = at, text =
        ("%s pays %s"):format(line(entry.subject), entry.text),
        label = ("%s %s"):format(entry.state, (break_even.at_text(entry.at):gsub(" .*", ""))) }
    end
  end
  return marks
end

local TIME = "replace(format(datum.value, '~s'), /([a-zµ]?)$/, ' $1s')"

local function has_intervals(values)
  for _, one in ipairs(values) do
    if one.low and one.high then return true end
  end
end

local function spec_of(values, marks)
  local x = { field = "size", type = "quantitative", scale = { type = "log", nice = false },
    title = "size", axis = { grid = false, format = "~s", tickCount = 6 } }
  local least, most = math.huge, 0
  for _, one in ipairs(values) do
    least, most = math.min(least, one.low or one.time), math.max(most, one.high or one.time)
  end
  local marks_at = ticks.of(least, most)
  local y = { field = "time", type = "quantitative", scale = { type = "log", nice = false },
    title = "time of one run", axis = { labelExpr = TIME, values = marks_at,
      tickCount = not marks_at and 6 or nil } }
  -- The layers have data of their own: each is told the names in their order.
  local names, known = {}, {}
  for _, one in ipairs(values) do
    if not known[one.subject] then known[one.subject], names[#names + 1] = true, one.subject end
  end
  local scale = { domain = data.array(names) }
  local color = { field = "subject", type = "nominal", scale = scale,
    legend = { title = data.null, orient = "top", columns = "$columns",
      labelLimit = 120, symbolType = "stroke" } }
  local tip = data.array { { field = "subject", title = "subject" },
    { field = "size", title = "size" }, { field = "text", title = "time" } }
  local layers = {
    { mark = { type = "line", strokeWidth = 1.6 }, encoding = { x = x, y = y, color = color } },
    { mark = { type = "point", filled = true, size = 34, opacity = 1 },
      encoding = { x = x, y = y, color = color, tooltip = tip } },
  }
  if has_intervals(values) then -- a layer of nothing has no extent, and the console says so
    layers[#layers + 1] = {
      transform = data.array { { filter = "isValid(datum.low) && isValid(datum.high)" } },
      mark = { type = "rule", strokeWidth = 3, opacity = 0.35 },
      encoding = { x = x, y = { field = "low", type = "quantitative", scale = y.scale,
        title = y.title }, y2 = { field = "high" }, color = color } }
  end
  if #marks > 0 then
    local at = { field = "size", type = "quantitative", scale = x.scale, title = x.title }
    layers[#layers + 1] = { data = { values = data.array(marks) },
      mark = { type = "rule", strokeDash = data.array { 4, 3 }, strokeWidth = 1.4 },
      encoding = { x = at, color = color,
        tooltip = data.array { { field = "text", title = "break-even" } } } }
    layers[#layers + 1] = { data = { values = data.array(marks) },
      mark = { type = "text", angle = 270, align = "left", baseline = "bottom", dx = 6, dy = -3,
        fontSize = 11 },
      encoding = { x = at, y = { value = 60 }, text = { field = "label" },
        color = color } }
  end
  return { data = { values = data.array(values) }, width = "container", height = 320,
    autosize = { type = "fit-x", contains = "padding" }, layer = data.array(layers) }
end

-- The subjects' points, in the order of the page, by size.
local function series_of(values)
  local list, by_name = {}, {}
  for _, one in ipairs(values) do
    local series = by_name[one.rank]
    if not series then
      series = { rank = one.rank, subject = one.subject, points = {} }
      by_name[one.rank], list[#list + 1] = series, series
    end
    table.insert(series.points, { x = one.size, y = one.time, text = one.text })
  end
  for _, series in ipairs(list) do
    table.sort(series.points, function(a, b) return a.x < b.x end)
  end
  return list
end

local function short(text) return (text:gsub(" %[.*", "")) end

-- A panel per port, the reference in grey: the same without a script.
local function static_of(values, marks, d)
  local sizes, times, panels, base = {}, {}, {}, nil
  for i, one in ipairs(values) do
    if one.size <= 0 then return nil end -- no logarithmic axis has it
    sizes[i], times[i] = { median = one.size }, { median = one.time }
  end
  local x, y, list = strip.scale(sizes), strip.scale(times), series_of(values)
  for _, series in ipairs(list) do
    if d.groups[series.rank].subject.reference then base = series end
  end
  for _, series in ipairs(list) do
    if series ~= base or #list == 1 then
      local at, said = {}, nil
      for _, mark in ipairs(marks) do
        if mark.subject == series.subject then at[#at + 1], said = mark.size, mark.label end
      end
      local first, last = series.points[1], series.points[#series.points]
      panels[#panels + 1] = h.div({ class = "small" }, h.p({ class = "name" },
        value.outside(series.subject), said and h.small({}, " pays " .. said) or nil),
        panel.lines { x = x, y = y, marks = at, lines = { base and { class = "serial",
          points = base.points } or { class = "serial", points = {} },
          { class = "process", points = series.points } } },
        h.p({ class = "ends" }, h.span({}, ("size %s: %s"):format(first.x, short(first.text))),
          h.span({}, ("size %s: %s"):format(last.x, short(last.text)))))
    end
  end
  return h.list(h.div({ class = "smalls" }, panels), base and h.p({ class = "note" },
    "Blue: the port; grey: ", value.outside(base.subject), "; dashed: where they meet.") or nil)
end

function by_size.make(run, d)
  if not d.has_sizes then return {} end
  local values, rows, shown = values_of(d)
  if #values == 0 then return {} end
  local marks, texts = marks_of(run), {}
  for i, mark in ipairs(marks) do texts[i] = mark.text end
  return { { id = "by-size", title = "Time by size",
    caption = "Time of one run by size, serially, both axes logarithmic; the short upright bars "
      .. "are the intervals. A dashed line is the size at which a port meets the reference.",
    alt = ("Time against size of %d serial rows. "):format(#values) ..
      (#texts > 0 and table.concat(texts, "; ") .. "." or "No port changes places with the "
        .. "reference."),
    spec = spec_of(values, marks), static = static_of(values, marks, d), rows = rows, shown = shown,
    csv_columns = { { "subject" }, { "size" }, { "median" }, { "low" }, { "high" }, { "level" },
      { "n" } },
    columns = { { "Subject", keep = true }, { "Size", num = true }, { "Time", num = true } },
  } }
end

return by_size
