-- counters: what was counted per task, where every figure comes from, and what it means.

local digest = require "payoff.digest"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local sentence = require("payoff.text").sentence
local units = require "payoff.units"
local value = require "payoff.html.value"

local counters = { id = "counters", title = "Counters", short = "Counters" }

local function formatter_of(event)
  return event.unit == "ns" and units.time or units.count
end

-- Events and metrics that have a value in at least one cell.
local function columns_of(run)
  local columns = {}
  for i, event in ipairs(run.events or {}) do
    columns[#columns + 1] = { title = event.name or event.asked, formatter = formatter_of(event),
      pick = function(cell) return (cell.per_task or {})[i] end }
  end
  for _, metric in ipairs(run.metrics or {}) do
    columns[#columns + 1] = { title = metric.title or metric.name,
      formatter = metric.unit == "%" and units.percent or units.number,
      pick = function(cell) return (cell.metrics or {})[metric.name] end }
  end
  local kept = {}
  for _, column in ipairs(columns) do
    for _, cell in ipairs(run.cells or {}) do
      local estimate = column.pick(cell)
      if estimate and estimate.median then
        kept[#kept + 1] = column
        break
      end
    end
  end
  return kept
end

local function per_task(run, d)
  local columns = columns_of(run)
  if #columns == 0 then
    return h.p({ class = "note" }, "Nothing was counted.")
  end
  local heads = { { "Subject", keep = true }, { "Where", keep = true } }
  for _, column in ipairs(columns) do
    heads[#heads + 1] = { column.title, num = true }
  end
  local rows = {}
  for _, group in ipairs(d.groups) do
    for _, cell in ipairs(group.cells) do
      if cell.time or cell.simulated then
        local row = { value.outside(cell.subject), digest.place_text(cell) }
        for _, column in ipairs(columns) do
          row[#row + 1] = value.short(column.pick(cell), column.formatter)
        end
        rows[#rows + 1] = row
      end
    end
  end
  return figure.table("Counted per task, median over blocks; metrics for the whole sample", heads,
    rows)
end

local function provenance(run)
  local rows, first = {}, {}
  for i, event in ipairs(run.events or {}) do
    local reason, remark = event.reason, ""
    if reason then
      remark = first[reason] and "as for " .. first[reason] or value.outside(reason)
      first[reason] = first[reason] or event.asked or event.name
    end
    rows[i] = { event.asked or event.name, event.name or "", event.unit or "", event.source or "",
      event.state or "", remark }
  end
  if #rows == 0 then
    return nil
  end
  return figure.table("Where each counter comes from",
    { { "Asked for", keep = true },
      { "Counted as", keep = true, title = ":u is user space alone" }, { "Unit" }, { "Source" },
      { "State", keep = true }, { "Remark" } }, rows)
end

local function metric_list(run)
  local items, told = {}, {}
  for _, event in ipairs(run.events or {}) do
    told[event.reason or ""] = true
  end
  for _, metric in ipairs(run.metrics or {}) do
    items[#items + 1] = h.dt({}, value.outside(metric.title or metric.name))
    items[#items + 1] = h.dd({}, metric.prose and value.outside(metric.prose) or nil,
      not metric.available and h.span({}, " Not available here",
        told[metric.reason or ""] and ", as said above." or h.list(": ",
          value.outside(sentence(metric.reason or "the reason is not known")))) or nil)
  end
  return #items > 0 and h.list(h.h3({}, "What the figures mean"), h.dl({ class = "prose" }, items))
    or nil
end

function counters.render(run, d)
  return h.list(provenance(run), metric_list(run), h.details({ class = "printed" },
    h.summary({}, "Every count, row by row"), per_task(run, d)))
end

return counters
