-- fixture_shapes: the parts that fixtures are made of: a run around nothing, cells with samples,
-- and the estimates that follow from them. All figures are made up, and always the same.

local shapes = {}

local state = 12345

-- A noise of about one percent; a plain generator, so that every run of the tests sees the same.
local function jitter()
  state = (state * 1103515245 + 12345) % 2 ^ 31
  return 1 + 0.012 * (state / 2 ^ 31) ^ 2
end

function shapes.run(name, title)
  state = 12345
  return {
    format = 1, id = "2026-11-23T12-00-00-4711", started = "2026-11-23T12:00:00Z", wall_s = 118.2,
    seed = 8812345, confidence = 0.95, interrupted = false,
    command = "payoff run scripts/" .. name .. ".lua",
    payoff = { version = "0.1.0", libraries = { { name = "Lua", version = "5.4.4" },
      { name = "libpfm4", version = "4.12.0" } } },
    experiment = { name = name, file = "scripts/" .. name .. ".lua", title = title,
      text = 'local payoff = require "payoff"\n\nreturn payoff.experiment {\n  name = "x",\n}\n' },
    machine = {
      cpu = { model = "Example CPU 9000 @ 2.60GHz", vendor = "Example", cores = 2, threads = 2 },
      kernel = "Linux 6.1.0", memory_bytes = 8 * 2 ^ 30, governor = "schedutil",
      virtual_machine = "kvm", perf_event_paranoid = 2, smt = false,
    },
    warnings = {}, sizes = { { size = 1, tasks = 2, example = "(0, 1)" } },
    events = {}, metrics = {}, subjects = {}, cells = {},
  }
end

local function median(list)
  table.sort(list)
  local middle = (#list + 1) // 2
  return #list % 2 == 1 and list[middle] or (list[middle] + list[middle + 1]) / 2
end

-- Smallest and largest of n blocks hold the median with probability 1 − 2^(1−n).
local function estimate(list, unit)
  local n = #list
  local middle = median(list)
  if n < 6 then
    return { median = middle, n = n, unit = unit, reason = "only " .. n .. " blocks" }
  end
  local inset = n >= 9 and 1 or 0
  return { median = middle, low = list[1 + inset], high = list[n - inset],
    level = 1 - 2 ^ (1 - n) * (inset == 1 and n + 1 or 1), n = n, unit = unit }
end

local function count(value, source, event)
  if event.state == "unsupported" then
    return { state = "unsupported", source = event.source, reason = event.reason, count = 0,
      enabled_ns = 0, running_ns = 0 }
  end
  local whole = math.floor(value)
  if event.state == "scaled" then
    return { count = whole // 2, enabled_ns = 1000, running_ns = 500, state = "scaled",
      source = source, reason = event.reason, estimate = whole // 2 * 2.0 }
  end
  return { count = whole, enabled_ns = 1000, running_ns = 1000, state = "exact", source = source,
    estimate = whole + 0.0 }
end

local PER_INSTRUCTION = { cycles = 0.34, instructions = 1, branches = 0.18,
  ["branch-misses"] = 0.0004 }

local function counts_of(run, spec, wall_ns, workers)
  local out = {}
  for i, event in ipairs(run.events) do
    local value
    if event.asked == "task-clock" then
      value = wall_ns * workers
    elseif event.asked == "page-faults" then
      value = spec.start == "cold" and 812 or 3
    elseif event.asked == "context-switches" then
      value = spec.mode == "serial" and 0 or 6
    else
      value = (spec.instructions or 0) * spec.tasks * PER_INSTRUCTION[event.asked] * jitter()
    end
    out[i] = count(value, event.source, event)
  end
  return out
end

local function add_samples(run, spec, cell)
  for block = 1, spec.blocks do
    local drift = 1 + 0.004 * block / spec.blocks
    for index = 1, spec.per_process do
      local wall_ns = spec.wall_ns * drift * jitter()
      local sample = { block = block, order = (block * 7 + #run.cells * 5) % 61 + 1,
        process = block, index = index, loops = 1, noise = { steal_ns = 0, switches = index - 1 } }
      if block == 3 and index == 2 and #run.cells % 9 == 4 then
        wall_ns = wall_ns * 1.09
        sample.marked = "the hypervisor took 41 ms away meanwhile"
        sample.noise.steal_ns = 41000000
      end
      sample.wall_ns = math.floor(wall_ns)
      sample.cpu_ns = math.floor(wall_ns * spec.jobs * 0.98)
      sample.counts = counts_of(run, spec, wall_ns, spec.jobs)
      cell.samples[#cell.samples + 1] = sample
    end
  end
end

-- The fastest of each process, as one figure per block.
local function by_block(cell, value)
  local best, order = {}, {}
  for _, sample in ipairs(cell.samples) do
    local x = value(sample)
    if x and not best[sample.block] then order[#order + 1] = sample.block end
    if x then best[sample.block] = math.min(best[sample.block] or x, x) end
  end
  local list = {}
  for i, block in ipairs(order) do list[i] = best[block] end
  return list
end

local function add_counts(run, cell)
  for i, event in ipairs(run.events) do
    local list = by_block(cell, function(sample)
      local c = sample.counts[i]
      return c.estimate and c.estimate / cell.tasks
    end)
    if #list > 0 then
      cell.per_task[i] = estimate(list, event.unit)
      cell.per_task[i].state, cell.per_task[i].source = event.state, event.source
      cell.per_task[i].reason = event.reason
    else
      cell.per_task[i] = { state = event.state, source = event.source, reason = event.reason }
    end
  end
end

function shapes.cell(run, spec)
  spec.tasks, spec.size = spec.tasks or 2, spec.size or 1
  local cell = {
    id = ("%s/%s/%d/%s/%s"):format(spec.subject, spec.mode, spec.jobs, spec.start, spec.size),
    subject = spec.subject, mode = spec.mode, jobs = spec.jobs, start = spec.start,
    size = spec.size,
    tasks = spec.tasks, loops = 1, baseline = spec.baseline or false, verdict = spec.verdict,
    samples = {}, per_task = {}, metrics = {},
  }
  run.cells[#run.cells + 1] = cell
  if not spec.wall_ns then
    return
  end
  add_samples(run, spec, cell)
  cell.time = estimate(by_block(cell, function(s) return s.wall_ns / s.loops end), "ns")
  cell.cpu = estimate(by_block(cell, function(s) return s.cpu_ns / s.loops end), "ns")
  add_counts(run, cell)
  if spec.pmu then
    cell.metrics.ipc = { median = 2.94, low = 2.9, high = 2.97, n = spec.blocks, state = "exact",
      source = "hardware" }
  end
  cell.metrics.cpu_utilisation = { median = 0.98 * spec.jobs, n = spec.blocks }
  cell.workers = {}
  for id = 0, spec.jobs - 1 do
    cell.workers[#cell.workers + 1] = { id = id, wall_ns = math.floor(spec.wall_ns),
      cpu_ns = math.floor(spec.wall_ns * 0.98), tasks = spec.tasks // spec.jobs }
  end
end

function shapes.fail(cell, text)
  cell.verdict = { state = "failed", text = text }
  cell.samples, cell.time, cell.cpu, cell.per_task, cell.metrics = {}, nil, nil, {}, {}
end

-- Block by block, as the comparison does it.
local function ratio(base, cell, divisor)
  local a = by_block(base, function(s) return s.wall_ns end)
  local b = by_block(cell, function(s) return s.wall_ns end)
  local list = {}
  for i = 1, math.min(#a, #b) do list[i] = a[i] / b[i] / (divisor or 1) end
  return #list > 0 and estimate(list) or nil
end

function shapes.ratios(run)
  local bases, serial = {}, {}
  for _, cell in ipairs(run.cells) do
    if cell.baseline then bases[cell.size] = cell end
    if cell.mode == "serial" then serial[cell.subject] = cell end
  end
  for _, cell in ipairs(run.cells) do
    local right = cell.verdict.state == "identical" or cell.verdict.state == "within"
    local base = bases[cell.size]
    if right and base and cell ~= base and #cell.samples > 0 then
      cell.speedup = ratio(base, cell)
      cell.speedup.over = base.subject .. "/serial/1"
    end
    if right and cell.mode ~= "serial" and serial[cell.subject] and #cell.samples > 0 then
      cell.efficiency = ratio(serial[cell.subject], cell, math.min(cell.jobs, cell.tasks))
    end
  end
end

-- Six runs of a row whose level falls at the fourth, and two of another machine (payoff.history).
function shapes.history(cell, name)
  local function points(first, levels)
    local list = {}
    for i, level in ipairs(levels) do
      list[i] = { run = first + i, id = "run-" .. first + i, started = "2026-11-2" .. i
        .. "T12:00:00Z", commit = "0123456789ab", median = level, low = level * 0.99,
        high = level * 1.01, n = 7 }
    end
    return list
  end
  return { { cell = cell, subject = cell:match("^[^/]*"), name = name, series = {
    { differences = {}, points = points(2, { 2e8, 2.01e8, 1.99e8, 1.1e8, 1.11e8, 1.12e8 }),
      stretches = { { first = 1, level = 2e8 }, { first = 4, level = 1.11e8 } } },
    { differences = { "another processor: Sparrow 8" }, points = points(0, { 3e8, 3.1e8 }),
      stretches = {} },
  } } }
end

-- Speed-ups that follow a law to the digit: time(n) = (1 + σ (n − 1) + κ n (n − 1)) / n seconds.
function shapes.scaling(subject, serial, crosstalk, law)
  local group = { subject = subject, mode = "process", start = "warm", size = 1, tasks = 64,
    over = subject .. "/process/1/warm/1", points = {}, text = subject .. ": planted" }
  for i, jobs in ipairs { 2, 4, 8, 16 } do
    local time_ns = 1e9 * (1 + serial * (jobs - 1) + crosstalk * jobs * (jobs - 1)) / jobs
    local speedup = 1e9 / time_ns
    group.points[i] = { jobs = jobs, cell = ("%s/process/%d/warm/1"):format(subject, jobs),
      time = { median = time_ns }, ideal = jobs, efficiency = speedup / jobs, speedup = {
        median = speedup, low = speedup * 0.98, high = speedup * 1.02, level = 0.96, n = 9 } }
  end
  local function share(x) return { estimate = x, low = x * 0.9, high = x * 1.1, n = 9 } end
  group[law] = { one = 1e9, worst = 0, serial = share(serial),
    crosstalk = law == "usl" and share(crosstalk) or nil }
  return group
end

return shapes
