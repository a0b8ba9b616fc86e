-- slowest: a report of one's own: the cells from the slowest to the fastest, as plain text.
--
--   payoff report cpu_intensive.payoff.db --script reports/custom/slowest.lua
--
-- `run` is the run model, described in reports/MODEL.md. Everything that payoff's own reports are
-- made of can be used: payoff.units (numbers as people read them), payoff.digest, payoff.layout.

local payoff = require "payoff"
local layout = require "payoff.layout"
local units = require "payoff.units"

local function render(run)
  local cells = {}
  for _, cell in ipairs(run.cells) do
    -- A wrong port has a time, but no speed-up: it has no place in a ranking.
    if cell.time and cell.verdict.state ~= "wrong" then cells[#cells + 1] = cell end
  end
  table.sort(cells, function(a, b) return a.time.median > b.time.median end)

  local rows = {}
  for i, cell in ipairs(cells) do
    rows[i] = { cell.id, (units.interval(cell.time, units.time)),
                units.bytes(cell.maxrss_bytes) }
  end
  return run.experiment.title .. "\n\n"
    .. layout.grid({ "cell", "time", "peak memory" }, rows, { false, true, true })
end

return payoff.report { render = render }
