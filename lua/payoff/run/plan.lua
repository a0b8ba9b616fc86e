-- plan: how many blocks, which looks, and in which order.
--
--   local p = plan.blocks(measurable_cells, { budget_s = 60, spent_s = 5, confidence = 0.95 })
--   plan.shuffle(cells, rng)
--
-- A block is one fresh process of every cell, in random order: drift hits every cell alike.
-- Stopping as soon as an interval looks good would spoil it; so the run may stop only at looks
-- fixed beforehand, and the allowed error is shared among them (Bonferroni). Where the budget is
-- too small for the first look, the number of blocks is fixed and there is no early stop at all.

local plan = {}

plan.looks = { 8, 12, 18, 27, 40, 60 }

-- xoshiro256** of Lua 5.4, seeded: the same seed gives the same orders on every machine.
function plan.shuffle(list, random)
  local out = table.move(list, 1, #list, 1, {})
  for i = #out, 2, -1 do
    local j = random(1, i)
    out[i], out[j] = out[j], out[i]
  end
  return out
end

function plan.cost_s(cells)
  local sum = 0
  for _, cell in ipairs(cells) do sum = sum + (cell.process_s or 0) end
  return sum
end

-- How many blocks fit, given what one block really cost.
function plan.blocks(cells, options)
  local cost_s = plan.cost_s(cells)
  local left_s = options.budget_s - options.spent_s
  local fit = math.max(1, math.floor(left_s / math.max(cost_s, 1e-3)) + options.done)
  local out = { block_s = cost_s, fit = fit, level = options.confidence }
  if options.blocks then
    out.blocks, out.looks = options.blocks, { options.blocks }
    return out
  end
  out.looks = {}
  for _, look in ipairs(plan.looks) do
    if look <= fit then out.looks[#out.looks + 1] = look end
  end
  if #out.looks == 0 then out.looks = { fit } end
  out.blocks = out.looks[#out.looks]
  if #out.looks > 1 then
    out.level = 1 - (1 - options.confidence) / #out.looks
  elseif fit > out.blocks then
    out.blocks, out.looks = fit, { fit } -- one look only: use the whole budget
  end
  return out
end

return plan
