-- glance: the first screen. Is each port right, how much faster is it, where, and why?

local digest = require "payoff.digest"
local h = require "payoff.html.node"
local lead = require "payoff.html.sections.lead"
local sentence = require("payoff.text").sentence
local strip = require "payoff.html.strip"
local units = require "payoff.units"
local value = require "payoff.html.value"

local glance = { id = "glance", title = "At a glance", short = "Glance" }

local function plural(n, one, many)
  return n == 1 and one or many
end

local function heading_of(list)
  return string.format("%d %s to know before believing a number", #list,
    plural(#list, "thing", "things"))
end

-- The line above the table that leads to what stands below it: the answers come first, on a
-- telephone too, and nobody gets to a number without having been told.
local function heed(run)
  local list = run.warnings or {}
  return #list > 0 and h.p({ class = "heed" }, h.a({ href = "#warnings" }, heading_of(list)))
    or nil
end

local function warnings(run)
  local list = run.warnings or {}
  if #list == 0 then
    return nil
  end
  local items = {}
  for i, text in ipairs(list) do
    items[i] = h.li({ dir = "auto" }, text)
  end
  return h.aside({ class = "warnings", ["aria-labelledby"] = "warnings" },
    h.h3({ id = "warnings" }, heading_of(list)), h.ul({}, items))
end

local function cell_of(attributes, ...)
  attributes.role = "cell"
  return h.td(attributes, ...)
end

local function remark(...)
  return h.span({ class = "teaches" }, ...)
end

-- What the verdict's word alone does not say.
local function remarks_of(group)
  local remarks = {}
  if group.verdict.state == "within" and group.verdict.text then
    local text = group.verdict.text:gsub("^within tolerance: ", "")
    remarks[1] = remark(value.outside(text))
  end
  if group.subject.expect and group.subject.expect == group.verdict.state then
    remarks[#remarks + 1] = remark("as expected")
  end
  for _, other in ipairs(group.trouble) do
    -- Its reason stands with the cell's own row.
    remarks[#remarks + 1] = remark(digest.WORDS[other.verdict.state], ": ",
      digest.place_text(other))
  end
  return remarks
end

-- The last columns of a port that has no speed-up: why it has none, in one.
local function no_speedup(group)
  local text = group.verdict.text
  if digest.is_right(group.verdict) then
    text = group.subject.reference and "what the others are compared with"
      or "no speed-up to show"
  end
  local why = (group.subject.verify or {}).why
  return cell_of({ class = "said", colspan = "4" },
    text and value.outside(text) or value.unknown(), why and remark(value.outside(why)) or nil)
end

-- "207× less CPU time × 1.98 more CPUs" -> its factors, each but the first with its "×".
local function factors(phrase)
  local out, from = {}, 1
  while true do
    local at = phrase:find(" × ", from, true)
    out[#out + 1] = (#out > 0 and "× " or "") .. phrase:sub(from, at and at - 1)
    if not at then return out end
    from = at + #" × "
  end
end

-- Lines end between phrases and factors, not within.
local function phrases(list)
  local out = {}
  for i, phrase in ipairs(list) do
    local parts = factors(phrase)
    for k, part in ipairs(parts) do
      out[#out + 1] = h.list(h.span({ class = "keep" }, part,
        k == #parts and i < #list and " ·" or nil), " ")
    end
  end
  return out
end

local function speedup_cells(d, group, scale)
  local cell, why = group.best, digest.why(d, group)
  local efficient = why[#why] and why[#why]:match("%S+ efficient$") -- belongs to the place
  if efficient then why[#why] = nil end
  local place = digest.place_text(cell)
  if d.has_sizes then
    place = place .. ", size " .. tostring(cell.size)
  end
  return { cell_of({ class = "much" }, value.estimate(cell.speedup, units.ratio)),
    cell_of({ class = "track" }, strip.draw(cell.speedup, scale, cell.mode)),
    cell_of({}, place, efficient and remark(efficient) or nil),
    cell_of({}, #why > 0 and phrases(why) or value.unknown("nothing was counted")) }
end

local function row_of(d, group, scale)
  local subject = group.subject
  return h.tr({ class = group.verdict.state, role = "row" },
    h.th({ scope = "row", role = "rowheader" }, value.outside(subject.name),
      subject.reference and h.span({ class = "tag" }, "reference") or nil,
      subject.teaches and remark(value.outside(subject.teaches)) or nil),
    cell_of({}, value.verdict(group.verdict, digest.WORDS), remarks_of(group)),
    group.best and speedup_cells(d, group, scale) or no_speedup(group))
end

local function scale_of(d)
  local estimates = {}
  for _, group in ipairs(d.groups) do
    estimates[#estimates + 1] = group.best and group.best.speedup or nil
  end
  return strip.scale(estimates, 1)
end

local function table_of(d)
  local rows, heads, scale = {}, {}, scale_of(d)
  for i, group in ipairs(d.groups) do
    rows[i] = row_of(d, group, scale)
  end
  for i, name in ipairs { "Port", "Right?", "How much?", "", "Where?", "Why?" } do
    heads[i] = h.th({ scope = name ~= "" and "col" or nil, role = "columnheader",
      ["aria-hidden"] = name == "" and "true" or nil }, name)
  end
  -- Narrow screens show its rows as paragraphs; the roles keep it a table for screen readers.
  return h.div({ class = "scroll", tabindex = "0", role = "region",
      ["aria-label"] = "Each port" },
    h.table({ class = "glance", role = "table" },
      h.caption({ class = "hidden" }, "Each port: right, how much faster, where, why"),
      h.thead({ role = "rowgroup" }, h.tr({ role = "row" }, heads)),
      h.tbody({ role = "rowgroup" }, rows)))
end

-- One line per reason, for what the Why? column lacks.
local function not_counted(d)
  local lines = {}
  for i, entry in ipairs(d.uncounted) do
    local head = digest.uncounted_head(entry):gsub("^%l", string.upper)
    lines[i] = h.p({ class = "note" }, head .. ": ", value.outside(sentence(entry.reason)))
  end
  return lines
end

-- Is any of the best places a pool, any speed-up told in factors?
local function pools(d)
  for _, group in ipairs(d.groups) do
    if group.best and group.best.mode ~= "serial" then return true end
  end
end

local function factored(d)
  for _, group in ipairs(d.groups) do
    for _, phrase in ipairs(digest.why(d, group)) do
      if phrase:find(" × ", 1, true) then return true end
    end
  end
end

local function interval_note(run, d)
  local cell = d.best and d.best.best
  local base = cell and d.baseline[cell.size]
  if not base then
    return nil
  end
  local text = "How much: how many times as fast as " .. base.subject .. ", run serially."
  if cell.speedup.low then
    text = text .. string.format(" The true figure lies within [ ] with at least %g%% confidence; "
      .. "measured %d times, each time in fresh processes and in random order.",
      (run.confidence or 0.95) * 100, cell.speedup.n)
  elseif cell.speedup.reason then
    text = text .. " There are no intervals: " .. sentence(cell.speedup.reason)
  end
  return h.p({ class = "note" }, value.outside(text), pools(d) and " Warm: the processes or "
    .. "threads were already running; cold: starting and ending them is part of the time." or nil,
    factored(d) and " Why: the factors multiply to how much; what no count accounts for is "
    .. "unexplained." or nil)
end

function glance.render(run, d)
  return h.list(h.p({ class = "lead" }, lead.sentences(d)), heed(run), table_of(d),
    interval_note(run, d), not_counted(d), warnings(run))
end

return glance
