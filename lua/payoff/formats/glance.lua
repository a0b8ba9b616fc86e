-- glance: the answers on a terminal, a line per port: right? how much? where?
--
--   glance.lines(digest.of(run), 79)     --> text, or nil where the table says it all
--
-- Below a table of many rows this is what one reads; with one row per port it would repeat them.

local bar = require "payoff.bar"
local columns = require "payoff.formats.columns"
local digest = require "payoff.digest"
local layout = require "payoff.layout"
local units = require "payoff.units"

local glance = {}

local LEAST_BAR, MOST_BAR, GAPS = 5, 16, 8

local function place_of(d, cell)
  local place = digest.place_text(cell)
  return d.has_sizes and ("%s, size %s"):format(place, cell.size) or place
end

local function row_of(d, group)
  local cell = group.best
  return {
    group.subject.name, columns.words[group.verdict.state] or group.verdict.state,
    cell and (units.interval(cell.speedup, units.ratio)) or units.UNKNOWN, "",
    cell and place_of(d, cell) or "",
  }
end

-- The bar takes what the other columns leave.
local function add_bars(rows, cells, header, width)
  local left = width - GAPS
  for i, title in ipairs(header) do
    local widest = units.width(title)
    for _, row in ipairs(rows) do widest = math.max(widest, units.width(row[i])) end
    left = left - (i == 4 and 0 or widest)
  end
  local values = {}
  for r = 1, #rows do values[r] = cells[r] and cells[r].speedup.median or 1 end
  local scale = left >= LEAST_BAR and bar.scale(values, math.min(left, MOST_BAR)) or nil
  for r, row in ipairs(rows) do row[4] = cells[r] and bar.draw(values[r], scale) or "" end
end

function glance.lines(d, width)
  local rows, cells, places = {}, {}, 0
  for _, group in ipairs(d.groups) do
    if not group.subject.reference then
      rows[#rows + 1] = row_of(d, group)
      cells[#rows] = group.best or false
      places = math.max(places, #group.cells)
    end
  end
  if #rows == 0 or places < 2 then return nil end
  local header = { "port", "right?", "at its best", "(log)", "where" }
  add_bars(rows, cells, header, width)
  return layout.grid(header, rows, { false, false, true })
end

return glance
