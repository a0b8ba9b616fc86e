-- pyperf: what `pyperf stats`, `pyperf hist` and `pyperf compare_to` read (its JSON, version 1.0).
--
--   payoff report cpu_intensive.payoff.db --pyperf cpu.json && python3 -m pyperf stats cpu.json
--
-- A benchmark is a cell, a pyperf run is a process, and a value is a sample in seconds per run of
-- the list of tasks. pyperf takes all values of a benchmark together; payoff takes the process as
-- its unit, so the two give different intervals for the same data.

local clean = require("payoff.text").clean
local fault = require "payoff.fault"
local json = require "payoff.native.json"
local neighbours = require "payoff.formats.neighbours"

local format = { name = "pyperf", extension = ".pyperf.json" }
format.every_sample = true -- reads them one by one

-- "2026-11-23T12:00:00Z" as pyperf writes its dates.
local function date_text(started)
  return started and (started:gsub("T", " "):gsub("Z$", ".000000"))
end

local function runs_of(cell, run)
  local out = {}
  for i, process in ipairs(neighbours.processes(cell)) do
    local values = {}
    for j, sample in ipairs(process) do values[j] = neighbours.seconds(sample) end
    out[i] = {
      metadata = { loops = process[1].loops, date = date_text(run.started) },
      values = json.array(values),
    }
  end
  return json.array(out)
end

local function benchmark_of(cell, run)
  return {
    metadata = {
      name = clean(cell.id), unit = "second",
      description = ("%s, mode %s, %d jobs, %s start, size %s: seconds per run of all %d tasks")
        :format(clean(cell.subject), cell.mode, cell.jobs, cell.start, cell.size, cell.tasks),
    },
    runs = runs_of(cell, run),
  }
end

function format.render(run)
  local cells, left = neighbours.cells(run)
  local benchmarks = {}
  for i, cell in ipairs(cells) do benchmarks[i] = benchmark_of(cell, run) end
  local metadata = {
    payoff_version = clean((run.payoff or {}).version or "unknown"),
    payoff_run = clean(run.id or ""),
    cpu_model_name = clean(neighbours.cpu(run) or "unknown"),
  }
  if #left > 0 then metadata.payoff_left_out = clean(neighbours.left_out_text(left)) end
  local text = fault.check("internal", "pyperf", json.encode({
    benchmarks = json.array(benchmarks), metadata = metadata, version = "1.0" }, { indent = 1 }))
  return text .. "\n"
end

return format
