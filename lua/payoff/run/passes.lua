-- passes: which counters a block counts, where none shall have to take turns with others.
--
--   payoff.experiment { counters = { "LLC-LOADS", "BR_MIS_PRED", exact = true }, … }
--
--   local list = passes.new(plan)          -- a plan of payoff.native.counters
--   list:plan_of(block)                    -- what that block's workers count
--   passes.is_elsewhere(reading)           -- not counted in this block, but in another one
--
-- A processor has few counters. Normally those that do not fit share them by taking turns, and
-- their counts are extrapolated. With `exact` the blocks take turns instead: each counts one pass,
-- in rotation, so that every count is exact, and comes from its share of the blocks.

local counters = require "payoff.native.counters"

local passes = {}

local Passes = {}
Passes.__index = Passes

function passes.new(plan)
  local self = setmetatable({ count = plan:passes(), list = {} }, Passes)
  for i = 1, self.count do self.list[i] = plan:pass(i) end
  return self
end

-- Which pass a block (from 1) is; block 0, a check before the first, counts as the first does.
function Passes:index_of(block) return (math.max(block, 1) - 1) % self.count + 1 end

function Passes:plan_of(block) return self.list[self:index_of(block)] end

function passes.is_elsewhere(reading) return reading.reason == counters.other_pass end

-- True when the empty bracket of a runtime is known of every pass.
function passes.has_bracket(bracket)
  for _, reading in ipairs(bracket and bracket.counts or {}) do
    if passes.is_elsewhere(reading) then return false end
  end
  return bracket ~= nil
end

-- What an empty bracket counts, put together from the passes: `known` (or nil) and one more.
function passes.join_brackets(known, more)
  if not known or not more then return known or more end
  for i, reading in ipairs(more.counts or {}) do
    if known.counts and known.counts[i] and passes.is_elsewhere(known.counts[i]) then
      known.counts[i] = reading
    end
  end
  return known
end

return passes
