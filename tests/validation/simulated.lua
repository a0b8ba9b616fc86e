-- simulated: coverage, false alarms and power, on invented times (families.lua), counted.
--
--   TRIALS=2000 SEED=1 native_main simulated.lua     -- or SECONDS=60, for as many as fit
--
-- Trials of all cells of all tables are taken in turns, so that whenever the time is over each has
-- about as many. One line of JSON per cell: trials, hits, and what else its table shows;
-- simulated.py adds up those of several processes and lays them out.

local calibrate = require "payoff.calibrate"
local check = require "check"
local families = require "families"
local json = require "payoff.native.json"
local simulate = require "simulate"
local sys = require "payoff.native.sys"

local began_s = sys.monotonic_s()

local function setting(name) return tonumber(os.getenv(name) or "") end

math.randomseed(math.tointeger(setting("SEED") or 1))
collectgarbage("generational") -- nearly all that is made is of one trial

local cells = {}

-- trial() --> was it a hit, and what is added to the cell's `others` and `sum`.
local function add(table_name, row, column, trial, more)
  local cell = { table = table_name, row = row, column = column, trial = trial, trials = 0,
    hits = 0, others = 0, sum = 0, every = 1 }
  for key, value in pairs(more or {}) do cell[key] = value end
  cells[#cells + 1] = cell
end

local function is_different(state) return state == "faster" or state == "slower" end

-- The precision that a run asks for, as a share of the quartile distance of block log ratios: runs
-- stop at the first looks, in the middle, late, or never.
local plans = {
  { name = "6 blocks", blocks = 6, precision = 1 },
  { name = "7 blocks", blocks = 7, precision = 1 },
  { name = "60, stops early", blocks = 60, precision = 0.8 },
  { name = "midway", blocks = 60, precision = 0.45 },
  { name = "late", blocks = 60, precision = 0.33 },
  { name = "never", blocks = 60, precision = 1e-9 },
  { name = "27, never", blocks = 27, precision = 1e-9 },
  { name = "210, late", blocks = 210, precision = 0.17 },
}

for _, family in ipairs(families.list) do
  local truth, spread = simulate.truth(family, 1, family.unequal and 20000 or 2000)
  for _, item in ipairs(plans) do
    add("coverage", family.name, item.name, function()
      local run = simulate.run(family, { blocks = item.blocks, unjudged = true,
        precision = item.precision * spread })
      return simulate.covers(run, truth), false, run.blocks
    end)
  end
end

local scales = { { name = "quiet (σ × 0.3)", scale = 0.3 }, { name = "as it is", scale = 1 },
  { name = "noisy (σ × 3)", scale = 3 } }

local function add_alarms(family, item, blocks)
  add("alarms", family.name, ("%s, %d blocks"):format(item.name, blocks), function()
    return is_different(simulate.state(simulate.run(family,
      { blocks = blocks, scale = item.scale })))
  end)
end

for _, family in ipairs(families.list) do
  for _, item in ipairs(family.unequal and {} or scales) do
    add_alarms(family, item, 8)
    add_alarms(family, item, 60)
  end
end

local function add_two(table_name, row, family, options, more)
  add(table_name, row, table.concat(options.blocks, " and ") .. " blocks", function()
    local port = simulate.two_runs(family, options)
    local beyond = port.beyond
    return beyond.low ~= nil and beyond.low <= 1 and beyond.high >= 1, is_different(port.state)
  end, more or { every = 2 })
end

local pairs_of_runs = { { 6, 6 }, { 8, 27 }, { 27, 27 }, { 60, 60 } }

for _, family in ipairs(families.list) do
  for _, blocks in ipairs(pairs_of_runs) do
    add_two("two", family.name, family, { blocks = blocks })
  end
end

local normal = families.list[1]

-- What touches each row by itself promises nothing to two runs alone.
for _, moment in ipairs(families.moments) do
  for _, blocks in ipairs(pairs_of_runs) do
    add_two("moments", moment.name, normal, { blocks = blocks, moment = moment },
      { alone = moment.alone, every = 2 })
  end
end

for _, moment in ipairs(families.moments) do
  for _, blocks in ipairs(moment.alone and pairs_of_runs or {}) do
    add_two("moments", moment.name .. ", and 3 more runs of each version", normal,
      { blocks = blocks, moment = moment, more = 3 }, { every = 4 })
  end
end

for i = 1, 5 do
  local moment = families.moments[i]
  for _, ratio in ipairs { 1.03, 1.05, 1.1 } do
    for _, blocks in ipairs { 12, 60 } do
      add("power of two", moment.name, ("%+.0f %%, %d blocks"):format((ratio - 1) * 100, blocks),
        function()
          return simulate.two_runs(normal, { blocks = { blocks, blocks }, ratio = ratio,
            moment = moment }).state == "slower"
        end, { every = 4 })
    end
  end
end

for _, percent in ipairs { 2, 3, 4, 5 } do
  for _, blocks in ipairs { 12, 18, 27, 40, 60 } do
    add("power", percent .. " %", blocks .. " blocks", function()
      return simulate.state(simulate.run(normal, { blocks = blocks, ratio = 1.03,
        precision = 1e-9, scale = percent / 100 / simulate.deviation })) == "slower"
    end)
  end
end

-- A pilot shows how blocks scatter; the change that is told from it is put into runs of its own.
for _, place in ipairs { 1, 2, 5 } do
  local family, drawn = families.list[place], 5
  for _, blocks in ipairs { 8, 12, 27, 60 } do
    local change, left = nil, 0
    add("seen", family.name, blocks .. " blocks", function()
      if left == 0 then
        change, left = calibrate.change(simulate.logs(family, 40), blocks), drawn
      end
      left = left - 1
      if not change then return false, true, 0 end -- so few blocks never find one
      local run = simulate.run(family, { blocks = blocks, ratio = 1 + change, precision = 1e-9 })
      return simulate.state(run) == "slower", false, change
    end, { every = 4 })
  end
end

local function take(cell)
  local hit, other, sum = cell.trial()
  cell.trials = cell.trials + 1
  cell.hits = cell.hits + (hit and 1 or 0)
  cell.others, cell.sum = cell.others + (other and 1 or 0), cell.sum + (sum or 0)
end

local seconds, trials = setting("SECONDS"), setting("TRIALS")
local rounds = math.tointeger(trials or (seconds and 1000000 or 2000))

local function take_all()
  for round = 1, rounds do
    for i, cell in ipairs(cells) do
      if round == 1 or (round + i) % cell.every == 0 then take(cell) end
      if round > 1 and seconds and sys.monotonic_s() - began_s >= seconds then return end
    end
  end
end

check.test("counted", take_all) -- native_main runs a file of checks

for _, cell in ipairs(cells) do
  cell.trial, cell.every = nil, nil
  print(json.encode(cell))
end
