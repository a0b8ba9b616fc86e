-- simulate: runs of the engine's own plan, estimates and verdicts on invented times.
--
--   local run = simulate.run(family, { blocks = 60, precision = 0.02, ratio = 1.03, scale = 1 })
--   simulate.truth(family, scale)      --> the true median of a block's log ratio, without `ratio`
--
-- Blocks, random order, samples per process, looks, stopping, estimates and comparisons are those
-- of payoff.run.*; only the times are drawn. A port's time is the reference's times `ratio`.
-- Of a process's samples the fastest alone goes into the cell, once the engine's rule has seen all
-- of them: no estimate that is used here sees the others (test_coverage.lua compares), and most of
-- the time went into them.

local between = require "payoff.run.between"
local compare = require "payoff.run.compare"
local derive = require "payoff.run.derive"
local estimate = require "payoff.run.estimate"
local plan = require "payoff.run.plan"
local sampling = require "payoff.run.sampling"

-- `deviation`: of a block's log ratio in the first family, where each process's fastest of five
-- samples counts (the deviation of the least of five normal values is 0.669).
local simulate = { deviation = math.sqrt(2 * (0.02 ^ 2 + (0.669 * 0.005) ^ 2)) }

local sample_ns, block_s = 1e7, 1

local function cell(subject, baseline)
  return { id = subject .. "/serial/1/warm/1", subject = subject, mode = "serial", jobs = 1,
    start = "warm", size = 1, tasks = 1, loops = 1, baseline = baseline, process_s = block_s / 2,
    verdict = { state = "identical" }, samples = {} }
end

local function empty_run()
  return { confidence = 0.95, sizes = { { size = 1, tasks = 1, example = "()" } }, events = {},
    subjects = { { name = "reference", verdict = { state = "identical" } },
                 { name = "port", verdict = { state = "identical" } } },
    cells = { cell("reference", true), cell("port", false) },
    machine = { cpu = { model = "none" } } }
end

local rule = sampling.new()
local pool = {}
for i = 1, rule.most do pool[i] = { loops = 1, index = i } end

-- The samples of one process as the engine's rule takes them; and which of them is the fastest.
local function take_process(process, factor, scale)
  local own, fastest = {}, nil
  repeat
    for n = #own + 1, #own + sampling.next(rule, #own, sample_ns, rule.most) do
      local sample = pool[n]
      sample.wall_ns = factor * math.exp(scale * process())
      own[n] = sample
      if not fastest or sample.wall_ns < fastest.wall_ns then fastest = sample end
    end
  until sampling.enough(rule, #own, own, sample_ns)
  return own, fastest
end

local function take_block(run, machine, block, options)
  local order = plan.shuffle(plan.processes(run.cells), math.random)
  for place, entry in ipairs(order) do
    local side = entry.cell.baseline and 1 or 2
    local own, fastest = take_process(machine(side, (block - 1) * #order + place),
      sample_ns * (side == 2 and options.ratio or 1), options.scale)
    for _, sample in ipairs(options.all_samples and own or { fastest }) do
      table.insert(entry.cell.samples, { block = block, order = place, process = entry.process,
        index = sample.index, loops = 1, wall_ns = sample.wall_ns })
    end
  end
end

-- options: blocks (what the budget allows), precision, ratio, scale; unjudged: no comparisons;
-- all_samples: those that estimates do not see are kept as well.
function simulate.run(family, options)
  options = { blocks = options.blocks, precision = options.precision or 0.02,
    ratio = options.ratio or 1, scale = options.scale or 1, unjudged = options.unjudged,
    all_samples = options.all_samples }
  local run, machine = empty_run(), family.new()
  take_block(run, machine, 1, options)
  -- Half a second more, so that rounding does not cost a block.
  local it = plan.blocks(run.cells, { budget_s = (options.blocks + 0.5) * block_s,
    spent_s = block_s, done = 1, confidence = run.confidence })
  local block = 1
  while block < it.blocks do
    block = block + 1
    take_block(run, machine, block, options)
    if plan.is_look(it, block) and derive.precise_enough(run, it.level, options.precision) then
      break
    end
  end
  run.level, run.blocks = it.level, block
  run.cells[2].speedup = estimate.ratio(run.cells[1], run.cells[2], run.level)
  if options.unjudged then return run end
  for _, one in ipairs(run.cells) do one.time = estimate.time(one, run.level) end
  run.comparisons = compare.inside(run, function() return true end)
  return run
end

-- Does the interval of the speed-up hold what the median log ratio `truth` says?
function simulate.covers(run, truth)
  local interval, speedup = run.cells[2].speedup, math.exp(-truth)
  return interval.low ~= nil and interval.low <= speedup and speedup <= interval.high
end

-- How the run judges the port against the reference.
function simulate.state(run)
  for _, item in ipairs(run.comparisons) do
    if item.kind == "reference" then return item.state end
  end
end

-- Every run has the same reference; the port's file is another one in each.
local function fingerprint(which)
  local function subject(name, hash)
    return { name = name, kind = "python", files = { { path = name, sha256 = hash } } }
  end
  return { subjects = { subject("reference", "same"), subject("port", which) } }
end

local function one_run(family, blocks, moment, which, options)
  local run, machine, control = empty_run(), family.new(), {}
  for block = 1, blocks do
    local offsets, before = moment(block), { #run.cells[1].samples, #run.cells[2].samples }
    take_block(run, machine, block, { scale = options.scale or 1, ratio = 1 })
    for i, one in ipairs(run.cells) do
      local factor = math.exp(offsets[i]) * (i == 2 and which == "second" and options.ratio or 1)
      for at = before[i] + 1, #one.samples do
        one.samples[at].wall_ns = one.samples[at].wall_ns * factor
      end
    end
    control[block] = { block = block, wall_ns = 5e5 * math.exp(offsets[3] + 0.002 * math.random()) }
  end
  run.level, run.control, run.fingerprint = run.confidence, { steps = 1, measured = control },
    fingerprint(which)
  return run
end

-- Two runs of a reference and a port, `blocks` each, one after the other: how `payoff compare`
-- judges the port in the second against the first. `ratio`: of the second's times. moment: one of
-- families.moments, or nil where the machine stays the same. more: so many further runs of each
-- version. --> the row
function simulate.two_runs(family, options)
  local function make(i)
    local moment = options.moment and options.moment.new() or function() return { 0, 0, 0 } end
    return one_run(family, options.blocks[i], moment, i == 1 and "first" or "second", options)
  end
  local old, new, others = make(1), make(2), {}
  for i = 1, 2 * (options.more or 0) do others[i] = make(i % 2 + 1) end
  local rows = between.runs(old, new, { valid = function() return true end, others = others }).rows
  return rows[2], rows[1]
end

-- The log ratios of so many blocks of the same twice.
function simulate.logs(family, blocks)
  local run, logs = simulate.run(family, { blocks = blocks, precision = 1e-9, unjudged = true }), {}
  local a, b = estimate.pairs(run.cells[2], run.cells[1])
  for i, x in ipairs(a) do logs[i] = math.log(x / b[i]) end
  return logs
end

-- The median and the quartile distance of log(port / reference), from many blocks. Where both sides
-- are drawn alike and in random order, the median is 0.
function simulate.truth(family, scale, blocks)
  local run, logs = empty_run(), {}
  local options, machine = { ratio = 1, scale = scale or 1 }, nil
  for i = 1, blocks or 20000 do
    if i % 60 == 1 then machine = family.new() end
    for _, one in ipairs(run.cells) do one.samples = {} end
    take_block(run, machine, (i - 1) % 60 + 1, options)
    logs[i] = math.log(run.cells[2].samples[1].wall_ns / run.cells[1].samples[1].wall_ns)
  end
  table.sort(logs)
  return family.unequal and logs[#logs // 2] or 0, logs[3 * #logs // 4] - logs[#logs // 4]
end

return simulate
