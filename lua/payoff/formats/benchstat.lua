-- benchstat: samples as lines of Go's benchmark format, which `benchstat` reads.
--
--   payoff report cpu_intensive.payoff.db --benchstat cpu.txt && benchstat -col /subject cpu.txt
--
-- A line is the fastest sample of one process (samples within a process are not independent, and
-- benchstat takes lines for such), with its counted events beside the time:
--
--   BenchmarkSieve/subject=c/mode=serial/jobs=1/start=warm/size=10  64  1234.5 ns/op  81 cycles/op

local clean = require("payoff.text").clean
local neighbours = require "payoff.formats.neighbours"

local format = { name = "benchstat", extension = ".bench.txt" }
format.every_sample = true -- reads them one by one

-- A name has no blanks; "/" and "=" part its keys and values.
local function word(value)
  return (clean(value):gsub("[%s%c/=]", "_"))
end

local function name_of(run, cell)
  local name = word((run.experiment or {}).name or "payoff"):gsub("^%l", string.upper)
  return ("Benchmark%s/subject=%s/mode=%s/jobs=%d/start=%s/size=%s"):format(name,
    word(cell.subject), cell.mode, cell.jobs, cell.start, word(cell.size))
end

-- Per run of the list of tasks: "8801 instructions/op" for every event that was counted.
local function counts_of(run, sample)
  local out, seen = {}, {}
  for i, event in ipairs(run.events or {}) do
    local count = (sample.counts or {})[i]
    local counted = count and (count.state == "exact" and (count.count or count.estimate)
      or count.state == "scaled" and count.estimate)
    local name = word(event.name or event.asked) .. (event.unit == "ns" and "-ns" or "")
    if counted and not seen[name] then
      seen[name] = true
      out[#out + 1] = ("%.15g %s/op"):format(counted / (sample.loops or 1), name)
    end
  end
  return out
end

local function fastest(process)
  local best = process[1]
  for _, sample in ipairs(process) do
    if neighbours.seconds(sample) < neighbours.seconds(best) then best = sample end
  end
  return best
end

local function line_of(run, cell, sample)
  local parts = { name_of(run, cell), ("%d"):format(sample.loops or 1),
    ("%.15g ns/op"):format(neighbours.seconds(sample) * 1e9) }
  for _, text in ipairs(counts_of(run, sample)) do parts[#parts + 1] = text end
  return table.concat(parts, "\t")
end

-- Go's words for architectures.
local GOARCH = { x86_64 = "amd64", aarch64 = "arm64" }

local function configuration(run, left)
  local lines = { "goos: linux" }
  local facts = type((run.machine or {}).cpu) == "table" and run.machine.cpu or {}
  local cpu, architecture = neighbours.cpu(run), facts.architecture
  if architecture then
    lines[#lines + 1] = "goarch: " .. (GOARCH[architecture] or word(architecture))
  end
  if cpu then lines[#lines + 1] = "cpu: " .. (clean(cpu):gsub("%c", " ")) end
  lines[#lines + 1] = "payoff-run: " .. word(run.id or "")
  if #left > 0 then
    lines[#lines + 1] = "payoff-left-out: "
      .. (clean(neighbours.left_out_text(left)):gsub("%c", " "))
  end
  return lines
end

function format.render(run)
  local cells, left = neighbours.cells(run)
  local lines = configuration(run, left)
  for _, cell in ipairs(cells) do
    for _, process in ipairs(neighbours.processes(cell)) do
      lines[#lines + 1] = line_of(run, cell, fastest(process))
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return format
