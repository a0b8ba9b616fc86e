-- cells: everything that was measured, one row per subject × mode × jobs × start, a table per size.

local balance = require "payoff.balance"
local digest = require "payoff.digest"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local strip = require "payoff.html.strip"
local units = require "payoff.units"
local value = require "payoff.html.value"

local cells = { id = "cells", title = "Every measurement", short = "Measurements" }

local function head(d)
  local names = { { "Mode" }, { "Start", "cold: the workers start inside the clock" }, { "Result" },
    { "Time", "for all tasks: median and interval; which time: How far to trust it", true },
    { "Speed-up", "over the baseline: median and interval", true }, { "", nil },
    { "Efficiency", "over its own serial run, per worker", true } }
  if d.has_instructions then
    names[#names + 1] = { "Instr. per task", "instructions per task", true }
  end
  if d.has_ipc then
    names[#names + 1] = { "IPC", "instructions per clock cycle", true }
  end
  local row = {}
  for i, name in ipairs(names) do
    row[i] = name[1] == "" and h.td({}) or
      h.th({ scope = "col", title = name[2], class = name[3] and "num" or nil }, name[1])
  end
  return h.thead({}, h.tr({}, row)), #names
end

local function unit_cells(d, cell)
  local out = {}
  if d.has_instructions then
    local estimate = (cell.per_task or {})[d.event_index.instructions]
    out[#out + 1] = h.td({ class = "num" }, value.short(estimate, units.count))
  end
  if d.has_ipc then
    out[#out + 1] = h.td({ class = "num" }, value.short((cell.metrics or {}).ipc, units.number))
  end
  return out
end

local function cell_row(d, cell, scale, width)
  local place = { h.th({ scope = "row" }, digest.workers_text(cell)),
    h.td({}, cell.mode == "serial" and "" or cell.start) }
  local state = h.td({}, value.verdict(cell.verdict, digest.WORDS))
  if not cell.time then
    local text = cell.verdict and cell.verdict.text
    return h.tr({ class = cell.verdict and cell.verdict.state }, place, state,
      h.td({ class = "said", colspan = width - 3 }, text and value.outside(text)
        or value.unknown("nothing was measured")))
  end
  local right = digest.is_right(cell.verdict)
  local reason = not right and "a wrong or failed cell has no speed-up" or nil
  local speedup = cell.baseline and h.span({ class = "tag" }, "baseline")
    or value.estimate(cell.speedup, units.ratio, { reason = reason })
  return h.tr({ class = cell.verdict.state }, place, state,
    h.td({ class = "num" }, value.estimate(cell.time, units.time,
      { struck = cell.verdict.state == "wrong" })),
    h.td({ class = "num" }, speedup),
    h.td({ class = "track" }, scale and strip.draw(cell.speedup, scale, cell.mode,
      cell.start == "cold") or nil),
    h.td({ class = "num" }, cell.mode ~= "serial"
      and value.estimate(cell.efficiency, units.percent, { reason = reason }) or nil),
    unit_cells(d, cell))
end

local function group_head(group, width, alone)
  local verdict, subject = group.verdict, group.subject
  local said = not digest.is_right(verdict) and verdict.text or subject.teaches
  return h.tr({ class = "group" }, h.th({ scope = "rowgroup", colspan = width },
    value.outside(subject.name), alone and h.span({ class = "alone" },
      value.verdict(verdict, digest.WORDS)) or nil,
    said and h.span({ class = "said " .. (verdict.state or "") }, value.outside(said)) or nil))
end

-- Nothing of the group was measured, everywhere for the same reason: one line is enough.
local function says_it_all(group, size)
  for _, cell in ipairs(group.cells) do
    local verdict = cell.verdict or {}
    if cell.size == size.size and (cell.time or verdict.state ~= group.verdict.state
      or verdict.text ~= group.verdict.text) then
      return false
    end
  end
  return true
end

local function one_table(d, size)
  local estimates, bodies = {}, {}
  for _, group in ipairs(d.groups) do
    for _, cell in ipairs(group.cells) do
      if cell.size == size.size and cell.speedup and digest.is_right(cell.verdict) then
        estimates[#estimates + 1] = cell.speedup
      end
    end
  end
  local scale = #estimates > 0 and strip.scale(estimates, 1)
  local thead, width = head(d)
  for _, group in ipairs(d.groups) do
    local rows = {}
    for _, cell in ipairs(group.cells) do
      if cell.size == size.size then
        rows[#rows + 1] = cell_row(d, cell, scale, width)
      end
    end
    if #rows > 0 then
      local alone = says_it_all(group, size)
      bodies[#bodies + 1] = h.tbody({}, group_head(group, width, alone), not alone and rows)
    end
  end
  local title = string.format("%s%s task%s%s", d.has_sizes and "Size " .. tostring(size.size)
    .. ": " or "", tostring(size.tasks or "?"), size.tasks == 1 and "" or "s",
    size.example and ", for example " .. tostring(size.example) or "")
  return h.div({ class = "scroll", tabindex = "0", role = "region", ["aria-label"] = title },
    h.table({ class = "cells" }, h.caption({}, value.outside(title)), thead, bodies))
end

-- Worker by worker, so that an uneven share shows.
local function shares(run)
  local rows, reasons, told = {}, {}, {}
  for _, cell in ipairs(run.cells or {}) do
    local of = balance.of(cell)
    local reason = of and cell.workers_reason
    if reason and not told[reason] then
      told[reason], reasons[#reasons + 1] = true, h.p({ class = "note" },
        "Instructions of each worker: not counted: ", value.outside(reason))
    end
    for i, row in ipairs(of and cell.workers or {}) do
      local instructions = balance.instructions(row)
      rows[#rows + 1] = { i == 1 and value.outside(cell.subject) or "",
        i == 1 and digest.place_text(cell) or "", tostring(i), row.tasks and tostring(row.tasks)
          or value.unknown("not told"),
        row.wall_ns and units.time(row.wall_ns) or value.unknown("not told"),
        row.cpu_ns and units.time(row.cpu_ns) or value.unknown("not told"),
        instructions and units.count(instructions) or value.unknown("not counted"),
        row.switches and tostring(row.switches) or value.unknown("not told") }
    end
  end
  if #rows == 0 then
    return nil
  end
  return h.details({}, h.summary({}, "Who did how much, worker by worker"),
    figure.table("Each worker in the last sample of each row", { { "Subject", keep = true },
      { "Where", keep = true }, { "Worker", num = true }, { "Tasks", num = true },
      { "Elapsed", num = true }, { "CPU time", num = true }, { "Instructions", num = true },
      { "Switches", num = true } }, rows), reasons)
end

function cells.render(run, d)
  local tables = {}
  for i, size in ipairs(d.sizes) do
    tables[i] = one_table(d, size)
  end
  if #tables == 0 then
    return h.p({ class = "note" }, "Nothing was measured.")
  end
  return h.list(tables, shares(run), d.has_instructions and h.p({ class = "note" },
    "Instructions and IPC are medians; where every counter comes from stands under Counters.")
    or nil)
end

return cells
