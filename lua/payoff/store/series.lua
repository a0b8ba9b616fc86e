-- store.series: the samples of a cell that were left in columns, in place of a list of tables.
--
--   local samples = series.samples(entry)     -- of native:series(run, …)
--   #samples, samples[1].wall_ns              -- made when asked for, without counts and noise
--   local own = series.of(cell)               -- nil where they are a plain list
--   own:times("wall")                         -- { map = block -> ns, left_out = true }
--
-- A million samples are a million tables otherwise, seven times over with their counts. What comes
-- out is what payoff.run.estimate computes of a list (tests/native/test_series.lua).

local stats = require "payoff.native.stats"

local series = {}

local Samples = {}

function Samples.__len(samples) return rawget(samples, "count") end

function Samples.__index(samples, key)
  if math.type(key) ~= "integer" then return Samples[key] end
  if key == samples.count then return samples.last end
  return samples.columns:sample(key)
end

-- `last`: what its notes say besides (its workers).
function series.samples(entry, last)
  local count = entry.series:count()
  local one = entry.series:sample(count) or {}
  for key, value in pairs(last or {}) do one[key] = value end
  return setmetatable({ columns = entry.series, count = count, last = one,
    start_ns = entry.start_ns, load_ns = entry.load_ns, steal_ns = entry.steal_ns,
    switches = entry.switches, any = entry.any, worst = entry.worst, known = {} }, Samples)
end

function series.of(cell)
  return getmetatable(cell.samples) == Samples and cell.samples or nil
end

local function map_of(blocks, values)
  local map = {}
  for i, block in ipairs(blocks) do map[block] = values[i] end
  return map
end

-- Worked out once: the samples of a stored run do not change.
function Samples:once(key, make)
  self.known[key] = self.known[key] or make()
  return self.known[key]
end

-- all: with those that were taken in a bad moment.
function Samples:times(kind, all)
  return self:once((all and "all times " or "times ") .. kind, function()
    local blocks, values, left_out = self.columns:times(kind,
      all and math.maxinteger or stats.needed(0.95))
    return { map = map_of(blocks, values), left_out = left_out }
  end)
end

function Samples:means(kind)
  return self:once("means " .. kind, function()
    return map_of(self.columns:means(kind, self:times(kind).left_out))
  end)
end

-- Is a time of this kind told of any sample?
function Samples:tells(kind)
  return self:once("tells " .. kind, function() return { self.columns:tells(kind) } end)[1]
end

-- The first calls of processes, as samples of their own.
function Samples:first() return series.samples({ series = self.columns:first() }) end

-- block -> counts of an event per task.
function Samples:per_task(index, overhead, tasks)
  return map_of(self.columns:per_task(index, overhead, tasks))
end

-- { { block =, wall_ns =, [name] = }, … }
function Samples:sums(names)
  return self:once("sums", function() return self.columns:sums(names) end)
end

return series
