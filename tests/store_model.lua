-- store_model: a small run with every kind of row in it, and how it is written to a store.

local store_model = {}

local function count(number, extra)
  local record = { count = number, enabled_ns = 10, running_ns = 10, state = "exact",
                   source = "hardware", estimate = number + 0.0 }
  for key, value in pairs(extra or {}) do
    record[key] = value
  end
  return record
end

function store_model.sample(block, wall_ns, phase)
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

function store_model.make()
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
      { asked = "cycles", name = "cycles", unit = "events", state = "exact", source = "hardware",
        group = 1, slot = 2, parts = 1 },
      { asked = "frobs", state = "unsupported", source = "hardware", reason = "no such event",
        part_of = 2 },
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
        samples = { store_model.sample(1, 100), store_model.sample(2, 101) },
        warming = { store_model.sample(0, 900, "first") },
        workers = { { id = 0, wall_ns = 101, tasks = 2 } } },
      { id = "python/serial/1/warm/0.5", subject = "python", mode = "serial", jobs = 1,
        start = "warm", size = 0.5, baseline = false,
        verdict = { state = "wrong", ulp = 2 ^ 70, relative = math.huge, task = "(0, 1)",
                    expected = "1", got = "inf" },
        samples = {}, warming = {} },
    },
  }
end

-- Writes the run with all its rows; returns its number.
function store_model.write(db, run_model)
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

return store_model
