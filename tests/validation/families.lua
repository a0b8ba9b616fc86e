-- families: how times scatter, as far as it is known to happen to benchmarks.
--
--   local family = families.list[1]
--   local machine = family.new()           -- the state of the machine during one run
--   local moment = families.moments[2].new()    -- its mood: moment(block) --> { 0.1, 0.1, 0.1 }
--   machine(side, when)                    --> a process: a function that returns its samples
--
-- All values are logs of time. `side` is 1 or 2, `when` the process's place in the run. Noise is
-- the same for both sides except in the families that say so.

local families = { list = {} }

local random = math.random

local function normal()
  return math.sqrt(-2 * math.log(1 - random())) * math.cos(2 * math.pi * random())
end

local function exponential() return -math.log(1 - random()) end

-- What most families share: a level drawn per process, and a little noise of each sample.
local function add(name, text, level, sample)
  table.insert(families.list, { name = name, text = text, new = function()
    return function(side)
      local at = level(side)
      return function() return at + (sample and sample() or 0.005 * normal()) end
    end
  end })
end

add("normal", "normal noise of processes and samples",
  function() return 0.02 * normal() end)
add("lognormal", "times with a lognormal excess",
  function() return math.log(1 + 0.03 * math.exp(0.8 * normal())) end)
add("Student t2", "heavy tails on both sides, without a variance",
  function() return 0.012 * normal() / math.sqrt(exponential()) end)
add("Pareto", "a heavy tail of slow processes, without a variance",
  function() return math.log(1 + 0.02 * ((1 - random()) ^ (-1 / 1.5) - 1)) end)
add("bimodal", "each process is in a fast or a slow layout, 5 % apart",
  function() return (random() < 0.5 and 0 or 0.05) + 0.006 * normal() end)
add("unequal", "the reference has a heavy tail, the port is slow in one of ten processes",
  function(side)
    if side == 1 then return math.log(1 + 0.02 * ((1 - random()) ^ (-1 / 1.5) - 1)) end
    return (random() < 0.1 and 0.1 or 0) + 0.01 * normal()
  end)
families.list[#families.list].unequal = true -- the two sides are not the same
add("spiky", "one sample of five, and one process of twelve, meets something else",
  function() return (random() < 0.08 and 0.2 * exponential() or 0) + 0.012 * normal() end,
  function() return (random() < 0.2 and 0.3 * exponential() or 0) + 0.005 * normal() end)

-- Samples of one process follow each other (correlation 0.57, as was measured), and the machine's
-- state follows itself from process to process and from block to block.
table.insert(families.list, { name = "autocorrelated",
  text = "AR(1) within processes (0.57) and from process to process (0.9)", new = function()
    local state, last = 0.04 * normal(), nil
    return function(_, when)
      for _ = last or when, when - 1 do state = 0.9 * state + 0.0174 * normal() end
      last = when
      local at, w = state, 0.012 * normal()
      return function()
        local out = at + w
        w = 0.57 * w + 0.0099 * normal()
        return out
      end
    end
  end })

table.insert(families.list, { name = "drifting",
  text = "the machine becomes a third slower in the course of a run, and in one jump",
  new = function()
    local jump = random(1, 120)
    return function(_, when)
      local at = 0.3 * when / 120 + (when > jump and 0.1 or 0) + 0.015 * normal()
      return function() return at + 0.005 * normal() end
    end
  end })

-- What happens to the machine between two runs, and within them: of each run, by block, what is
-- added to the logs of { reference, port, control }. Nothing of it is the port's doing.
families.moments = {}

-- alone: it touches each row by itself, so that two runs cannot tell it from a change of the port.
local function moment(name, new, alone)
  table.insert(families.moments, { name = name, new = new, alone = alone })
end

local function always(offsets) return function() return offsets end end

moment("the same", function() return always { 0, 0, 0 } end)
moment("another speed for all, by 10 %", function()
  local all = 0.1 * normal()
  return always { all, all, all }
end)
moment("the same, but the control kernel is still", function()
  local all = 0.1 * normal()
  return always { all, all, 0 }
end)
moment("levels, 8 % apart, for some ten blocks each", function()
  local all = 0.08 * normal()
  return function()
    if random() < 0.1 then all = 0.08 * normal() end
    return { all, all, all }
  end
end)
moment("a drift, of up to 20 % in 60 blocks, that goes on", function()
  local slope, at = 0.2 * (2 * random() - 1) / 60, 0.1 * normal()
  return function(block) return { at + slope * block, at + slope * block, at + slope * block } end
end)
moment("each row by itself, by 1 %", function()
  return always { 0.01 * normal(), 0.01 * normal(), 0 }
end, true)
moment("each row by itself, by 5 %", function()
  return always { 0.05 * normal(), 0.05 * normal(), 0 }
end, true)

families.normal = normal
return families
