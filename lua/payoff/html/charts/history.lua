-- history: how the rows' times went over the runs of the store, with the points where a level
-- changed. `run.history` is what payoff.history.of returns; nothing is drawn of fewer than two
-- runs.

local data = require "payoff.html.data"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local panel = require "payoff.html.panel"
local strip = require "payoff.html.strip"
local units = require "payoff.units"
local value = require "payoff.html.value"

local chart = {}

local MOST = 12 -- rows that are drawn; the table has all

-- The runs at which the level of a series changes, with the ratio of the levels.
local function changes_of(one)
  local at = {}
  for i = 2, #one.stretches do
    at[one.stretches[i].first] = one.stretches[i].level / one.stretches[i - 1].level
  end
  return at
end

local function change_text(ratio)
  if not ratio then return "" end
  return ("%s %s%%"):format(ratio > 1 and "+" or "−", units.number(math.abs(ratio - 1) * 100))
end

local function drawable(run)
  local list = {}
  for _, row in ipairs(run.history or {}) do
    if row.series[1] and #row.series[1].points > 1 then list[#list + 1] = row end
  end
  return list
end

local function values_of(list)
  local values = {}
  for rank, row in ipairs(list) do
    if rank <= MOST then
      local changes = changes_of(row.series[1])
      for i, point in ipairs(row.series[1].points) do
        values[#values + 1] = { row = line(row.name), rank = rank, run = point.run, order = i,
          time = point.median / 1e9, low = point.low and point.low / 1e9,
          high = point.high and point.high / 1e9, text = (units.interval(point, units.time)),
          started = point.started, commit = point.commit or "", changed = changes[i] ~= nil,
          change = change_text(changes[i]) }
      end
    end
  end
  return values
end

local TIME = "replace(format(datum.value, '~s'), /([a-zµ]?)$/, ' $1s')"

local function spec_of(values, names)
  local x = { field = "run", type = "ordinal", title = "run", axis = { labelAngle = 0,
    labelOverlap = true } }
  local y = { field = "time", type = "quantitative", title = "time of one run",
    scale = { type = "log", nice = false }, axis = { labelExpr = TIME, tickCount = 6 } }
  local color = { field = "row", type = "nominal",
    scale = { domain = data.array(names) },
    legend = { title = data.null, orient = "top", columns = "$pairs", labelLimit = 320,
      symbolType = "stroke" } }
  local tip = data.array { { field = "row", title = "row" }, { field = "run", title = "run" },
    { field = "started", title = "started" }, { field = "commit", title = "commit" },
    { field = "text", title = "time" }, { field = "change", title = "change of level" } }
  return { data = { values = data.array(values) }, width = "container", height = 300,
    autosize = { type = "fit-x", contains = "padding" }, layer = data.array {
      { mark = { type = "line", strokeWidth = 1.4 }, encoding = { x = x, y = y, color = color } },
      { mark = { type = "point", filled = true, size = 30, opacity = 1 },
        encoding = { x = x, y = y, color = color, tooltip = tip } },
      { transform = data.array { { filter = "datum.changed" } },
        mark = { type = "point", shape = "diamond", size = 150, strokeWidth = 2, filled = false },
        encoding = { x = x, y = y, color = color, tooltip = tip } } } }
end

-- A small panel for each row: the same without a script.
local function static_of(list)
  local panels = {}
  for rank, row in ipairs(list) do
    if rank <= MOST then
      local points, times, orders, marks = {}, {}, {}, {}
      local changes = changes_of(row.series[1])
      for i, point in ipairs(row.series[1].points) do
        local x = math.exp(i) -- the panel's axes are logarithmic, and runs are evenly spaced
        points[i], times[i] = { x = x, y = point.median }, { median = point.median }
        orders[i] = { median = x }
        if changes[i] then marks[#marks + 1] = x end
      end
      local first, last = row.series[1].points[1], row.series[1].points[#points]
      panels[rank] = h.div({ class = "small" }, h.p({ class = "name" }, value.outside(row.name)),
        panel.lines { x = strip.scale(orders), y = strip.scale(times), marks = marks,
          lines = { { class = "process", points = points } } },
        h.p({ class = "ends" }, h.span({}, ("run %s: %s"):format(first.run,
          units.time(first.median))), h.span({}, ("run %s: %s"):format(last.run,
          units.time(last.median)))))
    end
  end
  return h.div({ class = "smalls" }, panels)
end

local function rows_of(list)
  local rows, shown = {}, {}
  for _, row in ipairs(list) do
    for position, one in ipairs(row.series) do
      local changes = changes_of(one)
      local apart = position > 1 and table.concat(one.differences, "; ") or ""
      for i, point in ipairs(one.points) do
        rows[#rows + 1] = { row.cell, point.run, point.started, point.commit, point.median,
          point.low, point.high, changes[i], apart }
        shown[#shown + 1] = { value.outside(row.name), tostring(point.run),
          value.outside(point.started or ""), value.outside(point.commit or ""),
          value.estimate(point, units.time), change_text(changes[i]), value.outside(apart) }
      end
    end
  end
  return rows, shown
end

local function words(list)
  local changed = 0
  for _, row in ipairs(list) do changed = changed + math.max(0, #row.series[1].stretches - 1) end
  return ("The time of %d rows over the runs of the store; %s."):format(#list, changed == 0
    and "no change of level was found" or changed .. " changes of level were found")
end

function chart.make(run)
  local list, names = drawable(run), {}
  if #list == 0 then return {} end
  for i = 1, math.min(MOST, #list) do names[i] = line(list[i].name) end
  local rows, shown = rows_of(list)
  return { { id = "history-runs", title = "Time over the runs of the store",
    caption = ("The median of every run of the same machine, compilers and interpreters%s. A "
      .. "diamond, or a dashed line, stands where the level changed: over several runs, and by at "
      .. "least 0.5 %%. Fewer than five runs say nothing. Other runs stand in the table, with "
      .. "what differs."):format(#list > MOST and (" (%d of %d rows)"):format(MOST, #list) or ""),
    alt = words(list), spec = spec_of(values_of(list), names), static = static_of(list),
    rows = rows, shown = shown,
    csv_columns = { { "cell" }, { "run" }, { "started" }, { "commit" }, { "median_ns" },
      { "low_ns" }, { "high_ns" }, { "level_ratio" }, { "apart" } },
    columns = { { "Row", keep = true }, { "Run", num = true }, { "Started", keep = true },
      { "Commit", keep = true }, { "Time", num = true }, { "Change of level", num = true },
      { "Apart, because" } },
  } }
end

return chart
