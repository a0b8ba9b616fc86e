-- tour: several experiments in one script, to see where ports pay off and where they do not.
--
--   return payoff.tour {
--     name = "tour", title = "Where does it pay off?", budget = 240,
--     payoff.load "sieve.lua",
--     payoff.load("cpu_intensive.lua", { steps = 200000 }),   -- with settings of that script
--   }
--
-- Each experiment is measured and reported as if it were run alone; the landscape over all of them
-- (payoff.tour.landscape) comes on top. The budget is shared in proportion to the experiments' own.

local experiment = require "payoff.experiment"
local fault = require "payoff.fault"
local nearest = require "payoff.nearest"

local tour = {}

local Tour = {}
Tour.__index = Tour
tour.Tour = Tour

local fields = { name = "string", title = "string", budget = "number" }

local function check_field(key, value, complain)
  local wanted = fields[key]
  if not wanted then
    complain("payoff.tour: no field '%s'%s", tostring(key),
      nearest.hint(tostring(key), { "name", "title", "budget" }))
  elseif type(value) ~= wanted then
    complain("%s must be a %s, not a %s", key, wanted, type(value))
  end
end

local function check_members(t, complain)
  local members, seen = {}, {}
  for i, member in ipairs(t) do
    if getmetatable(member) ~= experiment.Experiment then
      complain("experiment %d of the tour is none: write payoff.load \"FILE.lua\"", i)
    elseif seen[member.name] then
      complain("two experiments are called '%s', and reports are named after them", member.name)
    end
    members[i], seen[member.name] = member, true
  end
  if #members == 0 then complain("a tour needs experiments: payoff.load \"FILE.lua\"") end
  return members
end

function tour.new(t, where, path)
  local function complain(message, ...)
    fault.raise("data", "%s: %s", where or path, message:format(...))
  end
  if type(t) ~= "table" then complain("payoff.tour takes a table: payoff.tour { … }") end
  for key, value in pairs(t) do
    if math.type(key) ~= "integer" then check_field(key, value, complain) end
  end
  if not t.name then complain("name is missing") end
  if not t.name:match("^[%w][%w._-]*$") then
    complain("name '%s': letters, digits, '.', '_' and '-' only, since files are named after it",
      t.name)
  end
  local budget = t.budget
  if budget and not (budget >= 0.1 and budget <= 1e6) then
    complain("budget must be between 0.1 and 1e+06 seconds")
  end
  return setmetatable({ where = where, file = path, name = t.name, title = t.title or t.name,
    budget = budget, members = check_members(t, complain) }, Tour)
end

-- Seconds for each experiment, in proportion to what it asks for when it is alone.
function Tour:shares(budget)
  local sum, shares = 0, {}
  for _, member in ipairs(self.members) do sum = sum + member.budget end
  budget = budget or self.budget or sum
  for i, member in ipairs(self.members) do shares[i] = budget * member.budget / sum end
  return shares
end

return tour
