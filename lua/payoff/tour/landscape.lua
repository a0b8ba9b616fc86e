-- landscape: what a tour comes to: for every experiment and every size the best right port, and in
-- one word whether porting pays off: "never", "from size 1000", "always".
--
--   for _, row in ipairs(landscape.of(runs)) do print(row.name, row.word, row.best.cell.id) end
--
-- What a port has to beat is Python at its best: its fastest cell of that size, in whatever mode. A
-- port in eight threads that is as fast as Python in eight threads does not pay off.
--
-- A row: { run, digest, name, title, word, best, sizes = { entry, … } }; an entry: { size, cell,
-- over, speedup, state } with `over` the cell that the speed-up is over. `state` is "faster",
-- "slower", "equal" (the interval holds 1) or "unresolved" (there is no interval). The rows rise
-- with their best speed-up.

local digest = require "payoff.digest"
local estimate = require "payoff.run.estimate"
local timing = require "payoff.run.timing"

local landscape = {}

local function state_of(speedup)
  return speedup.low and digest.direction(speedup) or "unresolved"
end

-- The fastest right cell of one size, among the reference's or among the ports'.
local function fastest(d, size, reference)
  local best
  for _, group in ipairs(d.groups) do
    if (group.subject.reference or false) == reference and digest.is_right(group.verdict) then
      for _, cell in ipairs(group.cells) do
        if cell.size == size and cell.time and cell.time.median and digest.is_right(cell.verdict)
          and (not best or cell.time.median < best.time.median) then
          best = cell
        end
      end
    end
  end
  return best
end

local function entry_at(run, d, size)
  local cell, over = fastest(d, size, false), fastest(d, size, true)
  local speedup = cell and over and estimate.ratio(over, cell, run.level or run.confidence, 1,
    timing.between(timing.of(run), over, cell))
  if not speedup or not speedup.median then return nil end
  return { size = size, cell = cell, over = over, speedup = speedup, state = state_of(speedup) }
end

local function count(sizes, state)
  local n = 0
  for _, entry in ipairs(sizes) do n = n + (entry.state == state and 1 or 0) end
  return n
end

-- Where it pays off, in a word. `sizes` rise.
local function word_of(sizes)
  if #sizes == 0 then return "no right port" end
  local faster = count(sizes, "faster")
  if faster == #sizes then return "always" end
  if faster == 0 then return count(sizes, "unresolved") > 0 and "unresolved" or "never" end
  local from = #sizes + 1
  while sizes[from - 1].state == "faster" do from = from - 1 end
  if #sizes - from + 1 == faster then return ("from size %s"):format(sizes[from].size) end
  return ("at %d of %d sizes"):format(faster, #sizes)
end

local function row_of(run)
  local d = digest.of(run)
  local row = { run = run, digest = d, name = run.experiment.name, title = run.experiment.title,
    sizes = {} }
  for _, size in ipairs(d.sizes) do row.sizes[#row.sizes + 1] = entry_at(run, d, size.size) end
  table.sort(row.sizes, function(a, b) return a.size < b.size end)
  for _, entry in ipairs(row.sizes) do
    if not row.best or entry.speedup.median > row.best.speedup.median then row.best = entry end
  end
  row.word = word_of(row.sizes)
  return row
end

function landscape.of(runs)
  local rows = {}
  for i, run in ipairs(runs) do
    rows[i] = row_of(run)
    rows[i].position = i
  end
  table.sort(rows, function(a, b)
    local best_a = a.best and a.best.speedup.median or 0
    local best_b = b.best and b.best.speedup.median or 0
    if best_a ~= best_b then return best_a < best_b end
    return a.position < b.position
  end)
  return rows
end

-- "c, serial, size 100000"
function landscape.place_text(row, entry)
  local text = ("%s, %s"):format(entry.cell.subject, digest.place_text(entry.cell))
  return row.digest.has_sizes and ("%s, size %s"):format(text, entry.size) or text
end

return landscape
