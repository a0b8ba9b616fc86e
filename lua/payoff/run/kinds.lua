-- kinds: on a hybrid processor, how many of a row's instructions each kind of core took.
--
--   kinds.sentence(run)  --> "Instructions per task by kind of core: python, serial: cpu_core
--                            20.1 M, cpu_atom 10.1 M; …" | nil where all cores are alike
--
-- Sums are in every table; the parts of all events are in the CSV, the JSON and the HTML.

local digest = require "payoff.digest"
local units = require "payoff.units"

local kinds = {}

local most = 4 -- rows that a sentence has room for

-- The events of the parts: { {kind = "cpu_core", index = 3}, … }.
local function parts_of(run)
  local parts = {}
  for index, event in ipairs(run.events or {}) do
    local kind = event.asked:match("^(.-)::instructions$")
    for _, pmu in ipairs(kind and run.machine and run.machine.pmus or {}) do
      if pmu.name == kind and pmu.cpus then parts[#parts + 1] = { kind = kind, index = index } end
    end
  end
  return parts
end

local function row_text(cell, parts)
  local texts, any = {}, false
  for i, part in ipairs(parts) do
    local value = (cell.per_task or {})[part.index]
    any = any or value and value.median ~= nil
    texts[i] = ("%s %s"):format(part.kind, value and value.median and units.count(value.median)
      or units.UNKNOWN)
  end
  return any and ("%s, %s: %s"):format(cell.subject, digest.place_text(cell),
    table.concat(texts, ", ")) or nil
end

function kinds.sentence(run)
  local parts, rows, more = parts_of(run), {}, 0
  if #parts < 2 then return nil end
  for _, cell in ipairs(run.cells or {}) do
    local text = row_text(cell, parts)
    if text and #rows < most then rows[#rows + 1] = text elseif text then more = more + 1 end
  end
  if #rows == 0 then return nil end
  return ("Instructions per task by kind of core: %s%s."):format(table.concat(rows, "; "),
    more > 0 and ("; %d more in the reports"):format(more) or "")
end

return kinds
