-- lost: counters that this machine counts, and that some samples have nothing of all the same,
-- because the subject closed a descriptor, or a worker could not open them: as sentences.
--
--   for _, sentence in ipairs(lost.sentences(plan:events(), state.cells)) do … end
--   --> "page-faults, task-clock: not counted in 3 of 30 samples (python/serial/1/warm/1): …"

local passes = require "payoff.run.passes"

local lost = {}

-- In how many samples event `index` has no count, of how many, why, and in which cells.
local function losses(cells, index)
  local out = { samples = 0, lost = 0, cells = {} }
  for _, cell in ipairs(cells) do
    local before = out.lost
    for _, sample in ipairs(cell.samples) do
      local reading = sample.counts and sample.counts[index]
      if reading and not passes.is_elsewhere(reading) then
        out.samples = out.samples + 1
        if reading.state == "not counted" then
          out.lost, out.reason = out.lost + 1, reading.reason
        end
      end
    end
    if out.lost > before then out.cells[#out.cells + 1] = cell.id end
  end
  return out
end

-- A kind of core that was never visited has counted all there was: parts of sums are left out.
function lost.sentences(events, cells)
  local list, by_text = {}, {}
  for index, event in ipairs(events) do
    if event.state == "exact" and not event.part_of then
      local one = losses(cells, index)
      if one.lost > 0 then
        local shown = table.concat(one.cells, ", ", 1, math.min(3, #one.cells))
        local text = ("not counted in %d of %d samples (%s%s): %s."):format(one.lost, one.samples,
          shown, #one.cells > 3 and ", …" or "", one.reason or "no reason is known")
        if not by_text[text] then
          by_text[text] = { text = text }
          list[#list + 1] = by_text[text]
        end
        table.insert(by_text[text], event.name)
      end
    end
  end
  for i, one in ipairs(list) do list[i] = table.concat(one, ", ") .. ": " .. one.text end
  return list
end

return lost
