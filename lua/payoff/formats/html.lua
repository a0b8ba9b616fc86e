-- html: the report that people show to others: one file, offline, with charts.
--
--   require("payoff.formats.html").render(run) --> text
--
-- A section is { id, title, render(run, digest, context) -> node or nil }; one that returns nil is
-- left out. To add one, write html/sections/NAME.lua, or a chart in html/charts/NAME.lua,
-- and name it below.

local charts = require "payoff.html.sections.charts"
local digest = require "payoff.digest"
local h = require "payoff.html.node"
local page = require "payoff.html.page"
local text = require "payoff.text"
local units = require "payoff.units"
local value = require "payoff.html.value"

local format = { name = "html", extension = ".html" }

local SECTIONS = {
  require "payoff.html.sections.glance",
  require "payoff.html.sections.verdicts",
  charts.section("speedups", "How much faster", "Speed-up", require "payoff.html.charts.speedup"),
  charts.section("why", "Why it is so", "Why", require "payoff.html.charts.waterfall"),
  require "payoff.html.sections.payoff",
  require "payoff.html.sections.right",
  require "payoff.html.sections.cells",
  charts.section("sizes", "Time by size", "Sizes", require "payoff.html.charts.by_size"),
  charts.section("times", "How long it takes", "Time", require "payoff.html.charts.time"),
  require "payoff.html.sections.from_start",
  require "payoff.html.sections.scaling",
  require "payoff.html.sections.moment",
  charts.section("noise", "How steady it was", "Noise", require "payoff.html.charts.samples"),
  charts.section("history", "Over time", "History", require "payoff.html.charts.history"),
  require "payoff.html.sections.counters",
  require "payoff.html.sections.ledger",
  require "payoff.html.sections.subjects",
  require "payoff.html.sections.machine",
  require "payoff.html.sections.origin",
  (require "payoff.html.sections.reading"), -- its first result alone
}

local MONTHS = { "January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December" }

-- "2026-11-23T12:00:00Z" -> "23 November 2026, 12:00 UTC"; anything else as it is.
local function date_text(started)
  local year, month, day, time = tostring(started):match("^(%d+)-(%d+)-(%d+)T(%d+:%d+)")
  if not year or not MONTHS[tonumber(month)] then
    return tostring(started)
  end
  return string.format("%d %s %s, %s UTC", tonumber(day), MONTHS[tonumber(month)], year, time)
end

local function machine_text(run)
  local cpu = run.machine and run.machine.cpu
  local model = type(cpu) == "table" and (cpu.model or cpu.name) or cpu
  return type(model) == "string" and model or nil
end

local function header(run, title)
  local facts = {}
  local function add(content)
    if content then facts[#facts + 1] = h.li({}, content) end
  end
  add(run.started and date_text(run.started))
  add(run.wall_s and "took " .. units.time(run.wall_s * 1e9))
  local machine = machine_text(run)
  add(machine and value.outside(machine))
  for _, subject in ipairs(run.subjects or {}) do
    if subject.reference then add(subject.runtime and value.outside(subject.runtime)) end
  end
  return h.header({}, h.p({ class = "eyebrow" }, "payoff report",
      run.interrupted and h.span({ class = "tag bad" }, "interrupted") or nil),
    h.h1({}, value.outside(title)), h.ul({ class = "when" }, facts))
end

local function footer(run)
  local payoff = run.payoff or {}
  return h.p({}, "Made by payoff ", text.clean(payoff.version or ""), ". This file needs no "
    .. "network and loads nothing.")
end

function format.render(run)
  local d, context, sections = digest.of(run), { charts = {} }, {}
  for _, section in ipairs(SECTIONS) do
    local body = section.render(run, d, context)
    if body then
      sections[#sections + 1] = { id = section.id, title = section.title, short = section.short,
        body = body }
    end
  end
  local experiment = run.experiment or {}
  local title = experiment.title or experiment.name or "experiment"
  return page.render {
    title = text.line(title) .. " · payoff", header = header(run, title), sections = sections,
    charts = context.charts, footer = footer(run),
    generator = "payoff " .. tostring((run.payoff or {}).version or ""),
  }
end

return format
