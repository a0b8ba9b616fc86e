local boundary = require "payoff.model.boundary"
local break_even = require "payoff.model.break_even"
local check = require "check"
local derive = require "payoff.run.derive"
local json = require "payoff.native.json"
local program = require "payoff.model.program"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"
local verdicts = require "payoff.model.verdicts"

local BLOCKS = 8

local function reading(count, state)
  return { count = count, estimate = count, state = state or "exact", source = "hardware" }
end

-- spec: wall, cpu, instructions, cycles of one run; the noise differs from block to block.
local function cell(subject, spec)
  local id = ("%s/%s/%d/warm/%s"):format(subject, spec.mode or "serial", spec.jobs or 1,
    spec.size or 1)
  local out = { id = id, subject = subject, mode = spec.mode or "serial", jobs = spec.jobs or 1,
    start = "warm", size = spec.size or 1, tasks = 2, loops = 3,
    samples = {}, baseline = subject == "python", verdict = { state = "identical" },
    simulated = spec.simulated }
  for block = 1, BLOCKS do
    for index = 1, 2 do
      local noise = 1 + 0.004 * ((block * 7 + index * 3 + #subject) % 5)
      out.samples[#out.samples + 1] = { block = block, process = 1, index = index, loops = 3,
        wall_ns = 3 * spec.wall * noise, cpu_ns = spec.cpu and 3 * spec.cpu * noise,
        counts = { spec.cycles and reading(3 * spec.cycles * noise) or nil,
          spec.instructions and reading(3 * spec.instructions) or nil } }
    end
  end
  return out
end

local function event(name, state, reason)
  return { asked = name, name = name .. ":u", unit = "events", state = state or "exact",
    source = "hardware", reason = reason }
end

local function run_of(list, extra)
  local run = { format = 1, seed = 3, confidence = 0.95, cells = list, subjects = {}, sizes = {},
    warnings = {}, experiment = { name = "f" }, events = extra and extra.events
      or { event "cycles", event "instructions" }, program = extra and extra.program }
  local seen, sizes = {}, {}
  for _, one in ipairs(list) do
    if not seen[one.subject] then
      seen[one.subject] = true
      run.subjects[#run.subjects + 1] = { name = one.subject, state = "ok", kind = "python",
        reference = one.baseline, verdict = { state = "identical" },
        build = extra and extra.build and { command = "make", seconds = extra.build } }
    end
    if not sizes[one.size] then
      sizes[one.size] = true
      run.sizes[#run.sizes + 1] = { size = one.size, tasks = 2 }
    end
  end
  return derive.run(run, {})
end

local function product(terms)
  local out = 1
  for _, term in ipairs(terms) do out = out * term.ratio.median end
  return out
end

local function names(terms)
  local out = {}
  for i, term in ipairs(terms) do out[i] = term.name end
  return table.concat(out, " ")
end

local function near(got, expected, share)
  check.truthy(math.abs(got / expected - 1) < share, ("%s is not about %s:"):format(got, expected))
end

check.test("the terms multiply to the measured ratio, and are the planted ones", function()
  local run = run_of {
    cell("python", { wall = 3e9, cpu = 3e9, instructions = 2.05e10, cycles = 9e9 }),
    cell("rust", { wall = 5e6, cpu = 5e6, instructions = 5e7, cycles = 1.7e7 }),
    cell("rust", { mode = "thread", jobs = 2, wall = 2.6e6, cpu = 5e6, instructions = 5e7,
      cycles = 1.7e7 }),
  }
  local serial, thread = run.cells[2].decomposition, run.cells[3].decomposition
  check.equal(names(serial.terms), "instructions cpi clock parallel rest")
  for i, it in ipairs { serial, thread } do
    near(product(it.terms), run.cells[i + 1].speedup.median, 1e-12)
    near(it.terms[1].ratio.median, 410, 0.01)
    for _, term in ipairs(it.terms) do
      check.truthy(term.ratio.low <= term.ratio.median and term.ratio.median <= term.ratio.high)
      check.truthy(term.source and term.state, term.name)
    end
  end
  near(serial.terms[2].ratio.median, (9 / 20.5) / (1.7 / 5), 0.01)
  near(serial.terms[4].ratio.median, 1, 0.01)
  near(thread.terms[4].ratio.median, 5 / 2.6, 0.01)
  check.contains(serial.text, "fewer instructions × 1.29 better IPC")
  check.contains(thread.text, "more CPUs at once")
  check.equal(serial.reason, nil)
  check.equal(run.cells[1].decomposition, nil)
end)

check.test("without a PMU there is what there is, and the reason", function()
  local blind = { events = { event("cycles", "unsupported", "no PMU here."),
    event("instructions", "unsupported", "no PMU here.") } }
  local run = run_of({ cell("python", { wall = 100, cpu = 90 }),
    cell("c", { wall = 10, cpu = 5 }) }, blind)
  local it = run.cells[2].decomposition
  check.equal(names(it.terms), "cpu parallel rest")
  near(product(it.terms), run.cells[2].speedup.median, 1e-12)
  check.contains(it.sentence, "not decomposed further here, because of this: no PMU here)")
  local function counted(count)
    return { state = "exact", source = "simulated", count = count, loops = 2, reason = "Valgrind" }
  end
  run = run_of({ cell("python", { wall = 100, cpu = 90, simulated = counted(8000) }),
    cell("c", { wall = 10, cpu = 9, simulated = counted(400) }) }, blind)
  it = run.cells[2].decomposition
  check.equal(names(it.terms), "instructions per_instruction parallel rest")
  near(it.terms[1].ratio.median, 20, 1e-9)
  check.equal(it.terms[1].source, "simulated")
  near(product(it.terms), run.cells[2].speedup.median, 1e-12)
  run = run_of({ cell("python", { wall = 100 }), cell("c", { wall = 10 }) }, blind)
  check.equal(#run.cells[2].decomposition.terms, 0)
  check.contains(run.cells[2].decomposition.reason, "CPU time")
end)

local function curve(subject, a, b, sizes, bend)
  local out = {}
  for i, size in ipairs(sizes) do
    out[i] = cell(subject, { size = size, wall = a + b * size + (bend and bend(size) or 0) })
  end
  return out
end

local function join(...)
  local out = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #out + 1, out) end
  return out
end

check.test("break-even of planted curves", function()
  local sizes = { 1, 30, 100, 300, 3000 }
  local run = run_of(join(curve("python", 20e3, 2e3, sizes), curve("port", 200e3, 500, sizes),
    curve("always", 10e3, 200, sizes), curve("never", 60e3, 2500, sizes),
    curve("far", 9e6, 500, sizes),
    curve("bent", 200e3, 500, sizes, function(n) return n > 300 and n * 8000 or 0 end)))
  local found = {}
  for _, one in ipairs(run.break_even) do found[one.subject] = one end
  check.equal(found.port.state, "from")
  near(found.port.at.median, 120, 0.1)
  check.truthy(found.port.at.low <= 120 and found.port.at.high >= 120 - 2)
  near(found.port.port.call.median, 200e3, 0.05)
  near(found.port.port.per_size.median, 500, 0.05)
  check.equal(found.always.state, "always")
  check.equal(found.never.state, "never")
  check.truthy(found.always.everywhere and found.never.everywhere and not found.port.everywhere)
  check.equal(found.far.state, "never")
  check.equal(found.far.outside, "above")
  check.contains(found.far.text, "meets the reference's at about 59")
  check.equal(found.bent.state, "up to")
  check.truthy(not found.bent.straight)
  check.truthy(math.abs(found.bent.off.share) > 0.5)
  check.equal(found.port.off, nil)
  near(found.bent.earlier[1].at.median, 120, 0.1)
  check.equal(break_even.find(run, run.cells[6]), found.port)
  local function paragraph(subject)
    for _, one in ipairs(verdicts.of(run)) do
      if one.subject == subject then return one.text end
    end
  end
  check.contains(paragraph("always"), "It pays at every size measured there (1 to 3000). ")
  found.always.everywhere = false -- sure of it are the lines alone
  check.contains(paragraph("always"), "(1 to 3000), by lines through all of them; not each size")
  check.equal(#run_of({ cell("python", { wall = 2 }), cell("c", { wall = 1 }) }).break_even, 0)
end)

check.test("break-even in each mode", function()
  local sizes, list = { 1, 30, 100, 300, 3000 }, {}
  for _, place in ipairs { { "serial", 1, 200e3, 500 }, { "thread", 2, 250e3, 250 },
    { "process", 2, 900e3, 300 } } do
    for _, size in ipairs(sizes) do
      list[#list + 1] = cell("port", { size = size, mode = place[1], jobs = place[2],
        wall = place[3] + place[4] * size })
    end
  end
  local run, found = run_of(join(curve("python", 20e3, 2e3, sizes), list)), {}
  for _, one in ipairs(run.break_even) do found[one.mode] = one end
  for mode, crossing in pairs { serial = 120, thread = 230e3 / 1750, process = 880e3 / 1700 } do
    check.equal(found[mode].state, "from")
    near(found[mode].at.median, crossing, 0.1)
    check.truthy(found[mode].at.low <= crossing and crossing <= found[mode].at.high)
  end
end)

check.test("a few blocks on a busy machine are no bent line", function()
  local sizes, list = { 10, 100, 1000 }, {}
  for _, subject in ipairs { "python", "port" } do
    for i, one in ipairs(curve(subject, 1000, subject == "port" and 20 or 100, sizes)) do
      local kept = {}
      for _, sample in ipairs(one.samples) do
        -- Every third block of another size takes half as long again.
        local slow = (sample.block + i) % 3 == 0 and 1.5 or 1
        sample.wall_ns = sample.wall_ns * slow
        if sample.block <= 4 then kept[#kept + 1] = sample end
      end
      one.samples, list[#list + 1] = kept, one
    end
  end
  local entry = run_of(list).break_even[1]
  check.truthy(entry.straight)
  check.equal(entry.off, nil)
end)

check.test("the build is repaid after as many runs as its saving takes", function()
  local run = run_of({ cell("python", { wall = 2e9, cpu = 2e9 }),
    cell("c", { wall = 1e9, cpu = 1e9 }) }, { build = 12 })
  local row = run.ledger[2]
  near(row.repaid.median, 12, 0.02)
  check.truthy(row.repaid.low <= row.repaid.median and row.repaid.median <= row.repaid.high)
  check.equal(row.energy, nil)
  check.contains(row.reasons.energy, "asks for no energy")
  check.contains(row.reasons.rss_bytes, "no process")
  check.equal(run.ledger[1].repaid, nil)
  run = run_of({ cell("python", { wall = 1e9 }), cell("c", { wall = 2e9 }) }, { build = 12 })
  check.equal(run.ledger[2].repaid, nil)
  check.contains(run.ledger[2].reasons.repaid, "saves nothing")
end)

check.test("a share of a program gives a ceiling and a gain, with intervals", function()
  local share = stats.share(35, 100)
  local run = run_of({ cell("python", { wall = 39e6 }), cell("c", { wall = 1e6 }) }, { program = {
    share = { median = share.estimate, low = share.low, high = share.high, level = share.level,
      from = "a profile" } } })
  near(run.program.ceiling.median, 1 / 0.65, 1e-9)
  near(run.program.gains[1].gain.median, 1 / (0.65 + 0.35 / 39), 0.01)
  check.truthy(run.program.gains[1].gain.low < run.program.gains[1].gain.median)
  check.contains(run.program.text, "at most 1.5× [1.3, 1.8] as fast")
  check.contains(run.verdicts[1].text, "The whole program becomes 1.5×")
  local told = { program = { share = { median = 1, from = "told" } }, cells = {} }
  check.contains(program.derive(told, function() return true end).text, "whole program")
end)

check.test("places and verdicts name the winner, and a line fits a commit message", function()
  local wrong = cell("bad", { wall = 1 })
  local run = run_of { cell("python", { wall = 100e6, cpu = 100e6 }),
    cell("c", { wall = 10e6, cpu = 10e6 }), wrong,
    cell("c", { mode = "thread", jobs = 2, wall = 5e6, cpu = 10e6 }) }
  check.equal(run.places[1].winner, "bad/serial/1/warm/1")
  run.subjects[3].verdict = { state = "wrong", text = "returns 1 for (0, 1)" }
  wrong.verdict = run.subjects[3].verdict
  derive.run(run, {})
  check.equal(run.places[1].winner, "c/thread/2/warm/1")
  check.truthy(run.places[1].sure)
  check.contains(run.places[1].text, "2.0")
  check.contains(run.verdicts[1].text, "c is right")
  check.contains(run.verdicts[1].text, "its best place is 2 threads, warm: 20")
  check.equal(run.verdicts[2].line, "f: bad is wrong")
  check.contains(run.verdicts[2].text, "returns 1 for (0, 1)")
  for _, one in ipairs(run.verdicts) do check.truthy(utf8.len(one.line) <= 72) end
  run.subjects[3].verdict = { state = "failed", text = "ended by signal 11" }
  wrong.verdict = run.subjects[3].verdict
  derive.run(run, {})
  check.equal(run.verdicts[2].line, "f: bad failed")
  check.equal(run.verdicts[2].text, "bad failed: ended by signal 11. It has no speed-up.")
end)

check.test("a price is the slope over the size, the loop taken off; other machines' are refused",
  function()
    local sizes = { 100, 1000, 10000 }
    local list = join(curve("python", 300, 55, sizes), curve("loop", 200, 15, sizes),
      curve("c-ext", 400, 25, sizes), curve("native", 50, 3, sizes))
    local run = run_of(list)
    run.machine, run.started = { cpu = { model = "A", threads = 2 } }, "2026"
    run.subjects[1].runtime = "cpython 3"
    local found = {}
    for _, entry in ipairs(boundary.entries(run, "calls")) do found[entry.binding] = entry end
    check.equal(found.loop, nil)
    near(found.python.price.median, 40, 0.05)
    near(found["c-ext"].price.median, 10, 0.1)
    near(found.native.price.median, 3, 0.05)
    check.truthy(found.python.price.low < 40 and found.python.price.high > 39)
    local path = os.tmpname()
    local kept = boundary.new(run, boundary.entries(run, "calls"))
    assert(sys.write_file(path, assert(json.encode(kept))))
    check.equal(#boundary.load(path, run.machine, "cpython 3").entries, 3)
    local none, why = boundary.load(path, { cpu = { model = "B", threads = 2 } }, "cpython 3")
    check.equal(none, nil)
    check.contains(why, "another processor")
    assert(sys.write_file(path, "[]"))
    check.contains(select(2, boundary.load(path, run.machine, "cpython 3")), "no calibration")
    os.remove(path)
    check.contains(select(2, boundary.load(path, run.machine, "cpython 3")), "payoff boundary")
  end)
