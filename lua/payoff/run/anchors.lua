-- anchors: rows whose code is the same in two runs. What changed in them is the machine's doing,
-- and what another row did is measured against them.
--
--   local unchanged = anchors.unchanged(old, new)     -- (subject's name) -> true, or false and why
--   local list = anchors.of(old, new, rows)           -- of those rows that are `same`
--   anchors.base(list, size)                  --> the one that rows of this size are compared with
--   local a, b = anchors.beyond(maps, anchor) --> ratios to the anchor by block: of A, of B
--
-- Two runs are two moments of a machine: another clock, another neighbour, for minutes. Within a
-- block all rows met the same moment. So of a row and an anchor the ratios are taken block by
-- block, in each run by itself, and the ratios of the two runs are compared: what the machine did
-- to both is out of them. The control kernel is an anchor as well, the same in all runs; but its
-- few registers do not feel what slows an interpreter or a cache: it never stands alone.

local estimate = require "payoff.run.estimate"

local anchors = {}

local function by_name(run)
  local out = {}
  for _, subject in ipairs((run.fingerprint or {}).subjects or {}) do
    out[subject.name] = subject
  end
  return out
end

-- "k.py 9eb3…": files by name and content; their folder may be another checkout.
local function files_of(subject)
  local out = {}
  for i, file in ipairs(subject.files or {}) do
    if not file.sha256 then return nil end
    out[i] = (file.path or ""):match("[^/]*$") .. " " .. file.sha256
  end
  table.sort(out)
  return #out > 0 and table.concat(out, "\n") or nil
end

local function difference(a, b)
  if not a or not b then return "its files are not recorded" end
  if a.interpreter ~= b.interpreter then return "another interpreter" end
  if a.calls ~= b.calls then return "another function" end
  local old, new = files_of(a), files_of(b)
  if not old or not new then return "its files are not known" end
  if old ~= new or a.kind ~= b.kind then return "other files" end
end

function anchors.unchanged(old, new)
  local of_old, of_new = by_name(old), by_name(new)
  return function(name)
    local why = difference(of_old[name], of_new[name])
    return why == nil, why
  end
end

local function control_map(run)
  local map = {}
  for _, value in ipairs((run.control or {}).measured or {}) do map[value.block] = value.wall_ns end
  return map
end

local function control_anchor(old, new)
  local steps = (old.control or {}).steps
  if not steps or steps ~= (new.control or {}).steps then return nil end
  local a, b = control_map(old), control_map(new)
  if next(a) == nil or next(b) == nil then return nil end
  return { name = "the control kernel", control = true, old = a, new = b }
end

-- What is compared of a cell: block -> time, of both runs.
function anchors.maps(old, new, kind)
  return { old = estimate.block_map(old, kind), new = estimate.block_map(new, kind) }
end

-- rows: { cell, other, old, new, same, … } of cells that both runs measured validly.
function anchors.of(old, new, rows)
  local list = {}
  for _, row in ipairs(rows) do
    if row.same then
      list[#list + 1] = { name = row.name, row = row, old = row.maps.old, new = row.maps.new,
        size = row.cell.size, mode = row.cell.mode, baseline = row.cell.baseline }
    end
  end
  list.control = control_anchor(old, new)
  return list
end

-- The serial reference of the size where it is the same in both runs; else another serial row of
-- that size, any of that size, any at all.
function anchors.base(list, size)
  local best, points = nil, -1
  for _, anchor in ipairs(list) do
    local own = (anchor.size == size and 4 or 0) + (anchor.mode == "serial" and 2 or 0)
      + (anchor.baseline and 1 or 0)
    if own > points then best, points = anchor, own end
  end
  return best
end

-- Of the blocks that both have, in order.
function anchors.ratios(row, anchor)
  local blocks, out = {}, {}
  for block in pairs(row) do
    if anchor[block] then blocks[#blocks + 1] = block end
  end
  table.sort(blocks)
  for i, block in ipairs(blocks) do out[i] = row[block] / anchor[block] end
  return out
end

function anchors.beyond(row, anchor)
  return anchors.ratios(row.old, anchor.old), anchors.ratios(row.new, anchor.new)
end

local function values(map)
  local blocks, out = {}, {}
  for block in pairs(map) do blocks[#blocks + 1] = block end
  table.sort(blocks)
  for i, block in ipairs(blocks) do out[i] = map[block] end
  return out
end

-- The times of A and of B, as they are.
function anchors.plain(row) return values(row.old), values(row.new) end

return anchors
