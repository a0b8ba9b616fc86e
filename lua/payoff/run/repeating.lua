-- repeating: which samples are taken again: those that are no good for the time that verdicts rest
-- on, unless most of the cell's are.
--
--   repeating.see(cell, list, read)          -- samples that were just taken
--   repeating.is_worth(cell, sample, read)   --> true: another is to be taken for it
--
-- read: (sample) -> its time, whether it is good for that (payoff.run.estimate's `reading`). For
-- "own" a sample that waited for a CPU is a good one: estimates use it, and another would be no
-- better. What may be spent on it is payoff.run.noise's `allowance`.

local noise = require "payoff.run.noise"

local repeating = {}

-- Counts them with those of the cell's other processes: of a run that is resumed, also of before.
function repeating.see(cell, list, read)
  local seen = cell.seen or { samples = 0, spoilt = 0 }
  for _, samples in ipairs { cell.seen and {} or cell.samples, list } do
    for _, sample in ipairs(samples) do
      local _, good = read(sample)
      seen.samples, seen.spoilt = seen.samples + 1, seen.spoilt + (good and 0 or 1)
    end
  end
  cell.seen = seen
end

function repeating.is_worth(cell, sample, read)
  local _, good = read(sample)
  return not good and noise.worth_repeating(cell.seen.samples, cell.seen.spoilt)
end

return repeating
