-- from_start: how each subject's process gets from its start to its steady state.

local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local steadiness = require "payoff.steadiness"
local units = require "payoff.units"
local value = require "payoff.html.value"

local from_start = { id = "from-start", title = "From the start of a process", short = "Warm-up" }

function from_start.render(run, d)
  local rows = {}
  for i, row in ipairs(steadiness.rows(run)) do
    local name = d.has_sizes and ("%s, size %s"):format(row.subject, row.size) or row.subject
    rows[i] = { value.outside(name), value.estimate(row.start, units.time),
      value.estimate(row.load, units.time), value.estimate(row.first, units.time),
      value.estimate(row.steady, units.time), row.text }
  end
  if #rows == 0 then
    return nil
  end
  return h.list(h.p({ class = "note" }, "Four costs that a program pays at different times: "
    .. "starting the runtime, importing or opening the subject, its first call, and every call "
    .. "after it has settled. Where it settles was found from change points in a process of its "
    .. "own; what came before is kept in the record and is in no other figure."),
    figure.table("From the start of a process", { { "Subject", keep = true },
      { "Start", num = true, title = "until the runtime answered" },
      { "Import", num = true, title = "import or dlopen" }, { "First call", num = true },
      { "Steady", num = true, title = "the serial row's time" }, { "Warm-up" } }, rows))
end

return from_start
