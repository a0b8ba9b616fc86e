-- text: the landscape of a tour on a terminal, in 80 columns.
--
--   text.render(tour, rows, { color = true, columns = 80 })     -- rows of payoff.tour.landscape

local bar = require "payoff.bar"
local landscape = require "payoff.tour.landscape"
local layout = require "payoff.layout"
local units = require "payoff.units"

local text = {}

local BAR = 16 -- columns

local function scale_of(rows)
  local values = {}
  for _, row in ipairs(rows) do values[#values + 1] = row.best and row.best.speedup.median end
  return bar.scale(values, BAR)
end

local function grid(rows)
  local scale, lines = scale_of(rows), {}
  for i, row in ipairs(rows) do
    local best = row.best
    lines[i] = {
      row.name, row.word, best and units.ratio(best.speedup.median) or units.UNKNOWN,
      best and bar.draw(best.speedup.median, scale) or "",
      best and landscape.place_text(row, best) or "",
    }
  end
  return layout.grid({ "kernel", "does it pay off?", "best", "", "which port, where" }, lines,
    { false, false, true })
end

-- Every size of every kernel, with intervals: what the words above rest on.
local function details(rows)
  local lines = {}
  for _, row in ipairs(rows) do
    for _, entry in ipairs(row.sizes) do
      lines[#lines + 1] = { row.name, tostring(entry.size), entry.cell.subject,
        (units.interval(entry.speedup, units.ratio)), entry.state }
    end
  end
  return layout.grid({ "kernel", "size", "best port", "speed-up", "so it is" }, lines,
    { false, true, false, true })
end

function text.render(tour, rows, options)
  local width = math.max(60, (options.columns or 80) - 1)
  local title = options.color and "\27[1m" .. tour.title .. "\27[0m" or tour.title
  return table.concat({
    title, "", grid(rows), details(rows),
    layout.wrap("Best: the fastest right port against Python at its best (in whatever mode), at "
      .. "the size where it gains most. It pays off where the whole interval lies above 1. Sizes "
      .. "are in the experiment's own units.", width, "  "),
  }, "\n") .. "\n"
end

return text
