local check = require "check"
local repeating = require "payoff.run.repeating"
local sampling = require "payoff.run.sampling"

local ms = 1000000

-- How many samples a process takes whose samples last list[1], list[2], … ms, and then the last.
local function taken(it, list, marked)
  local samples = {}
  repeat
    local n = #samples + 1
    samples[n] = { wall_ns = (list[n] or list[#list]) * ms, loops = 1,
      marked = marked and marked[n] }
  until sampling.enough(it, n, samples, list[1] * ms)
  return #samples
end

check.test("a quiet process takes the fewest", function()
  check.equal(taken(sampling.new(), { 10 }), 5)
  check.equal(taken(sampling.exactly(3), { 10, 17, 23 }), 3)
end)

check.test("it goes on until its two fastest agree within one percent, and not for ever", function()
  check.equal(taken(sampling.new(), { 17, 16, 15, 14, 10, 13, 12, 10.05 }), 8)
  check.equal(taken(sampling.new(), { 17, 16, 15, 14, 10, 13, 12, 10.2, 10.05 }), 9)
  local list = {}
  for i = 1, 30 do list[i] = 10 * 1.02 ^ i end
  check.equal(taken(sampling.new(), list), 20)
end)

check.test("marked samples agree about nothing while there are others", function()
  local bad = { true, true, true }
  check.equal(taken(sampling.new(), { 10, 10, 10, 12, 14, 13, 12.01 }, bad), 7)
  check.equal(taken(sampling.new(), { 10, 10, 10, 10, 10 }, { true, true, true, true, true }), 5)
end)

check.test("a coarser precision is reached sooner, a finer one later", function()
  check.equal(taken(sampling.new(nil, 0.06), { 17, 16, 15, 14, 10, 13, 12, 10.2, 10.05 }), 8)
  check.equal(sampling.new(nil, 1e-6).agree, 0.005)
  check.equal(sampling.new(nil, 0.5).agree, 0.05)
end)

check.test("long samples: fewer, and one alone where one is slow", function()
  check.equal(taken(sampling.new(), { 50 }), 5)
  check.equal(taken(sampling.new(), { 80, 60, 70, 90 }), 3) -- a quarter of a second at most
  check.equal(taken(sampling.new(), { 150 }), 1)
  check.equal(taken(sampling.exactly(7), { 150 }), 1)
end)

check.test("short samples are more, and each stands alone", function()
  check.equal(taken(sampling.new(), { 2 }), 8)
  check.equal(taken(sampling.new(), { 6 }), 6)
  check.equal(taken(sampling.new(), { 7.9 }), 5)
  check.same({ sampling.range(sampling.new(), 2 * ms) }, { 8, 32 })
  check.same({ sampling.range(sampling.exactly(3), 2 * ms) }, { 3, 3 })
  check.equal(sampling.next(sampling.new(), 0, 2 * ms, 64), 1)
  check.equal(sampling.next(sampling.exactly(3), 0, ms, 64), 1)
end)

check.test("a serial worker's samples are short, a pool's are not", function()
  check.equal(sampling.target_ns { mode = "serial" }, 2 * ms)
  check.equal(sampling.target_ns { mode = "thread" }, 10 * ms)
  check.equal(sampling.target_ns({ mode = "serial" }, {}), 40 * ms) -- energy is read
end)

check.test("longer ones are taken together, as many as are needed and worker and moment allow",
  function()
    local it = sampling.new()
    check.equal(sampling.next(it, 0, 9 * ms, 64), 5)
    check.equal(sampling.next(it, 3, 9 * ms, 64), 2)
    check.equal(sampling.next(it, 5, 9 * ms, 64), 5)
    check.equal(sampling.next(it, 18, 9 * ms, 64), 2)
    check.equal(sampling.next(it, 0, 9 * ms, 1), 1)
    check.equal(sampling.next(it, 0, 9 * ms, 3), 3)
    check.equal(sampling.next(it, 0, 30 * ms, 64), 3) -- no longer than 100 ms together
    check.equal(sampling.next(it, 0, 150 * ms, 64), 1)
    check.equal(sampling.next(sampling.exactly(3), 0, 8 * ms, 64), 3)
    check.equal(sampling.next(sampling.exactly(3), 2, 8 * ms, 64), 1)
  end)

-- A machine that others use: elapsed times are apart, CPU times are not.
local function waiting(wall_ms, cpu_ms, marked)
  local samples = {}
  for i, wall in ipairs(wall_ms) do
    samples[i] = { wall_ns = wall * ms, cpu_ns = cpu_ms and cpu_ms * ms, loops = 1,
      marked = marked }
  end
  return samples
end

check.test("agreement is of the time that verdicts rest on", function()
  local it, list = sampling.new(), waiting({ 10, 12, 14, 16, 18 }, 9)
  local function cpu(sample) return sample.cpu_ns, true end
  check.equal(sampling.enough(it, 5, list, 10 * ms), false)
  check.equal(sampling.enough(it, 5, list, 10 * ms, cpu), true)
  list[5].cpu_ns, list[4].cpu_ns, list[3].cpu_ns, list[2].cpu_ns = 8e6, 7e6, 6e6, 5e6
  check.equal(sampling.enough(it, 5, list, 10 * ms, cpu), false)
  -- One that sleeps alone.
  for _, sample in ipairs(list) do sample.cpu_ns = 0 end
  check.equal(sampling.enough(it, 5, list, 10 * ms, cpu), true)
end)

check.test("where that time is not told it is of elapsed time", function()
  local it = sampling.new()
  local function cpu(sample) return sample.cpu_ns, true end
  check.equal(sampling.enough(it, 5, waiting({ 10, 12, 14, 16, 18 }), 10 * ms, cpu), false)
  check.equal(sampling.enough(it, 5, waiting({ 10, 10.05, 14, 16, 18 }), 10 * ms, cpu), true)
end)

check.test("what is taken again is what is no good for that time", function()
  local function wall(sample) return sample.wall_ns, not sample.marked end
  local list = waiting({ 10, 12, 14 })
  list[2].marked = "waited for a CPU"
  local cell = { samples = {} }
  repeating.see(cell, list, wall)
  check.equal(repeating.is_worth(cell, list[1], wall), false)
  check.equal(repeating.is_worth(cell, list[2], wall), true)
  -- Of times without the waits for a CPU it is a good one.
  local function own(sample)
    return sample.wall_ns, not sample.marked or sample.marked == "waited for a CPU"
  end
  check.equal(repeating.is_worth(cell, list[2], own), false)
end)

check.test("not where most of the cell's are no good, those of before among them", function()
  local function good(sample) return sample.wall_ns, not sample.marked end
  local cell = { samples = waiting({ 10, 11, 12 }, nil, "busy") }
  local list = waiting({ 10 }, nil, "busy")
  repeating.see(cell, list, good)
  check.equal(repeating.is_worth(cell, list[1], good), false)
  check.equal(cell.seen.samples, 4)
  for _ = 1, 3 do repeating.see(cell, waiting({ 10 }), good) end
  check.equal(cell.seen.samples, 7) -- those of before once
  check.equal(repeating.is_worth(cell, list[1], good), true)
end)
