-- replicates: other runs of the same code: how much a row moves from run to run by itself.
--
--   local it = replicates.new({ old, new }, others, { time = "own", describes = … })
--   local spread = it:of(row, base)     --> { sd = 0.012, degrees = 4, runs = 6 } | nil
--   replicates.reach(spread, 0.95)      --> 0.047: log of the ratio of two runs
--   replicates.p(spread, math.log(1.08))
--
-- A run is one draw of what touches a row alone for as long as a run: the memory it happened to
-- get, a neighbour in its cache. Two runs cannot show how large that is; more runs of either
-- version can. Of each run counts one value, the median over its blocks of the row's time over the
-- base's.

local anchors = require "payoff.run.anchors"
local machines = require "payoff.run.machines"
local stats = require "payoff.native.stats"

local replicates = {}

-- With fewer the spread is hardly known, and what follows from it reaches too far to be of use.
replicates.needed = 3

local Replicates = {}
Replicates.__index = Replicates

local function cells_of(run)
  local out = {}
  for _, cell in ipairs(run.cells) do out[cell.id] = cell end
  return out
end

-- sides: the two runs that are compared; others: further ones, of which those count that are of
-- this machine. options: time; same_work(run, other, size).
function replicates.new(sides, others, options)
  local self = setmetatable({ sides = sides, list = {}, options = options }, Replicates)
  for _, run in ipairs(others) do
    if #machines.compare(sides[1].machine, run.machine) == 0 then
      table.insert(self.list, { run = run, cells = cells_of(run), as = {
        anchors.unchanged(sides[1], run), anchors.unchanged(sides[2], run) } })
    end
  end
  return self
end

local right = { identical = true, within = true }

local function log_ratio(maps, base, side)
  local list = anchors.ratios(maps[side], base[side])
  return #list > 0 and math.log(stats.median(list)) or nil
end

-- The value of another run, and whose code it has: 1 or 2.
function Replicates:value(one, row, base)
  for side, unchanged in ipairs(one.as) do
    local cell, other = one.cells[row.id], one.cells[base.row.id]
    if cell and other and unchanged(row.cell.subject) and unchanged(base.row.cell.subject)
      and right[cell.verdict.state] and right[other.verdict.state]
      and self.options.same_work(self.sides[side], one.run, row.cell.size) then
      local maps = anchors.maps(cell, cell, self.options.time)
      return log_ratio(maps, anchors.maps(other, other, self.options.time), "old"), side
    end
  end
end

function Replicates:of(row, base)
  local groups = { { log_ratio(row.maps, base, "old") }, { log_ratio(row.maps, base, "new") } }
  for _, one in ipairs(self.list) do
    local value, side = self:value(one, row, base)
    if value then table.insert(groups[side], value) end
  end
  local squares, degrees, runs = 0, 0, 0
  for _, group in ipairs(groups) do
    local sum = 0
    for _, x in ipairs(group) do sum = sum + x end
    for _, x in ipairs(group) do squares = squares + (x - sum / #group) ^ 2 end
    degrees, runs = degrees + math.max(0, #group - 1), runs + #group
  end
  if degrees < replicates.needed then return nil end
  return { sd = math.sqrt(squares / degrees), degrees = degrees, runs = runs }
end

-- How far the logs of two runs of the same are apart at most, in so many of 100 cases.
function replicates.reach(spread, level)
  return stats.student_quantile((1 + level) / 2, spread.degrees) * spread.sd * math.sqrt(2)
end

function replicates.p(spread, difference)
  if spread.sd == 0 then return difference == 0 and 1 or 0 end
  local t = math.abs(difference) / (spread.sd * math.sqrt(2))
  return 2 * stats.student_at_most(-t, spread.degrees)
end

return replicates
