-- moment: how good a moment it was to measure: what was foreseen, the control kernel, what could be
-- watched, and what the verdicts rest on.

local beside = require "payoff.run.beside"
local h = require "payoff.html.node"
local value = require "payoff.html.value"

local moment = { id = "moment", title = "How far to trust it", short = "Trust" }

function moment.render(run)
  local items = {}
  local function add(head, text)
    if text then items[#items + 1] = h.li({}, h.strong({}, head), " ", value.outside(text)) end
  end
  add("Foreseen at the start:", run.forecast)
  add("Control:", run.control and run.control.text)
  add("Placement:", run.placement and run.placement.text)
  add("Verdicts:", run.comparisons and table.concat(beside.sentences(run), " "))
  for _, source in ipairs(run.watched or {}) do
    add("Not watched, " .. source.what .. ":", not source.known and source.reason or nil)
  end
  return #items > 0 and h.ul({}, items) or nil
end

return moment
