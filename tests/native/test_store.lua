-- payoff.store: a run handed in, piece by piece as it is measured, and read back.

local check = require "check"
local store = require "payoff.store"

local path

local function open(options)
  return assert(store.open(path, options or { create = true }))
end

local function test(name, body)
  check.test(name, function()
    path = os.tmpname()
    local ok, trouble = xpcall(body, debug.traceback)
    for _, ending in ipairs { "", "-wal", "-shm" } do
      os.remove(path .. ending)
    end
    if not ok then
      error(trouble, 0)
    end
  end)
end

-- Both ways round; says where they differ.
local function same(got, expected, place)
  place = place or "model"
  if type(got) ~= "table" or type(expected) ~= "table" then
    check.equal(got, expected, place)
    check.equal(math.type(got), math.type(expected), place)
    return
  end
  for key in pairs(expected) do
    same(got[key], expected[key], place .. "." .. tostring(key))
  end
  for key in pairs(got) do
    if expected[key] == nil then
      error(place .. "." .. tostring(key) .. " is too much")
    end
  end
end

local function count(number, extra)
  local record = { count = number, enabled_ns = 10, running_ns = 10, state = "exact",
                   source = "hardware", estimate = number + 0.0 }
  for key, value in pairs(extra or {}) do
    record[key] = value
  end
  return record
end

local function sample(block, wall_ns, phase)
  return {
    phase = phase,
    block = block, order = 5, process = block, index = 1, wall_ns = wall_ns, loops = 40,
    counts = {
      count(123456789012345),
      count(10, { running_ns = 5, state = "scaled", reason = "shared", estimate = 20.0 }),
      { enabled_ns = 0, running_ns = 0, state = "unsupported", source = "hardware",
        reason = "no PMU" },
    },
    noise = { steal_ns = 12, switches = 1 },
    marked = block == 2 and "somebody stole 12 ns" or nil,
    workers = { { id = 0, wall_ns = wall_ns, tasks = 2 } },
  }
end

local function model()
  return {
    format = 1, id = "2026-11-23T12-00-00-4711", started = "2026-11-23T12:00:00Z",
    seed = 0x7fffffffffffffff, confidence = 0.95, command = "payoff run x.lua",
    payoff = { version = "0.1.0", libraries = { { name = "Lua", version = "5.4.4" } } },
    experiment = { name = "x", file = "x.lua", title = "Ü", text = "return {}\n\0\xff" },
    machine = { cores = 2, model = "some CPU" }, git = { ["x.py"] = "4e4ddf3" },
    warnings = { "one", "two" },
    sizes = { { size = 1, tasks = 2, example = "(0, 1)" } },
    events = {
      { asked = "instructions", name = "instructions:u", unit = "events", state = "exact",
        source = "hardware" },
      { asked = "cycles", name = "cycles", unit = "events", state = "exact", source = "hardware" },
      { asked = "frobs", state = "unsupported", source = "hardware", reason = "no such event" },
    },
    subjects = {
      { name = "python", kind = "python", reference = true, state = "ok", runtime = "cpython 3.11",
        load_ns = 12345.5 },
      { name = "rust", kind = "native", reference = false, state = "missing", reason = "no cargo",
        build = { command = "cargo build", stale = true }, colour = "red",
        verdict = { state = "missing", text = "no cargo" } },
      { name = "c", kind = "native", reference = false, state = "ok",
        verdict = { state = "wrong", text = "returns 1 for (256,) instead of 257" },
        verify = { state = "wrong", tried = 7, text = "returns 1", why = "Exactly what … gives.",
          findings = {
            { category = "value", failing = true, text = "returns 1", count = 3,
              input = "boundary", task = "(256,)", expected = "257", got = "1", cause = "uint8",
              why = "Exactly what … gives.", advice = "Use int.", taste = "sweet" },
            { category = "message", failing = false, text = "raises", count = 1 },
          } } },
    },
    cells = {
      { id = "python/serial/1/warm/1", subject = "python", mode = "serial", jobs = 1,
        start = "warm", size = 1, tasks = 2, loops = 40, baseline = true,
        verdict = { state = "identical", text = "identical to the last bit", ulp = 0,
                    relative = 0.0 },
        samples = { sample(1, 100), sample(2, 101) }, warming = { sample(0, 900, "first") },
        workers = { { id = 0, wall_ns = 101, tasks = 2 } } },
      { id = "python/serial/1/warm/0.5", subject = "python", mode = "serial", jobs = 1,
        start = "warm", size = 0.5, baseline = false,
        verdict = { state = "wrong", ulp = 2 ^ 70, relative = math.huge, task = "(0, 1)",
                    expected = "1", got = "inf" },
        samples = {}, warming = {} },
    },
  }
end

local function write(db, run_model)
  local run = assert(db:run_begin(run_model))
  for _, subject in ipairs(run_model.subjects) do
    assert(db:subject(run, subject))
  end
  for _, cell in ipairs(run_model.cells) do
    local id = assert(db:cell(run, cell))
    for _, list in ipairs { cell.warming, cell.samples } do
      for _, one in ipairs(list) do assert(db:sample(id, one)) end
    end
  end
  return run
end

test("a run comes back as it was handed in", function()
  local db = open()
  local run = write(db, model())
  assert(db:run_end(run, { wall_s = 118.25, ended = "2026-11-23T12:01:58Z" }))
  db:close()
  db = open { read_only = true }
  local expected = model()
  expected.run, expected.state, expected.interrupted = run, "complete", false
  expected.wall_s, expected.ended = 118.25, "2026-11-23T12:01:58Z"
  same(assert(db:load(run)), expected)
  same(assert(db:load(expected.id)), expected)
  check.equal(db:check(), true)
  db:close()
end)

test("a run that was not ended is there, and says so", function()
  local db = open()
  write(db, model())
  local other = open { create = false } -- as if after a kill: the first has not been closed
  local runs = assert(other:runs())
  check.equal(#runs, 1)
  check.equal(runs[1].state, "running")
  check.equal(runs[1].samples, 3)
  check.equal(runs[1].experiment.name, "x")
  check.equal(assert(other:load(1)).interrupted, true)
  other:close()
  db:close()
end)

test("records are changed in place", function()
  local db = open()
  local run = write(db, model())
  local cell = assert(db:cell(run, { id = "python/serial/1/warm/1", subject = "python",
    mode = "serial", jobs = 1, loops = 80, verdict = { state = "wrong", text = "no" } }))
  check.equal(cell, 1)
  assert(db:subject(run, { name = "rust", state = "ok", load_ns = 5 }))
  assert(db:run_update(run, { warnings = { "three" }, mood = "good" }))
  assert(db:warning(run, "four"))
  assert(db:run_end(run, { interrupted = true }))
  local read = assert(db:load(run))
  check.equal(read.cells[1].loops, 80)
  check.equal(read.cells[1].start, "warm", "what was not said again")
  check.equal(read.cells[1].verdict.state, "wrong")
  check.equal(#read.cells, 2)
  check.equal(read.subjects[2].state, "ok")
  check.equal(read.subjects[2].load_ns, 5)
  check.equal(table.concat(read.warnings, " "), "one two three four")
  check.equal(read.mood, "good")
  check.equal(read.sizes[1].example, "(0, 1)")
  check.equal(read.state, "interrupted")
  db:close()
end)

test("a transaction is all or nothing", function()
  local db = open()
  local nothing, message, code = db:transaction(function()
    write(db, model())
    return nil, "changed my mind", "cancelled"
  end)
  check.equal(nothing, nil)
  check.equal(message, "changed my mind")
  check.equal(code, "cancelled")
  check.equal(#assert(db:runs()), 0)
  local ok, trouble = pcall(db.transaction, db, function()
    write(db, model())
    error("a bug")
  end)
  check.equal(ok, false)
  check.contains(trouble, "a bug")
  check.equal(#assert(db:runs()), 0)
  check.equal(assert(db:transaction(function() return write(db, model()) end)), 1)
  check.equal(#assert(db:runs()), 1)
  db:close()
end)

test("what cannot be is refused in words", function()
  local db = open()
  local run = write(db, model())
  local _, message, code = db:run_begin(model()) -- the same id again
  check.contains(message, "runs.name")
  check.equal(code, "usage")
  _, message, code = db:cell(run, { id = "x", subject = "nobody", mode = "serial", jobs = 1 })
  check.contains(message, "nobody")
  check.equal(code, "not found")
  _, _, code = db:load("no such run")
  check.equal(code, "not found")
  _, _, code = db:sample(99, sample(1, 1))
  check.equal(code, "usage")
  _, message = db:sample(1, { block = 1, noise = { 0 / 0 } })
  check.truthy(message, "NaN in the noise")
  local ok, trouble = pcall(db.sample, db, 1, { block = -1 })
  check.equal(ok, false)
  check.contains(trouble, "block")
  check.equal(#assert(db:load(run)).cells[1].samples, 2)
  db:close()
  check.equal(pcall(db.check, db), false, "after closing")
end)

test("a removed run is gone", function()
  local db = open()
  local run = write(db, model())
  check.equal(db:remove(run), true)
  check.equal(#assert(db:runs()), 0)
  local _, _, code = db:remove(run)
  check.equal(code, "not found")
  db:close()
end)

test("opening fails in words", function()
  local db, message, code = store.open(path .. ".none")
  check.equal(db, nil)
  check.contains(message, "no store")
  check.equal(code, "not found")
  local file = assert(io.open(path, "w"))
  file:write(("not a database "):rep(100))
  file:close()
  db, message, code = store.open(path, { create = true })
  check.equal(db, nil)
  check.contains(message, "not a payoff store")
  check.equal(code, "data")
end)
