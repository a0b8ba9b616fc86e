-- page: the landscape of a tour as an HTML page, with links to the experiments' own reports.
--
--   page.render(tour, rows, { ["sieve"] = "sieve.html" })     -- rows of payoff.tour.landscape

local digest = require "payoff.digest"
local dots = require "payoff.html.charts.dots"
local figure = require "payoff.html.figure"
local frame = require "payoff.html.page"
local h = require "payoff.html.node"
local landscape = require "payoff.tour.landscape"
local lead = require "payoff.html.sections.lead"
local line = require("payoff.text").line
local machine = require "payoff.html.sections.machine"
local units = require "payoff.units"
local value = require "payoff.html.value"

local page = {}

-- A row per kernel in place of one per subject.
local function entries_of(rows)
  local entries = {}
  for rank, row in ipairs(rows) do
    for _, entry in ipairs(row.sizes) do
      local cell = setmetatable({ subject = row.name }, { __index = entry.cell })
      entries[#entries + 1] = { cell = cell, estimate = entry.speedup, group = rank }
    end
  end
  return entries
end

local function words(rows)
  local parts = {}
  for i, row in ipairs(rows) do
    parts[i] = row.best and ("%s %s (%s)"):format(row.name, units.ratio(row.best.speedup.median),
      row.word) or ("%s: %s"):format(row.name, row.word)
  end
  return ("The best speed-up of each kernel on a logarithmic axis: %s."):format(
    table.concat(parts, ", "))
end

local function chart_of(rows)
  return dots.make {
    id = "landscape", entries = entries_of(rows), what = "speed-up", origin = 1, unit = 1,
    title = "Best speed-up of every kernel, at every size",
    caption = "A dot for each size: the fastest right port against Python at its best, in whatever "
      .. "mode. The bar behind a dot is its interval, the dashed line is no difference.",
    alt = words(rows), axis_title = "times faster", label = "format(datum.value, '~g') + '×'",
    formatter = units.ratio,
  }
end

local function size_cells(entry)
  return { tostring(entry.size), value.outside(entry.cell.subject), digest.place_text(entry.cell),
    value.estimate(entry.speedup, units.ratio), entry.state,
    h.list(value.estimate(entry.over.time, units.time), " ", digest.place_text(entry.over)),
    value.estimate(entry.cell.time, units.time) }
end

local function kernel_section(row, link)
  local lines = {}
  for i, entry in ipairs(row.sizes) do lines[i] = size_cells(entry) end
  local parts = { h.p({ class = "lead" }, value.outside(row.title), ". ",
    h.strong({}, "Pays off: " .. row.word), ". ", lead.sentences(row.digest)) }
  if #lines > 0 then
    parts[2] = figure.table(row.name .. ": the best right port at every size", {
      { "Size", num = true }, { "Port", keep = true }, { "Where", keep = true },
      { "Speed-up", num = true }, { "So it is" }, { "Python at its best", num = true },
      { "The port", num = true },
    }, lines)
  end
  if link then
    parts[#parts + 1] = h.p({}, h.a({ href = link }, "The whole report on " .. line(row.name)))
  end
  return { id = "kernel-" .. row.name:gsub("[^%w]", "-"), title = line(row.name),
    body = h.list(parts) }
end

local function overview(rows)
  local lines = {}
  for i, row in ipairs(rows) do
    local best = row.best
    lines[i] = { value.outside(row.name), row.word,
      best and value.estimate(best.speedup, units.ratio) or value.unknown("no port is right"),
      best and value.outside(landscape.place_text(row, best)) or "", value.outside(row.title) }
  end
  return figure.table("Where it pays off", { { "Kernel", keep = true },
    { "Does it pay off?", keep = true }, { "At best", num = true }, { "Which port, where" },
    { "What it is" } }, lines)
end

local function warnings_of(rows)
  local seen, list = {}, {}
  for _, row in ipairs(rows) do
    for _, text in ipairs(row.run.warnings or {}) do
      if not seen[text] then
        list[#list + 1] = h.li({ dir = "auto" }, line(row.name), ": ", text)
      end
      seen[text] = true
    end
  end
  return #list > 0 and h.details({}, h.summary({}, ("%d warnings"):format(#list)), h.ul({}, list))
    or nil
end

local function header_of(tour, rows)
  local first = rows[1] and rows[1].run or {}
  return h.header({}, h.p({ class = "eyebrow" }, "payoff tour"),
    h.h1({}, value.outside(tour.title)),
    h.ul({ class = "when" }, first.started and h.li({}, first.started) or nil,
      h.li({}, ("%d kernels"):format(#rows))))
end

-- links: file name of an experiment's own report, by its name.
function page.render(tour, rows, links)
  local chart, sections = chart_of(rows), {}
  sections[1] = { id = "where", title = "Where it pays off", short = "Where",
    body = h.list(chart and figure.render(chart) or nil, overview(rows), warnings_of(rows)) }
  for _, row in ipairs(rows) do
    sections[#sections + 1] = kernel_section(row, (links or {})[row.name])
  end
  if rows[1] then
    sections[#sections + 1] = { id = "machine", title = machine.title, short = machine.short,
      body = machine.render(rows[1].run) }
  end
  local version = tostring(rows[1] and (rows[1].run.payoff or {}).version or "")
  return frame.render {
    title = line(tour.title) .. " · payoff", header = header_of(tour, rows), sections = sections,
    charts = chart and { { id = chart.id, spec = chart.spec } } or {},
    footer = h.p({}, "Made by payoff ", line(version), ". This file needs no network and loads "
      .. "nothing."),
    generator = "payoff " .. version,
  }
end

return page
