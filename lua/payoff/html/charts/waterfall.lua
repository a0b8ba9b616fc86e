-- waterfall: why each port is as fast as it is: the factors of its speed-up, one after the other on
-- a logarithmic axis, from 1 to the speed-up.

local data = require "payoff.html.data"
local digest = require "payoff.digest"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local panel = require "payoff.html.panel"
local strip = require "payoff.html.strip"
local ticks = require "payoff.html.ticks"
local units = require "payoff.units"
local value = require "payoff.html.value"

local waterfall = {}

local ORDER = { "instructions", "cpi", "clock", "per_instruction", "cpu", "parallel", "rest",
  "total" }
local SHORT = { instructions = "instructions", cpi = "IPC", clock = "clock",
  per_instruction = "time per instruction", cpu = "CPU time", parallel = "CPUs at once",
  rest = "unexplained", total = "speed-up" }
local COLOURS = { instructions = "$process", cpi = "$good", clock = "#8a6fd1",
  per_instruction = "$good", cpu = "$process", parallel = "$thread", rest = "$bad",
  total = "$muted" }

local function entries_of(d)
  local list = {}
  for _, group in ipairs(d.groups) do
    local cell = group.best
    local parts = cell and cell.decomposition
    if parts and #parts.terms > 0 then
      list[#list + 1] = { subject = group.subject.name, cell = cell, parts = parts }
    end
  end
  return list
end

local function values_of(entries)
  local values, used = {}, {}
  for rank, entry in ipairs(entries) do
    local at = 1
    local function add(name, from, to, text)
      used[name] = true
      values[#values + 1] = { subject = line(entry.subject), rank = rank, term = SHORT[name],
        from = from, to = to, text = text, place = digest.place_text(entry.cell) }
    end
    for _, term in ipairs(entry.parts.terms) do
      local to = at * term.ratio.median
      add(term.name, at, to, (units.interval(term.ratio, units.ratio)))
      at = to
    end
    add("total", 1, entry.cell.speedup.median, (units.interval(entry.cell.speedup, units.ratio)))
  end
  return values, used
end

local function spec_of(entries)
  local values, used = values_of(entries)
  local terms, colours = {}, {}
  for _, name in ipairs(ORDER) do
    if used[name] then
      terms[#terms + 1], colours[#colours + 1] = SHORT[name], COLOURS[name]
    end
  end
  local low, high = 1, 1
  for _, one in ipairs(values) do
    low, high = math.min(low, one.from, one.to), math.max(high, one.from, one.to)
  end
  local scale = { type = "log", nice = false, domain = data.array { low / 1.05, high * 1.05 } }
  local marks = ticks.of(low / 1.05, high * 1.05)
  local axis = { labelExpr = "format(datum.value, '~g') + '×'", grid = true, domain = false,
    values = marks, tickCount = not marks and 6 or nil }
  return {
    data = { values = data.array(values) }, width = "container",
    autosize = { type = "fit-x", contains = "padding" },
    height = #entries * (12 + 9 * #terms),
    encoding = {
      y = { field = "subject", type = "nominal", title = data.null,
        sort = { field = "rank", op = "min" }, scale = { paddingInner = 0.14, paddingOuter = 0 },
        axis = { grid = true, domain = false, ticks = false, labelPadding = 8, labelLimit = 150,
          tickBand = "extent" } },
      yOffset = { field = "term", type = "nominal", sort = data.array(terms) },
    },
    layer = data.array { {
      mark = { type = "bar", minBandSize = 3 },
      encoding = {
        x = { field = "from", type = "quantitative", scale = scale, axis = axis,
          title = "times faster" },
        x2 = { field = "to" },
        color = { field = "term", type = "nominal",
          scale = { domain = data.array(terms), range = data.array(colours) },
          legend = { title = data.null, orient = "top", columns = "$columns" } },
        tooltip = data.array { { field = "subject", title = "subject" },
          { field = "place", title = "where" }, { field = "term", title = "factor" },
          { field = "text", title = "times" } },
      },
    } },
  }
end

-- The same without a script: a line per factor.
local function static_of(entries)
  local values, ends, last, rows = values_of(entries), {}, nil, {}
  for i, one in ipairs(values) do ends[i] = { median = one.to, low = one.from, high = one.to } end
  local scale = strip.scale(ends, 1)
  for i, one in ipairs(values) do
    rows[i] = h.div({ class = "bar" },
      h.span({ class = "name" }, one.rank ~= last and value.outside(one.subject) or nil),
      h.span({ class = "place" }, one.term),
      panel.bar(one.from, one.to, scale, one.term == SHORT.total and "serial" or "process"),
      h.span({ class = "num" }, (one.text:gsub(" .*", ""))))
    last = one.rank
  end
  return h.div({ class = "bars" }, rows)
end

local function words(entries)
  local texts = {}
  for i, entry in ipairs(entries) do
    texts[i] = ("%s: %s"):format(entry.subject, entry.parts.text)
  end
  return "Factors of each port's speed-up. " .. table.concat(texts, ". ") .. "."
end

local function tables_of(entries)
  local rows, shown = {}, {}
  for _, entry in ipairs(entries) do
    for _, term in ipairs(entry.parts.terms) do
      local ratio = term.ratio
      rows[#rows + 1] = { entry.subject, entry.cell.mode, entry.cell.jobs, entry.cell.start,
        entry.cell.size, term.name, ratio.median, ratio.low, ratio.high, ratio.level, ratio.n,
        term.source, term.state, term.reason }
      shown[#shown + 1] = { value.outside(entry.subject), digest.place_text(entry.cell),
        tostring(entry.cell.size), term.title, value.estimate(ratio, units.ratio),
        term.source or "", term.state or "", term.reason and value.outside(term.reason) or "" }
    end
  end
  return rows, shown
end

local function shape(chart)
  -- The CSV has every field; the table on the page joins some of them.
  chart.csv_columns = { { "subject" }, { "mode" }, { "jobs" }, { "start" }, { "size" },
    { "factor" }, { "median" }, { "low" }, { "high" }, { "level" }, { "n" }, { "source" },
    { "state" }, { "reason" } }
  return chart
end

function waterfall.make(_, d)
  local entries = entries_of(d)
  if #entries == 0 then return {} end
  local rows, shown = tables_of(entries)
  local reason
  for _, entry in ipairs(entries) do reason = reason or entry.parts.reason end
  return { shape {
    id = "decomposition", title = "Factors of the speed-ups", alt = words(entries),
    caption = "Why each port is as fast as it is, in its best place: the factors multiply to its "
      .. "speed-up; each begins where the one before ended." .. (reason
        and " Not split further here, because of this: " .. reason:gsub("[%s.]+$", "") .. "."
        or ""),
    spec = spec_of(entries), static = static_of(entries),
    columns = { { "Subject", keep = true }, { "Where", keep = true }, { "Size", num = true },
      { "Factor" }, { "Times", num = true }, { "Source" }, { "State" }, { "Note" } },
    rows = rows, shown = shown,
  } }
end

return waterfall
