-- hyperfine: the shape of `hyperfine --export-json`, for the scripts that people have for it.
--
--   payoff report cpu_intensive.payoff.db --hyperfine cpu.json
--
-- A result is a cell, its `times` are the samples in seconds per run of the list of tasks. What
-- payoff does not know of a sample is null: CPU time is one figure here, not user and system.

local clean = require("payoff.text").clean
local fault = require "payoff.fault"
local json = require "payoff.native.json"
local neighbours = require "payoff.formats.neighbours"

local format = { name = "hyperfine", extension = ".hyperfine.json" }
format.every_sample = true -- reads them one by one

local function mean(list)
  local sum = 0
  for _, value in ipairs(list) do sum = sum + value end
  return sum / #list
end

-- Of a sample of the population, as hyperfine has it; unknown for one value.
local function deviation(list, middle)
  if #list < 2 then return json.null end
  local sum = 0
  for _, value in ipairs(list) do sum = sum + (value - middle) ^ 2 end
  return math.sqrt(sum / (#list - 1))
end

local function sorted_copy(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted
end

local function median(sorted)
  local half = #sorted // 2
  return #sorted % 2 == 1 and sorted[half + 1] or (sorted[half] + sorted[half + 1]) / 2
end

local function result_of(cell)
  local times = {}
  for i, sample in ipairs(neighbours.samples(cell)) do times[i] = neighbours.seconds(sample) end
  local middle, sorted = mean(times), sorted_copy(times)
  return {
    command = clean(cell.id), mean = middle, stddev = deviation(times, middle),
    median = median(sorted), min = sorted[1], max = sorted[#sorted],
    times = json.array(times), user = json.null, system = json.null,
    parameters = { subject = clean(cell.subject), mode = cell.mode, jobs = tostring(cell.jobs),
      start = cell.start, size = tostring(cell.size) },
  }
end

function format.render(run)
  local results = {}
  for i, cell in ipairs((neighbours.cells(run))) do results[i] = result_of(cell) end
  local text = fault.check("internal", "hyperfine",
    json.encode({ results = json.array(results) }, { indent = 2 }))
  return text .. "\n"
end

return format
