-- simulated: tables of coverage, of false alarms and of power, on invented times (families.lua).
--
--   TRIALS=2000 SEED=1 native_main tests/validation/simulated.lua
--
-- native_main runs a file of checks; here each check is one table, printed as Markdown (and its
-- lines are told from TAP by their bar).

local calibrate = require "payoff.calibrate"
local check = require "check"
local families = require "families"
local simulate = require "simulate"

local trials = math.tointeger(tonumber(os.getenv("TRIALS") or "") or 2000)
math.randomseed(math.tointeger(tonumber(os.getenv("SEED") or "") or 1))

local function share(count, body)
  local n = 0
  for _ = 1, count do n = n + (body() and 1 or 0) end
  return n / count
end

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

local function head(title, columns)
  print(("\n%s\n"):format(title))
  print("| family | " .. table.concat(columns, " | ") .. " |")
  print("|---|" .. ("--:|"):rep(#columns))
end

local function names(list)
  local out = {}
  for i, item in ipairs(list) do out[i] = item.name end
  return out
end

local function row(name, cells)
  print(("| %s | %s |"):format(name, table.concat(cells, " | ")))
  io.stdout:flush()
end

local worst = { low = 1, high = 0, different = 0, families = 0 }

local function coverage(family, truth, spread)
  local cells = {}
  for i, item in ipairs(plans) do
    local blocks = 0
    local covered = share(trials, function()
      local run = simulate.run(family, { blocks = item.blocks,
        precision = item.precision * spread })
      blocks = blocks + run.blocks
      return simulate.covers(run, truth)
    end)
    worst.low, worst.high = math.min(worst.low, covered), math.max(worst.high, covered)
    cells[i] = ("%.1f (%.0f)"):format(covered * 100, blocks / trials)
  end
  row(family.name, cells)
end

check.test("coverage", function()
  head(("Coverage in %% of intervals at nominal 95 %%, and in brackets the mean number of blocks; "
    .. "%d runs each, so that chance alone makes ±%.1f (two standard errors)"):format(trials,
    200 * math.sqrt(0.05 * 0.95 / trials)), names(plans))
  for _, family in ipairs(families.list) do
    local truth, spread = simulate.truth(family)
    coverage(family, truth, spread)
  end
end)

local function is_different(state) return state == "faster" or state == "slower" end

local scales = { { name = "quiet (σ × 0.3)", scale = 0.3 }, { name = "as it is", scale = 1 },
  { name = "noisy (σ × 3)", scale = 3 } }

check.test("false alarms", function()
  local columns = {}
  for _, item in ipairs(scales) do
    for _, blocks in ipairs { 8, 60 } do
      columns[#columns + 1] = ("%s, %d blocks"):format(item.name, blocks)
    end
  end
  head("The same twice, called faster or slower, in %", columns)
  for _, family in ipairs(families.list) do
    if family.name ~= "unequal" then -- whose sides are not the same
      local cells, sum = {}, 0
      for _, item in ipairs(scales) do
        for _, blocks in ipairs { 8, 60 } do
          local different = share(trials, function()
            return is_different(simulate.state(simulate.run(family,
              { blocks = blocks, scale = item.scale })))
          end)
          sum = sum + different
          cells[#cells + 1] = ("%.2f"):format(different * 100)
        end
      end
      row(family.name, cells)
      worst.different, worst.families = worst.different + sum / 6, worst.families + 1
    end
  end
end)

local pairs_of_runs = { { 6, 6 }, { 8, 27 }, { 27, 27 }, { 60, 60 } }
local of_two = { low = 1, high = 0, different = 0, cells = 0 }
local unseen = 0

local function holds(interval, x)
  return interval.low ~= nil and interval.low <= x and interval.high >= x
end

-- One cell of a table of two runs: coverage, and how often they are called different.
local function two_runs(family, options, counted)
  local different = 0
  local count = options.more and math.ceil(trials / 4) or trials
  local covered = share(count, function()
    local port = simulate.two_runs(family, options)
    different = different + (is_different(port.state) and 1 or 0)
    return holds(port.beyond, options.ratio or 1)
  end)
  different = different / count
  if counted then
    of_two.low, of_two.high = math.min(of_two.low, covered), math.max(of_two.high, covered)
    of_two.different, of_two.cells = of_two.different + different, of_two.cells + 1
  else
    unseen = math.max(unseen, different)
  end
  return ("%.1f (%.2f)"):format(covered * 100, different * 100)
end

local function columns_of_two()
  local columns = {}
  for i, item in ipairs(pairs_of_runs) do columns[i] = table.concat(item, " and ") .. " blocks" end
  return columns
end

check.test("two runs", function()
  head("`payoff compare` of two runs with the same reference, and a port that is the same but for "
    .. "its name: coverage of what lies beyond the machine's change, in % at nominal 95 %, and in "
    .. "brackets how often the port is called faster or slower, in %", columns_of_two())
  for _, family in ipairs(families.list) do
    local cells = {}
    for i, blocks in ipairs(pairs_of_runs) do
      cells[i] = two_runs(family, { blocks = blocks }, true)
    end
    row(family.name, cells)
  end
end)

check.test("two runs on a machine that changes", function()
  head("The same with normal noise, where the machine changes between the runs, or within them",
    columns_of_two())
  for _, moment in ipairs(families.moments) do
    local cells, own = {}, moment.name:find("by itself") ~= nil
    for i, blocks in ipairs(pairs_of_runs) do
      cells[i] = two_runs(families.list[1], { blocks = blocks, moment = moment }, not own)
    end
    row(moment.name, cells)
  end
  for _, moment in ipairs(families.moments) do
    local cells = {}
    for i, blocks in ipairs(moment.name:find("by itself") and pairs_of_runs or {}) do
      cells[i] = two_runs(families.list[1], { blocks = blocks, moment = moment, more = 3 }, true)
    end
    if cells[1] then row(moment.name .. ", and 3 more runs of each version", cells) end
  end
  print("\nWhat touches each row by itself for as long as a run cannot be told from a change of "
    .. "the port by two runs alone: they are two draws of it. `payoff compare` says so below its "
    .. "table, and takes what it needs from further runs of the same code, where the store has "
    .. "some. Two subjects of one run are free of it.")
end)

check.test("power of two runs", function()
  local ratios, columns = { 1.03, 1.05, 1.1 }, {}
  for i, ratio in ipairs(ratios) do
    columns[2 * i - 1] = ("%+.0f %%, 12 blocks"):format((ratio - 1) * 100)
    columns[2 * i] = ("%+.0f %%, 60 blocks"):format((ratio - 1) * 100)
  end
  head("Two runs, a port that takes more time in the second: found, in %", columns)
  for i = 1, 5 do
    local cells = {}
    for _, ratio in ipairs(ratios) do
      for _, blocks in ipairs { 12, 60 } do
        cells[#cells + 1] = ("%.1f"):format(100 * share(math.ceil(trials / 4), function()
          return simulate.two_runs(families.list[1], { blocks = { blocks, blocks }, ratio = ratio,
            moment = families.moments[i] }).state == "slower"
        end))
      end
    end
    row(families.moments[i].name, cells)
  end
end)

check.test("power", function()
  local columns, counts = {}, { 12, 18, 27, 40, 60 }
  for i, blocks in ipairs(counts) do columns[i] = blocks .. " blocks" end
  head("3 % more time, found, in %, where block log ratios scatter by a standard deviation of",
    columns)
  local one = families.list[1]
  for _, percent in ipairs { 2, 3, 4, 5 } do
    local cells = {}
    for i, blocks in ipairs(counts) do
      cells[i] = ("%.1f"):format(100 * share(trials, function()
        return simulate.state(simulate.run(one, { blocks = blocks, ratio = 1.03,
          precision = 1e-9, scale = percent / 100 / simulate.deviation })) == "slower"
      end))
    end
    row(percent .. " %", cells)
  end
end)

-- A pilot shows how blocks scatter; the change that is told from it is put into runs of its own.
check.test("what could be seen", function()
  local columns, counts = {}, { 8, 12, 27, 60 }
  for i, blocks in ipairs(counts) do columns[i] = blocks .. " blocks" end
  head("The smallest difference that nine of ten runs find, as `payoff doctor --calibrate` has "
    .. "it from 40 blocks: found, in %, and in brackets the difference", columns)
  for _, place in ipairs { 1, 2, 5 } do
    local family, cells = families.list[place], {}
    for i, blocks in ipairs(counts) do
      local sum, found, count = 0, 0, math.ceil(trials / 100)
      for _ = 1, count do
        local change = calibrate.change(simulate.logs(family, 40), blocks)
        sum = sum + change
        found = found + share(20, function()
          return simulate.state(simulate.run(family, { blocks = blocks, ratio = 1 + change,
            precision = 1e-9 })) == "slower"
        end)
      end
      cells[i] = ("%.1f (%.1f %%)"):format(found / count * 100, sum / count * 100)
    end
    row(family.name, cells)
  end
end)

check.test("all together", function()
  print(("\nCoverage from %.1f to %.1f %%; the same twice is called different in %.2f %% of all "
    .. "runs. Two runs: from %.1f to %.1f %%, and %.2f %%; up to %.1f %% where rows change by "
    .. "themselves.")
    :format(worst.low * 100, worst.high * 100, worst.different / worst.families * 100,
    of_two.low * 100, of_two.high * 100, of_two.different / of_two.cells * 100, unseen * 100))
end)
