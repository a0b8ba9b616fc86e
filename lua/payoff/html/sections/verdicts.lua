-- verdicts: what each port is worth, in a paragraph that a manager can read, and the whole program.

local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local section = { id = "payoff", title = "Where it pays off", short = "Pays off" }

-- Its first word is the port's name.
local function paragraph(verdict)
  local name, text = verdict.subject, verdict.text
  if text:sub(1, #name) ~= name then return text end
  return h.list(h.strong({}, value.outside(name)), text:sub(#name + 1))
end

local function verdicts(run)
  local items = {}
  for i, verdict in ipairs(run.verdicts) do
    items[i] = h.li({ dir = "auto" }, paragraph(verdict), h.br({}), h.code({}, verdict.line))
  end
  return h.list(h.ul({ class = "verdicts" }, items), h.p({ class = "note" },
    "The line below each paragraph fits a commit message."))
end

local function program(run)
  local it = run.program
  if not it or not it.text then return nil end
  local rows = {}
  for i, entry in ipairs(it.gains or {}) do
    rows[i] = { value.outside(entry.subject), value.estimate(entry.gain, units.ratio) }
  end
  return h.list(h.h3({}, "The whole program"), h.p({}, value.outside(it.text)),
    #rows > 0 and figure.table("Gain of the whole program", { { "Port", keep = true },
      { "The program becomes", num = true } }, rows) or nil)
end

function section.render(run)
  if #(run.verdicts or {}) == 0 then return nil end
  return h.list(verdicts(run), program(run))
end

return section
