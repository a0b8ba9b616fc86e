-- balance: how evenly the workers of a row shared its work.
--
--   local it = balance.of(cell)   --> { share = 0.68, even = 0.5, busiest = row } | nil
--   balance.sentence(run)         --> about the most uneven row | nil where all is even
--
-- Reads `workers` of the run model: what each did in the row's last sample.

local digest = require "payoff.digest"
local units = require "payoff.units"

local balance = {}

-- Below this much of its even share on top, a worker is one like the others.
balance.UNEVEN = 0.25

-- What one worker executed, as the best estimate; nil where it was not counted.
function balance.instructions(row)
  local count = row.instructions
  if not count or count.state ~= "exact" and count.state ~= "scaled" then return nil end
  return count.state == "exact" and count.count or count.estimate
end

-- nil for one worker alone, and where CPU time is not known of all.
function balance.of(cell)
  local rows = cell.workers or {}
  if #rows < 2 then return nil end
  local total, busiest = 0, rows[1]
  for _, row in ipairs(rows) do
    if not row.cpu_ns then return nil end
    total = total + row.cpu_ns
    if row.cpu_ns > busiest.cpu_ns then busiest = row end
  end
  if total <= 0 then return nil end
  return { share = busiest.cpu_ns / total, even = 1 / #rows, busiest = busiest, total_ns = total }
end

local function tasks_text(cell, busiest)
  local all = 0
  for _, row in ipairs(cell.workers) do
    if not row.tasks then return "" end
    all = all + row.tasks
  end
  return (" for %d of %d tasks"):format(busiest.tasks, all)
end

-- A pool that is much slower to start than to work is uneven by nature; only warm ones count here.
function balance.sentence(run)
  local worst, worst_cell, others = nil, nil, 0
  for _, cell in ipairs(run.cells or {}) do
    local it = cell.start == "warm" and digest.is_right(cell.verdict) and balance.of(cell)
    if it and it.share > (1 + balance.UNEVEN) * it.even then
      if worst then others = others + 1 end
      if not worst or it.share / it.even > worst.share / worst.even then
        worst, worst_cell = it, cell
      end
    end
  end
  if not worst then return nil end
  return ("Uneven: %s, %s: in its last sample one worker used %s of the CPU time%s; an even share "
    .. "is %s%s."):format(worst_cell.subject, digest.place_text(worst_cell),
    units.percent(worst.share), tasks_text(worst_cell, worst.busiest), units.percent(worst.even),
    others == 0 and "" or (". %d more row%s uneven"):format(others,
      others == 1 and " is" or "s are"))
end

return balance
