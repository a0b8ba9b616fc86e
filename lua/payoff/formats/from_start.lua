-- from_start: the part of the terminal's table that says how each subject's process gets from its
-- start to its steady state: medians, a row per subject and size; and a line for what is not flat.
--
--   local grid, lines = from_start.of(run, paint)      -- nil where nothing was measured serially

local layout = require "payoff.layout"
local steadiness = require "payoff.steadiness"
local units = require "payoff.units"

local from_start = {}

local function short(estimate)
  return estimate and units.time(estimate.median) or units.UNKNOWN
end

function from_start.of(run, paint)
  local rows, cells = steadiness.rows(run), {}
  if #rows == 0 then return nil, {} end
  local lines = steadiness.unknown(rows)
  for i, row in ipairs(rows) do
    local name = #run.sizes > 1 and ("%s, size %s"):format(row.subject, row.size) or row.subject
    local state = row.state ~= "unknown" and row.state or units.UNKNOWN
    cells[i] = { name, short(row.start), short(row.load), short(row.first), short(row.steady),
      state }
    if row.text ~= row.state and row.state ~= "unknown" and row.state then
      lines[#lines + 1] = ("%s: %s"):format(name, row.text)
    end
  end
  local header = { "subject", table.unpack(steadiness.columns) }
  return layout.grid(header, cells, { false, true, true, true, true }, function(line, _, text)
    return line == 0 and paint(text, "bold") or text
  end), lines
end

return from_start
