-- shares: what of each port's price per run and per unit of size the boundary takes, beneath the
-- sizes from which on it pays (html/sections/payoff.lua); or why that cannot be said.
--
--   shares.render(run) --> node, or nil where there is no break-even

local digest = require "payoff.digest"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local sentence = require("payoff.text").sentence
local units = require "payoff.units"
local value = require "payoff.html.value"

local shares = {}

local COLUMNS = { { "Port", keep = true }, { "Where", keep = true }, { "Binding", keep = true },
  { "Of", keep = true }, { "Part" }, { "Takes", num = true } }

local function place_of(entry)
  return digest.place_text({ mode = entry.mode, jobs = entry.jobs, start = entry.start })
end

local function binding_of(priced)
  if not priced.binding then return "not known" end
  return h.list(priced.binding, h.span({ class = "i" },
    priced.from == "found" and " (found in its file)" or " (as told)"))
end

local function add_parts(rows, entry, parts, of, whole)
  rows[#rows + 1] = { value.outside(entry.subject), place_of(entry), binding_of(entry.priced), of,
    "all of it", value.estimate(whole, units.time) }
  for _, part in ipairs(parts) do
    rows[#rows + 1] = { "", "", "", "", value.outside(part.title),
      value.estimate(part.price, units.time) }
  end
end

-- Ports by the reason why they have no shares, or none of their calls: each reason once.
local function reasons_of(run, field)
  local list, by_reason = {}, {}
  for _, entry in ipairs(run.break_even) do
    local reason = entry.priced and entry.priced[field]
    if reason then
      local found = by_reason[reason]
      if not found then
        found = { reason = reason, names = {} }
        by_reason[reason], list[#list + 1] = found, found
      end
      local name = entry.mode == "serial" and entry.subject
        or ("%s in %s"):format(entry.subject, place_of(entry))
      local where = field == "reason" and entry.priced.where
      found.names[#found.names + 1] = where and ("%s: %s"):format(name, where) or name
    end
  end
  return list
end

local function add_reasons(notes, run, field, head)
  for _, it in ipairs(reasons_of(run, field)) do
    notes[#notes + 1] = h.p({ class = "note" }, head, " (",
      value.outside(table.concat(it.names, "; ")), "): ", value.outside(sentence(it.reason)))
  end
end

function shares.render(run)
  if #(run.break_even or {}) == 0 then return nil end
  local rows, notes = {}, {}
  for _, entry in ipairs(run.break_even) do
    if entry.priced and entry.priced.text then
      add_parts(rows, entry, entry.priced.run, "one run", entry.port.call)
      add_parts(rows, entry, entry.priced.size, "a unit of size", entry.port.per_size)
    end
  end
  add_reasons(notes, run, "reason", "Not priced here")
  add_reasons(notes, run, "lacks", "Without the price of its calls")
  if #rows == 0 and #notes == 0 then return nil end
  return h.list(h.h3({}, "What of it the boundary takes"),
    #rows > 0 and figure.table("Shares of the boundary", COLUMNS, rows) or nil, notes,
    #rows > 0 and h.p({ class = "note" }, "The prices are those of payoff boundary on "
      .. "this machine, of arguments of the same kind and of pools of as many workers; calls that "
      .. "run side by side count as often as one worker makes them; everything else is what "
      .. "is left of the fitted price, with the ends of both intervals joined. Below nothing means "
      .. "that the calls cost less here than the prices say.") or nil)
end

return shares
