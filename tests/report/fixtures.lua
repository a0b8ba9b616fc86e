-- fixtures: run models (reports/MODEL.md) with made-up figures, for the tests of the formats.
--
--   local run = require("report.fixtures").article()
--
-- article()  the experiment as people meet it: thirteen subjects, wrong ones, a missing one
-- nasty()    names and texts that attack the report, and ten thousand samples
-- sizes(name) four sizes, two ports; one, of this name, meets the reference at about 100
-- empty()    interrupted before anything was measured

local shapes = require "report.fixture_shapes"

local fixtures = {}

local NO_PMU = "this virtual machine shows no performance counters to its guest; "
  .. "a machine of its own, or a guest with a virtual PMU, has them"

local function event(asked, unit, source, state, reason)
  local name = source == "hardware" and not reason and asked .. ":u" or asked
  return { asked = asked, name = name,
    unit = unit, source = source, state = state or "exact", reason = reason }
end

local function events(pmu)
  local state, reason = pmu and "exact" or "unsupported", not pmu and NO_PMU or nil
  return {
    event("task-clock", "ns", "software"),
    event("cycles", "events", "hardware", state, reason),
    event("instructions", "events", "hardware", state, reason),
    event("branches", "events", "hardware", state, reason),
    event("branch-misses", "events", "hardware", state, reason),
    event("page-faults", "events", "software"),
    event("context-switches", "events", "software"),
  }
end

local function metrics(pmu)
  local reason = not pmu and NO_PMU or nil
  return {
    { name = "ipc", title = "Instructions per cycle", unit = "", available = pmu, reason = reason,
      prose = "A modern core can finish four to eight instructions per cycle. Below one, it "
        .. "mostly waits: for memory, or for a branch that was guessed wrong." },
    { name = "branch_miss_rate", title = "Branch misses", unit = "%", available = pmu,
      reason = reason, prose = "A wrong guess throws away 15 to 20 cycles of work." },
    { name = "cpu_utilisation", title = "CPUs used", unit = "", available = true,
      prose = "CPU time over wall time: 1.0 is one core kept busy." },
  }
end

local IDENTICAL = { state = "identical", text = "identical to the last bit" }
local RIGHT = "1.264911011363067e+17"

local function wrong(got, divergence)
  return { state = "wrong", text = divergence, task = "(0, 1)", expected = RIGHT, got = got }
end

-- name, kind, serial seconds for both tasks, instructions per task, what it teaches, verdict, modes
local ARTICLE = {
  { "python", "python", 2.98, 1.62e9, "the reference, as published", IDENTICAL, "spt" },
  { "rust-ext", "python", 0.1123, 1.31e8, "the published Rust as an extension module (PyO3)",
    IDENTICAL, "spt" },
  { "rust-lib", "native", 0.1119, 1.31e8, "the same Rust without Python around it", IDENTICAL,
    "spt" },
  { "rust-exe", "executable", 0.1121, 1.31e8, "all Rust: its own program, its own threads",
    IDENTICAL, "st" },
  { "cython", "python", 0.0811, 9.1e7, "as published: a C long wraps",
    wrong("2.535e+16", "returns 2.535e+16 for (0, 1) instead of " .. RIGHT), "spt" },
  { "cython-32", "python", 0.0803, 9.0e7, "the same where a long has 32 bits",
    wrong("436761786922.2004", "returns 436761786922.2004 for (0, 1) instead of " .. RIGHT),
    "spt" },
  { "cython-right", "python", 0.1204, 1.4e8, "with a wide enough integer", IDENTICAL, "spt" },
  { "c-literal", "native", 0.1093, 1.3e8, "the Python, word for word, in C", IDENTICAL, "spt" },
  { "c-naive", "native", 0.0202, 3.1e7, "doubles throughout",
    { state = "within", text = "within tolerance: off by at most 2 ULP, 2.5e-16 relative",
      ulp = 2, relative = 2.5e-16 }, "spt" },
  { "c-exact", "native", 0.0203, 3.4e7, "vectorised, one exact product per step", IDENTICAL,
    "spt" },
  { "c-module", "python", 0.0206, 3.5e7, "the exact C as an extension module", IDENTICAL, "spt" },
  { "c-ctypes", "python", 0.0205, 3.5e7, "the exact C through ctypes, which frees the GIL",
    IDENTICAL, "spt" },
  { "c-cffi", "python", nil, nil, "the exact C through cffi",
    { state = "missing", text = "cffi is not installed for this Python; pip install cffi" },
    "spt" },
}

local FREES_GIL = { ["c-ctypes"] = true, ["c-module"] = true, ["rust-ext"] = true }

-- What one run of the list of tasks takes in this mode, in ns.
local function wall_of(row, mode, start)
  local serial_ns, python = row[3] * 1e9, row[2] == "python"
  if mode == "serial" then
    return serial_ns
  elseif mode == "process" then
    local start_ns = python and 24e6 or 0.9e6
    return serial_ns / 1.97 + (start == "cold" and start_ns or start_ns / 40)
  elseif python and not FREES_GIL[row[1]] then
    return serial_ns * 1.04 -- one thread at a time
  end
  return serial_ns / 1.98 + (start == "cold" and 0.12e6 or 0.02e6)
end

local function article_cells(run, row, pmu)
  local plans = { { "serial", 1, "warm" }, { "process", 2, "cold" }, { "process", 2, "warm" },
    { "thread", 2, "cold" }, { "thread", 2, "warm" } }
  for _, plan in ipairs(plans) do
    local mode, jobs, start = table.unpack(plan)
    if row[7]:find(mode:sub(1, 1), 1, true) then
      shapes.cell(run, {
        subject = row[1], mode = mode, jobs = jobs, start = start, verdict = row[6],
        wall_ns = row[3] and wall_of(row, mode, start), instructions = row[4], pmu = pmu,
        baseline = row[1] == "python" and mode == "serial", blocks = 7, per_process = 3,
      })
    end
  end
end

function fixtures.article(options)
  local pmu = not (options and options.pmu == false)
  local run = shapes.run("cpu_intensive", "Bruce Eckel's cpu_intensive: sums of square roots")
  run.events, run.metrics = events(pmu), metrics(pmu)
  run.warnings = {
    "The CPU's clock is not fixed (governor: schedutil): times drift with temperature and load. "
      .. "cpupower frequency-set -g performance steadies it.",
  }
  for _, row in ipairs(ARTICLE) do
    local missing = row[6].state == "missing"
    run.subjects[#run.subjects + 1] = {
      name = row[1], kind = row[2], teaches = row[5], reference = row[1] == "python",
      runtime = row[2] == "python" and "cpython 3.11.7" or nil, verdict = row[6],
      file = row[2] == "native" and "kernel/cpu_intensive/lib" .. row[1] .. ".so" or nil,
      state = missing and "missing" or "ok", reason = missing and row[6].text or nil,
      build = row[2] ~= "python" and { command = "make " .. row[1], seconds = 3.1, stale = true }
        or nil,
      load_ns = not missing and (row[2] == "python" and 812345 or 91234) or nil,
    }
    article_cells(run, row, pmu)
  end
  for _, cell in ipairs(run.cells) do
    if cell.id == "cython-right/process/2/cold/1" then
      shapes.fail(cell, "ended by signal 11 (segmentation fault) in task (1, 1)")
      run.subjects[7].verdict = cell.verdict -- the worst of its cells
    end
  end
  shapes.ratios(run)
  run.history = shapes.history("rust-ext/serial/1/warm/1", "rust-ext, serial")
  return run
end

local EVIL = "</script><img src=x onerror=alert(1)>"
local MARKS = { EVIL, "quote\"s 'n' `ticks` & <b>bold</b>", "two\nlines\tand\r\na tab",
  "\u{202E}right to left\u{202C} \u{5E9}\u{5DC}\u{5D5}\u{5DD}", "=cmd|' /C calc'!A0",
  "bad\xff\xfe\0utf8", "<!--<script>", "]]>{{7*7}}${7*7}\u{2028}\u{2029}", string.rep("long", 40) }

function fixtures.nasty()
  local run = shapes.run(EVIL, EVIL .. "<script>document.title='owned'</script>")
  run.events, run.metrics = events(true), metrics(true)
  run.events[2].reason, run.events[2].state = EVIL, "scaled"
  run.metrics[1].prose = EVIL
  run.warnings = { EVIL, "a warning\nover two lines & <more>" }
  run.experiment.text = "-- " .. EVIL .. "\nreturn '</pre></textarea></style>'\n"
  run.command = "payoff run '" .. EVIL .. "'"
  run.machine.cpu.model = EVIL
  run.sizes[1].example = EVIL
  for i, name in ipairs(MARKS) do
    local verdict = { state = "identical", text = EVIL }
    if i == 3 then
      verdict = { state = "wrong", text = "returns " .. EVIL, task = EVIL, expected = EVIL,
        got = EVIL }
    end
    run.subjects[i] = { name = name, kind = "native", reference = i == 2, teaches = EVIL,
      runtime = EVIL, file = EVIL, state = "ok", verdict = verdict,
      build = { command = EVIL, seconds = 1, stale = false } }
    for _, mode in ipairs { "serial", "thread" } do
      shapes.cell(run, { subject = name, mode = mode, jobs = mode == "serial" and 1 or 2,
        start = "warm", verdict = verdict, wall_ns = 1e6 * 3 ^ i, instructions = 1e6 * i,
        pmu = true, baseline = i == 2 and mode == "serial", blocks = 56, per_process = 10 })
    end
  end
  run.cells[1].samples[1].marked = EVIL
  run.history = shapes.history(EVIL .. "/serial/1/warm/1", EVIL)
  run.history[1].series[2].differences[1] = EVIL
  shapes.ratios(run)
  return run
end

fixtures.EVIL = EVIL

function fixtures.sizes(name)
  local run = shapes.run("sizes", "From which size on")
  name, run.events, run.metrics, run.sizes = name or "rust", events(true), metrics(true), {}
  local costs = { { "python", 2000, 150 }, { name, 15000, 20 }, { "c", 1200, 3 } } -- ns
  for i, cost in ipairs(costs) do
    run.subjects[i] = { name = cost[1], kind = i == 1 and "python" or "native",
      reference = i == 1, state = "ok", verdict = IDENTICAL, teaches = "planted costs",
      binding = i == 2 and "c-api" or nil, binding_from = i == 2 and "found" or nil,
      crosses = i == 2 and "once" or nil, binding_reason = i ~= 2 and (name .. " hides it") or nil }
    for _, size in ipairs { 1, 30, 1000, 30000 } do
      shapes.cell(run, { subject = cost[1], mode = "serial", jobs = 1, start = "warm", size = size,
        tasks = 1, verdict = IDENTICAL, wall_ns = cost[2] + cost[3] * size, pmu = true,
        instructions = (cost[2] + cost[3] * size) * 3, baseline = i == 1, blocks = 9,
        per_process = 2 })
      run.sizes[#run.sizes + 1] = i == 1 and { size = size, tasks = 1,
        handed = { ints = size } } or nil
    end
  end
  shapes.ratios(run)
  run.scaling = { shapes.scaling(name, 0.05, 0.002, "usl"), shapes.scaling("c", 0.3, 0, "amdahl") }
  return run
end

function fixtures.empty()
  local run = shapes.run("empty", "Interrupted at once")
  run.interrupted, run.machine, run.sizes = true, {}, {}
  run.warnings = { "The run was interrupted: what was measured until then is shown." }
  run.experiment.text, run.wall_s = nil, 0.2
  run.subjects = { { name = "python", kind = "python", reference = true, state = "ok" } }
  run.cells = { { id = "python/serial/1/warm/1", subject = "python", mode = "serial", jobs = 1,
    start = "warm", size = 1, tasks = 2, baseline = true, samples = {}, per_task = {},
    metrics = {}, verdict = { state = "unmeasured", text = "not measured yet" } } }
  return run
end

return fixtures
