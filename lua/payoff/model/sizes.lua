-- sizes: chooses the sizes of an experiment around the points where its ports begin to pay off.
--
--   sizes.ask(experiment, "auto:1:10000")        -- what --sizes says
--   sizes.choose(experiment, { budget_s = 60 })  -- experiment.sizes; returns a sentence
--
-- A pilot: one process of every subject, serially, at sizes that grow eightfold as long as the
-- reference is quick; then, where the winner changes between two sizes, the point at which the
-- lines through both meet is measured as well, until the two are close. What the pilot measured is
-- thrown away: the run that follows measures anew, so choosing by looking does not bias it.

local fault = require "payoff.fault"

local sizes = {}

local factor = 8         -- from one size of the first round to the next
local close = 1.6        -- neighbours nearer than this need no size between them
local rounds = 3
local around = 1.5       -- the final sizes lie at a crossing, and this much to both sides
local merge = 1.15       -- sizes nearer than this are one
local share = 0.3        -- of the budget, for the pilot
local slowest_share = 40 -- the reference's largest size takes at most a 40th of the budget
local most = 9

local function positive(text)
  local value = tonumber(text)
  return value and value > 0 and value < 1e15 and (math.tointeger(value) or value) or nil
end

-- "auto", "auto:LOW:HIGH" or "1,10,100".
function sizes.ask(experiment, text)
  local low, high = text:match("^auto:([^:]+):([^:]+)$")
  if text == "auto" or low then
    low, high = low and positive(low), high and positive(high)
    if text ~= "auto" and not (low and high and low < high) then
      fault.raise("usage", "--sizes %s: auto:LOW:HIGH has two numbers above 0, the smaller first",
        text)
    end
    experiment:choose_sizes(low, high)
    return
  end
  local list = {}
  for word in text:gmatch("[^,%s]+") do
    list[#list + 1] = positive(word) or fault.raise("usage", "--sizes %s: '%s' is no size; write "
      .. "auto, auto:LOW:HIGH or numbers like 1,10,100", text, word)
  end
  if #list == 0 then fault.raise("usage", "--sizes: which? auto, or numbers like 1,10,100") end
  experiment:use_sizes(list)
end

-- A copy that can be measured without leaving anything behind in the experiment.
local function pilot_of(experiment, size)
  local copy = setmetatable({}, getmetatable(experiment))
  for key, value in pairs(experiment) do copy[key] = value end
  copy.subjects = {}
  for i, subject in ipairs(experiment.subjects) do
    copy.subjects[i] = setmetatable({}, getmetatable(subject))
    for key, value in pairs(subject) do copy.subjects[i][key] = value end
  end
  copy.modes, copy.metrics, copy.counters, copy.auto = { "serial" }, {}, {}, nil
  copy:use_sizes { size }
  return copy
end

-- subject -> its serial time at this size; those that are wrong or failed have none.
local function measure(experiment, size, options)
  local copy = pilot_of(experiment, size)
  local run = options.engine(copy, { silent = true, verify = false, blocks = 1,
    only = options.only, python = options.python, pin = options.pin, seed = options.seed,
    budget_s = options.budget_s, rests_on = options.rests_on })
  for i, subject in ipairs(copy.subjects) do
    experiment.subjects[i].built = subject.built or experiment.subjects[i].built
  end
  local times = {}
  for _, cell in ipairs(run.cells) do
    local right = cell.verdict.state == "identical" or cell.verdict.state == "within"
    if cell.mode == "serial" and right and cell.time then times[cell.subject] = cell.time.median end
  end
  return times, run.interrupted
end

local function whole(x, like) return math.type(like) == "integer" and math.floor(x + 0.5) or x end

-- Where the lines through two measured sizes meet, if that is between them; else their middle.
local function meeting(a, b, name, reference)
  local slope_port = (b.times[name] - a.times[name]) / (b.size - a.size)
  local slope = (b.times[reference] - a.times[reference]) / (b.size - a.size)
  local at = a.size + (a.times[name] - a.times[reference]) / (slope - slope_port)
  if not (at > a.size and at < b.size) then at = math.sqrt(a.size * b.size) end
  return at
end

-- Every change of the winner between neighbours: { at =, ratio = }.
local function crossings(known, names, reference)
  local out = {}
  for _, name in ipairs(names) do
    for i = 1, #known - 1 do
      local a, b = known[i], known[i + 1]
      if a.times[name] and b.times[name] and a.times[reference] and b.times[reference]
        and (a.times[name] < a.times[reference]) ~= (b.times[name] < b.times[reference]) then
        out[#out + 1] = { at = meeting(a, b, name, reference), low = a.size, high = b.size }
      end
    end
  end
  return out
end

local function add(state, size)
  for _, one in ipairs(state.known) do
    if one.size == size then return false end
  end
  local times, interrupted = measure(state.experiment, size, state.options)
  state.interrupted = interrupted
  state.known[#state.known + 1] = { size = size, times = times }
  table.sort(state.known, function(a, b) return a.size < b.size end)
  return times[state.reference]
end

local function over(state)
  return state.interrupted or state.clock() - state.began > share * state.options.budget_s
end

local function first_round(state, low, high)
  local size = low
  repeat
    local time = add(state, size)
    local slow = time and time * factor > state.options.budget_s * 1e9 / slowest_share
    if slow or over(state) or size >= high then return end
    size = math.min(high, whole(size * factor, low))
  until false
end

local function refine(state, low)
  for _ = 1, rounds do
    local added = false
    for _, one in ipairs(crossings(state.known, state.names, state.reference)) do
      if not over(state) and one.high / one.low > close then
        local at = math.max(one.low * 1.05, math.min(one.high / 1.05, one.at))
        added = add(state, whole(at, low)) and true or added
      end
    end
    if not added then return end
  end
end

-- Sorted, none nearer than `merge` to its neighbour, the ends kept; the first ones of `list` win.
local function thinned(list)
  local out = {}
  for _, size in ipairs(list) do
    local near = false
    for _, other in ipairs(out) do
      near = near or math.max(size / other, other / size) < merge
    end
    if not near and #out < most then out[#out + 1] = size end
  end
  table.sort(out)
  return out
end

local function final(state, low, high)
  local first, last = state.known[1].size, state.known[#state.known].size
  local list, found = { first, last }, crossings(state.known, state.names, state.reference)
  for _, step in ipairs { 1, 1 / around, around } do
    for _, one in ipairs(found) do
      local size = whole(one.at * step, low)
      if size >= low and size <= high then list[#list + 1] = size end
    end
  end
  if #found == 0 then list[3] = whole(math.sqrt(first * last), low) end
  return thinned(list), #found
end

-- options: budget_s, engine (engine.run), clock, only, python, pin, seed. Returns a sentence.
function sizes.choose(experiment, options)
  local low, high = experiment.auto.low, experiment.auto.high
  local state = { experiment = experiment, options = options, known = {}, names = {},
    clock = options.clock, began = options.clock(), reference = experiment.subjects[1].name }
  for i = 2, #experiment.subjects do state.names[i - 1] = experiment.subjects[i].name end
  first_round(state, low, high)
  refine(state, low)
  local list, found = final(state, low, high)
  experiment:use_sizes(list)
  return ("Sizes were chosen in a pilot of %d sizes from %s to %s, whose times count for nothing: "
    .. "%s."):format(#state.known, low, state.known[#state.known].size, found == 0
      and "no port's winner changed between them"
      or ("around %d change%s of the winner"):format(found, found == 1 and "" or "s"))
end

return sizes
