-- plan: how many blocks, which looks, and in which order.
--
--   local p = plan.blocks(measurable_cells, { budget_s = 60, spent_s = 5, confidence = 0.95 })
--   plan.shuffle(cells, rng)
--
-- A block is a fresh process of every cell (of cheap ones several), in random order: drift hits
-- every cell alike.
-- Stopping as soon as an interval looks good would spoil it; so the run may stop only at looks
-- fixed beforehand, by how wide the intervals are and never by where they lie, and no look may
-- spend all of the allowed error. Where the budget is too small for the first look, the number of
-- blocks is fixed and there is no early stop at all.

local sampling = require "payoff.run.sampling"

local plan = {}

plan.looks = { 8, 12, 18, 27, 40, 60 }

-- What an explicit budget leaves room for beyond these: half as many again each time, and the last
-- look where the budget ends.
local growth, least_step = 1.5, 1.2

-- The looks for as many blocks as fit. most: nil, or never more blocks than that.
function plan.looks_within(fit, most)
  local looks = {}
  for _, look in ipairs(plan.looks) do
    if look <= fit then looks[#looks + 1] = look end
  end
  if #looks < 2 then return { fit } end -- one look only: use the whole budget
  local next_look = math.floor(looks[#looks] * growth)
  while not most and next_look <= fit do
    looks[#looks + 1] = next_look
    next_look = math.floor(next_look * growth)
  end
  local last = most and math.min(fit, most) or fit
  if last >= least_step * looks[#looks] then
    looks[#looks + 1] = last
  elseif last > looks[#looks] then
    looks[#looks] = last
  end
  return looks
end

-- What a look may spend of the allowed error when there are several: at 95 % each look's interval
-- is one of 96.25 %. An equal share of a sixth (Bonferroni) would guard against stopping where the
-- interval lies well, which no run does, and cost a third more width: 99 % were covered for 95 %
-- promised. Stopping by width alone errs a little, because an interval that misses is narrower than
-- others; with this share 93 to 97 % are covered wherever runs stop (tests/validation).
plan.look_share = 0.75

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
  for _, cell in ipairs(cells) do sum = sum + (cell.process_s or 0) * (cell.processes or 1) end
  return sum
end

-- Fewer blocks than this have no interval at 95 %.
plan.fewest = 6

-- So many blocks at least are to have all the samples that a process may take.
local well_sampled = 12

-- How a process is sampled (payoff.run.sampling), chosen before the first block from what each
-- subject's check took: as asked if six blocks of that fit into the budget, else one sample; where
-- nothing was asked for, no more than leave room for twice as many blocks. More processes tell more
-- than more samples. Also whether there is room for so many blocks, and so for waiting.
function plan.samples(cells, options)
  local base_s, lengths = 0, {}
  for _, cell in ipairs(cells) do
    local run_ns = (cell.of.check_ns or 0) / (cell.mode == "serial" and 1 or cell.jobs)
    base_s = base_s + (cell.of.check_s or 0) - run_ns / 1e9
    local least_ns = cell.start == "warm" and sampling.target_ns(cell, options.energy) or 0
    local one_ns = math.max(run_ns, least_ns)
    -- Of slow ones a process takes one, whatever is asked for.
    if run_ns > sampling.slow_ns then base_s = base_s + run_ns / 1e9
    else lengths[#lengths + 1] = one_ns end
  end
  local it = sampling.new(options.samples, options.precision)
  local function fits(blocks, all)
    local block_s = base_s
    for _, one_ns in ipairs(lengths) do
      local fewest, most = sampling.range(it, one_ns)
      block_s = block_s + (all and most or fewest) * one_ns / 1e9
    end
    return blocks * block_s <= options.budget_s
  end
  if not options.samples then
    while it.most > it.fewest and not fits(well_sampled, true) do it.most = it.most - 1 end
    while it.fewest > 3 and not fits(well_sampled) do
      it.fewest = it.fewest - 1
      it.most = it.fewest
    end
  end
  if not fits(plan.fewest) then it = sampling.exactly(1) end
  return it, fits(well_sampled)
end

local most_processes, extra_share = 4, 0.2

-- How many processes each cell gets per block: in proportion to spread / sqrt(cost), which is best
-- for a given time, with the fewest at 1 and none above 4; cheapest first, until a fifth of a
-- block's cost is spent on it. What counts as a unit of evidence stays the block.
function plan.allocate(cells, spreads)
  local weights, least = {}, math.huge
  for _, cell in ipairs(cells) do
    cell.processes = 1
    if (cell.process_s or 0) > 0 then
      weights[cell] = (spreads[cell] or 1) / math.sqrt(cell.process_s)
      least = math.min(least, weights[cell])
    end
  end
  local left_s = extra_share * plan.cost_s(cells)
  local order = table.move(cells, 1, #cells, 1, {})
  table.sort(order, function(a, b)
    if (a.process_s or 0) ~= (b.process_s or 0) then
      return (a.process_s or 0) < (b.process_s or 0)
    end
    return a.id < b.id
  end)
  for _, cell in ipairs(order) do
    local wanted = weights[cell] and least > 0 and weights[cell] / least // 1 or 1
    local extra = math.min(wanted, most_processes) - 1
    extra = math.min(extra, weights[cell] and left_s // cell.process_s or 0)
    cell.processes = 1 + math.tointeger(math.max(0, extra))
    left_s = left_s - (cell.processes - 1) * (cell.process_s or 0)
  end
end

-- The processes of one block: { { cell =, process = }, … }.
function plan.processes(cells)
  local list = {}
  for _, cell in ipairs(cells) do
    for process = 1, cell.processes or 1 do
      list[#list + 1] = { cell = cell, process = process }
    end
  end
  return list
end

-- How many blocks fit, given what one block really cost. options.control_s: of that, the control;
-- options.waited: for each second, how many are waited beside it (payoff.run.sharing);
-- options.most: no more than these where nobody asked for a budget.
function plan.blocks(cells, options)
  local cost_s = (plan.cost_s(cells) + (options.control_s or 0)) * (1 + (options.waited or 0))
  local left_s = options.budget_s - options.spent_s
  -- Each pass of the counters needs a block at least.
  local least = options.least or 1
  local fit = math.max(least, math.floor(left_s / math.max(cost_s, 1e-3)) + options.done)
  local out = { block_s = cost_s, fit = fit, level = options.confidence }
  if options.blocks then
    out.blocks = math.max(options.blocks, least)
    out.looks = { out.blocks }
    return out
  end
  out.looks = plan.looks_within(fit, options.most)
  out.blocks = out.looks[#out.looks]
  if #out.looks > 1 then
    out.level = 1 - (1 - options.confidence) * plan.look_share
  end
  return out
end

-- What a block costs is known from the first one; a machine that grows busier, and processes that
-- take more samples until theirs agree, make it dearer. A run with a budget ends rather than spend
-- more than this of it.
local overrun = 1.1

-- Would another block, at what one has cost so far, lead too far beyond the budget? least: so many
-- blocks have to be, as for an interval.
function plan.is_over(done, spent_s, budget_s, least)
  return done >= math.max(plan.fewest, least or 1) and spent_s + spent_s / done > overrun * budget_s
end

-- Why a run has fewer blocks than were planned, as a sentence. enough_s: about what all of them
-- would have taken.
function plan.over_text(it, budget_s, enough_s)
  return ("The budget of %.4g s was spent after %d of %d planned blocks, which took longer than "
    .. "the first one let expect: intervals are wider for it; all of them would have taken "
    .. "about --budget %d."):format(budget_s, it.over, it.blocks, enough_s)
end

-- May a run that follows this plan stop after `block` blocks?
function plan.is_look(it, block)
  if block >= it.blocks then return false end
  for _, look in ipairs(it.looks) do
    if look == block then return true end
  end
  return false
end

return plan
