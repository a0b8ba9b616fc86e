-- payoff.store.series: whatever is worked out of a stored run comes out the same, whether its
-- samples are read as tables, as columns, or go to CSV as text.

local check = require "check"
local csv = require "payoff.formats.csv"
local derive = require "payoff.run.derive"
local metrics = require "payoff.metrics"
local store = require "payoff.store"

local BLOCKS = 14

-- Numbers that look random and are the same each time.
local seed = 12345
local function random(most)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed // 65536 % most
end

local function reading(block)
  local count = 1000 + random(500)
  local kind = random(12)
  if kind == 0 then
    return { count = count, enabled_ns = 30, running_ns = 10, state = "scaled",
      source = "hardware", reason = "shared" }
  elseif kind == 1 and block % 5 == 0 then
    return { enabled_ns = 0, running_ns = 0, state = "not counted", source = "hardware",
      reason = "not scheduled" }
  end
  return { count = count, enabled_ns = 30, running_ns = 30, state = "exact", source = "hardware" }
end

local function sample(base_ns, block, order, process, index, more)
  local loops = 3 + random(4)
  local wall_ns = (base_ns + random(base_ns // 20)) * loops
  local one = { block = block, order = order, process = process, index = index, loops = loops,
    wall_ns = wall_ns, cpu_ns = wall_ns - random(100),
    marked = random(6) == 0 and 'waited, "long"' or nil,
    noise = { steal_ns = random(50), switches = random(3), khz = 1.5 * random(10),
      waited_ns = random(4) == 0 and random(wall_ns // 4) or nil },
    counts = { reading(block), reading(block),
      { enabled_ns = 0, running_ns = 0, state = "unsupported", source = "hardware",
        reason = "no such event" } },
    workers = { { id = 0, wall_ns = wall_ns, cpu_ns = wall_ns - 3, tasks = 2 },
      { id = 1, wall_ns = wall_ns, tasks = 1,
        instructions = { count = 7, estimate = 7.5, state = random(2) == 0 and "exact" or "scaled",
          source = "hardware" } } } }
  for key, value in pairs(more or {}) do one[key] = value end
  return one
end

-- Not every sample has the same notes: keys come and go, and are of all lengths.
local function vary(one, number)
  if number % 5 == 0 then
    one.noise[("long"):rep(9)], one.noise[""], one.noise.other_ns = 1, 2, number
  elseif number % 5 == 1 then
    one.noise = nil
  elseif number % 5 == 2 then
    for id = 2, 20 do
      one.workers[id + 1] = { id = id, tasks = 1, wall_ns = 5, switches = id % 3 == 0 and 9 or nil,
        [("a"):rep(id)] = "x" }
    end
  elseif number % 5 == 3 then
    one.workers = {}
  end
  return one
end

local function cell(subject, mode, jobs, base_ns, order)
  local out = { id = ("%s/%s/%d/warm/1"):format(subject, mode, jobs), subject = subject,
    mode = mode, jobs = jobs, start = "warm", size = 1, tasks = 2, loops = 4, processes = 2,
    baseline = subject == "python" and mode == "serial",
    verdict = { state = "identical", text = "identical to the last bit" },
    samples = {}, warming = {} }
  for place = 1, BLOCKS do
    -- Of runs that were put together the blocks of a cell may be out of order.
    local block = order == 4 and (place + 6) % BLOCKS + 1 or place
    for process = 1, 2 do
      table.insert(out.warming, sample(base_ns * 2, block, order, process, 1,
        { phase = "first", first = true, start_ns = 5000 + random(100) }))
      for index = 1, 3 do
        table.insert(out.samples, vary(sample(base_ns, block, order, process, index,
          index == 1 and { load_ns = 700.5 + random(10), first = jobs == 2 or nil } or nil),
          #out.samples))
      end
    end
  end
  return out
end

local function model()
  local function event(asked)
    return { asked = asked, name = asked .. ":u", unit = "events", state = "exact",
      source = "hardware" }
  end
  local bracket = { wall_ns = 10, cpu_ns = 9, counts = { { estimate = 12.0 }, { estimate = 3.0 } } }
  return {
    format = 1, id = "2026-11-23T12-00-00-1", started = "2026-11-23T12:00:00Z", seed = 7,
    confidence = 0.95, experiment = { name = "x", metrics = { "ipc", "os" } }, machine = {},
    warnings = {}, sizes = { { size = 1, tasks = 2, example = "(0, 1)" } },
    events = { event "instructions", event "cycles", event "frobs" },
    subjects = {
      { name = "python", kind = "python", reference = true, state = "ok", bracket = bracket },
      { name = "c", kind = "native", reference = false, state = "ok", bracket = bracket },
    },
    cells = { cell("python", "serial", 1, 900000, 1), cell("python", "thread", 2, 910000, 2),
      cell("c", "serial", 1, 4000, 3), cell("c", "thread", 2, 2300, 4) },
  }
end

-- Waiting for a CPU is a reason that times without it do not mind.
local function with_waits(one)
  for i, taken in ipairs(one.samples) do
    if i % 7 == 0 and taken.noise then
      taken.noise.waited_ns = taken.wall_ns // 3
      taken.cpu_ns, taken.marked = taken.wall_ns // 2, "waited for a CPU 33 % of the time"
    end
  end
  return one
end

local path = os.tmpname()
local db = assert(store.open(path, { create = true }))
local given = model()
for _, one in ipairs(given.cells) do with_waits(one) end
local run = assert(db:run_begin(given))
for _, subject in ipairs(given.subjects) do assert(db:subject(run, subject)) end
assert(db:transaction(function()
  for _, one in ipairs(given.cells) do
    local id = assert(db:cell(run, one))
    for _, list in ipairs { one.warming, one.samples } do
      for _, taken in ipairs(list) do assert(db:sample(id, taken)) end
    end
  end
  return true
end))
assert(db:run_end(run, { wall_s = 1 }))

local function close(got, expected, place)
  if type(got) == "table" and type(expected) == "table" then
    for key in pairs(expected) do close(got[key], expected[key], place .. "." .. tostring(key)) end
    for key in pairs(got) do
      if expected[key] == nil then error(place .. "." .. tostring(key) .. " is too much") end
    end
  elseif math.type(got) == "float" and got ~= expected then
    -- Sums of counts that are estimates may be added up in another order.
    check.truthy(math.abs(got / expected - 1) < 1e-12, place)
  else
    check.equal(got, expected, place)
  end
end

local function both(rests_on)
  local list, tables, columns = metrics.load({ "ipc", "os" }), assert(db:load(run)),
    assert(db:load(run, { samples = "series" }))
  tables.rests_on, columns.rests_on = rests_on, rests_on
  return derive.run(tables, list), derive.run(columns, list)
end

check.test("estimates of columns are those of tables, of all kinds of time", function()
  local medians = {}
  for _, kind in ipairs { "wall", "own", "cpu" } do
    local tables, columns = both(kind)
    check.equal(tables.cells[1].rests_on, kind)
    check.equal(tables.cells[2].rests_on, "wall") -- threads
    for i, one in ipairs(tables.cells) do
      medians[kind] = medians[kind] or one.time.median
      one.samples, columns.cells[i].samples = nil, nil
    end
    close(columns, tables, kind)
  end
  check.truthy(medians.own < medians.wall and medians.cpu ~= medians.own)
end)

check.test("columns know which times are told, as tables do", function()
  local silent = model()
  silent.id, silent.cells = "silent", { silent.cells[1], silent.cells[3] }
  local number = assert(db:run_begin(silent))
  for _, subject in ipairs(silent.subjects) do assert(db:subject(number, subject)) end
  for i, one in ipairs(silent.cells) do
    local id = assert(db:cell(number, one))
    for _, taken in ipairs(one.samples) do
      if i == 2 then taken.cpu_ns, taken.noise = nil, nil end
      assert(db:sample(id, taken))
    end
  end
  for _, samples in ipairs { "all", "series" } do
    for _, kind in ipairs { "own", "cpu" } do
      local read = assert(db:load(number, { samples = samples }))
      read.rests_on = kind
      derive.run(read, {})
      check.equal(read.cells[1].rests_on, kind)
      check.equal(read.cells[2].rests_on, "wall")
      check.truthy(read.cells[2].time.median and read.cells[2].speedup.median)
    end
  end
end)

check.test("estimates of columns are those of tables", function()
  local tables, columns = both()
  check.truthy(tables.cells[1].marked.left_out)
  check.truthy(tables.cells[3].speedup.low and tables.cells[1].first.median)
  check.truthy(tables.cells[4].decomposition.kind == "hardware")
  for i, one in ipairs(tables.cells) do
    check.equal(#columns.cells[i].samples, #one.samples)
    close(columns.cells[i].samples[5].wall_ns, one.samples[5].wall_ns, "wall_ns")
    close(columns.cells[i].samples[#one.samples].workers, one.workers, "workers")
  end
  local charts = require "payoff.html.charts.samples"
  close(charts.make(columns), charts.make(tables), "chart")
  for _, model_run in ipairs { tables, columns } do
    for _, one in ipairs(model_run.cells) do one.samples = nil end
  end
  close(columns, tables, "run")
end)

check.test("CSV of samples left in the store is that of samples in tables", function()
  local text = csv.render(assert(db:load(run, { samples = "phased" })))
  check.equal(text, csv.render(assert(db:load(run))))
  check.equal(select(2, text:gsub("\r\n", "")), 1 + 4 * BLOCKS * 2 * 4)
end)

check.test("more events than columns are made for are read as lists", function()
  local most = require("payoff.native.store").series_events
  for _, count in ipairs { most, most + 1 } do
    local wide = model()
    wide.id, wide.cells = "wide " .. count, { wide.cells[1] }
    local counts = {}
    for i = 1, count do
      wide.events[i] = { asked = "e" .. i, name = "e" .. i, state = "exact", source = "hardware" }
      counts[i] = { count = i, enabled_ns = 1, running_ns = 1, state = "exact",
        source = "hardware" }
    end
    local number = assert(db:run_begin(wide))
    assert(db:subject(number, wide.subjects[1]))
    local id = assert(db:cell(number, wide.cells[1]))
    assert(db:sample(id, { block = 1, order = 1, process = 1, index = 1, loops = 1, wall_ns = 5,
      counts = counts }))
    local read = assert(db:load(number, { samples = "series" }))
    check.equal(#read.events, count)
    check.equal(read.cells[1].samples[1].wall_ns, 5)
    check.equal(read.cells[1].samples.columns ~= nil, count == most)
  end
end)

db:close()
for _, ending in ipairs { "", "-wal", "-shm" } do os.remove(path .. ending) end
