-- between_words: what the machine did between two runs, and why a change is called none.
--
--   words.machine(machine, size)  --> "python, serial has the same code in both runs and took …"
--   words.no_more(row, machine)   --> "python, serial, the same code in both runs, changed as much"

local compare = require "payoff.run.compare"

local words = {}

local leaves_out_one = compare.leaves_out_one

-- A change that is surely one, but maybe the machine's.
function words.no_more(row, machine)
  local moved = leaves_out_one(row.interval)
  if not moved and not leaves_out_one(row.over_base) then return nil end
  if row.spread and leaves_out_one(row.over_base) and moved then
    return "runs of the same code differ by as much"
  elseif #machine.others > 0 then
    return "the machine did not change alike for all code, and this lies between"
  end
  return moved and ("%s, the same code in both runs, changed as much"):format(machine.base.name)
    or ("only %s changed, which is the same code in both runs"):format(machine.base.name)
end

local function plain_change(interval)
  return leaves_out_one(interval) and compare.effect(interval)
    or ("about as long (%s)"):format(compare.effect(interval))
end

-- One sentence for each size: what the unchanged rows did.
function words.machine(machine, size)
  local base, moved = machine.base, leaves_out_one(machine.interval)
  local text = ("%s%s has the same code in both runs and took %s in B"):format(size
    and ("size %s: "):format(size) or "", base.name, plain_change(machine.interval))
  if #machine.others == 0 then
    return text .. (moved and ": the machine changed. Verdicts are on what goes beyond that."
      or ": no change of the machine is seen.")
  end
  local others = {}
  for i, other in ipairs(machine.others) do
    others[i] = ("%s %s"):format(other.name, plain_change(other.interval))
  end
  return ("%s; %s: the machine changed, and not alike for all code. Only what goes beyond each of "
    .. "these is called faster or slower."):format(text, table.concat(others, "; "))
end

return words
