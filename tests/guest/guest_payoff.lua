-- The real command in the guest: what it says of the machine, and a whole experiment of its own
-- native worker, whose instructions are known beforehand. Run by guest_payoff with native_main.

local check = require "check"
local csv = require "csv_reader"
local json = require "payoff.native.json"
local sys = require "payoff.native.sys"

local user, level = "1000", "/proc/sys/kernel/perf_event_paranoid"

local function run(argv)
  local result = assert(sys.run { argv = argv })
  if result.exit ~= 0 then
    error(("%s: status %s\n%s%s"):format(table.concat(argv, " "), result.exit or result.signal,
      result.stdout, result.stderr), 2)
  end
  return result.stdout
end

local function set_paranoid(number)
  local file = assert(io.open(level, "w"))
  assert(file:write(number, "\n"))
  assert(file:close())
end

local function index(list, key)
  local out = {}
  for _, row in ipairs(list) do out[row[key]] = row end
  return out
end

-- The CSV as a list of rows, each a table by column.
local function read_rows(path)
  local file = assert(io.open(path))
  local lines = csv.read(file:read("a"))
  file:close()
  local rows = {}
  for i = 2, #lines do
    rows[i - 1] = {}
    for column, name in ipairs(lines[1]) do rows[i - 1][name] = lines[i][column] end
  end
  return rows
end

-- The words in front of the command say as whom.
local function experiment(folder, setting, ...)
  local argv = { ... }
  for _, word in ipairs { "payoff", "run", "guest_experiment.lua", "--set", setting, "--no-db",
                          "--out", folder } do
    argv[#argv + 1] = word
  end
  local out = run(argv)
  return read_rows(folder .. "/guest.csv"), out
end

check.test("counters: what counts here, and why the rest does not", function()
  local events = index(json.decode(run { "payoff", "counters", "--json" }).events, "name")
  check.equal(events["instructions"].state, "exact")
  check.equal(events["cycles"].counted_as, "cycles")
  check.equal(events["page-faults"].state, "exact")
  check.equal(events["branches"].state, "unsupported")
  check.contains(events["branches"].reason, "PMU does not count branches")
  check.contains(events["BR_MIS_PRED"].reason, "PMU does not implement")
end)

check.test("counters: as an ordinary user", function()
  set_paranoid(2)
  local text = run { "./as_user", user, "payoff", "counters", "--json", "instructions" }
  local event = json.decode(text).events[1]
  check.equal(event.counted_as, "instructions:u")
  check.contains(event.reason, "kernel.perf_event_paranoid is 2")
end)

check.test("doctor: the PMU and the rights", function()
  local findings = index(json.decode(run { "payoff", "doctor", "--json" }).findings, "topic")
  check.equal(findings["hardware counters"].level, "ok")
  check.contains(findings["perf rights"].text, "perf_event_paranoid is 2")
  check.contains(findings["processor"].text, "Neoverse-N1")
end)

-- Every sample's instructions beyond those of the loops: {cell = { {size, loops, extra, row}, … }}
local function check_cells(rows)
  local per_run = {}
  for _, row in ipairs(rows) do
    check.equal(row["instructions:u.state"], "exact")
    check.equal(row["branches.state"], "unsupported")
    check.equal(row["branches.count"], "")
    local loops = math.tointeger(tonumber(row.loops))
    local count = math.tointeger(tonumber(row["instructions:u.count"]))
    local cell = table.concat({ row.subject, row.mode, row.jobs }, "/")
    local known = 2 * 2 * 100000 * math.tointeger(tonumber(row.size)) * loops
    per_run[cell] = per_run[cell] or {}
    if row.block ~= "0" then -- first calls, which have work of their own
      table.insert(per_run[cell],
        { size = row.size, loops = loops, extra = count - known, row = row })
    end
  end
  check.truthy(next(per_run))
  return per_run
end

local function numbers(text)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = math.tointeger(tonumber(word)) end
  return list
end

-- Why workers were not counted one by one, as the report says it.
local function reason_in(folder)
  local file = assert(io.open(folder .. "/guest.html"))
  local text = file:read("a"):match("Instructions of each worker: not counted: (.-)</p>")
  file:close()
  return text or "no reason is given"
end

-- Each worker of a warm pool, counted from outside: the instructions of the tasks that it took, and
-- some for taking them (with the kernel's share of waking up, where that may be counted).
local function check_workers(folder, rows)
  local most = 0
  for _, row in ipairs(rows) do
    if row.mode ~= "serial" then
      local tasks, counts = numbers(row["workers.tasks"]), numbers(row["workers.instructions"])
      check.equal(#counts, 2, row.mode .. ": " .. reason_in(folder))
      check.equal(#numbers(row["workers.switches"]), 2)
      local loops, sum = math.tointeger(tonumber(row.loops)), 0
      for i, count in ipairs(counts) do
        local extra = count - 2 * 100000 * math.tointeger(tonumber(row.size)) * tasks[i]
        check.truthy(extra >= 0 and extra < 40000 * (loops + 1), ("%s: worker %d: %d instructions "
          .. "too many in %d loops"):format(row.mode, i, extra, loops))
        most, sum = math.max(most, extra / loops), sum + tasks[i]
      end
      check.equal(sum, 2 * loops)
    end
  end
  print(("# workers: at most %.0f instructions per loop beside those of the tasks"):format(most))
end

-- The extra instructions that most samples of so many loops have. In one boot of eight a sample had
-- 18 more: likely a clock that the kernel set just while it was read, and that was read again.
local function usual_of(list)
  local seen, usual, others = {}, {}, 0
  for _, sample in ipairs(list) do
    local times = seen[sample.loops] or {}
    seen[sample.loops] = times
    times[sample.extra] = (times[sample.extra] or 0) + 1
    local best = usual[sample.loops]
    if not best or times[sample.extra] > times[best] then usual[sample.loops] = sample.extra end
  end
  for _, sample in ipairs(list) do
    local more = sample.extra - usual[sample.loops]
    if more ~= 0 then
      others = others + 1
      check.truthy(more > 0 and more <= 64, ("samples of so many loops: %d: %d instructions, and "
        .. "%d"):format(sample.loops, usual[sample.loops], sample.extra))
    end
  end
  check.truthy(20 * others <= #list or others == 1, others .. " samples differ from the others")
  return usual
end

-- In serial mode nothing else is there: samples of as many loops count the same instructions to the
-- last one, in every process and in both sizes, and a loop of the task list adds a few hundred,
-- always the same. The first call of a process has more to do: the dynamic linker finds functions.
local function check_line(all)
  local list = {}
  for _, sample in ipairs(all) do
    if sample.row.phase ~= "first" then list[#list + 1] = sample end
  end
  local usual, first, other = usual_of(list), list[1].loops, nil
  for _, sample in ipairs(list) do
    if sample.loops ~= first then other = other or sample.loops end
  end
  check.truthy(other, "two numbers of loops")
  local per_loop = (usual[first] - usual[other]) / (first - other)
  local once = usual[first] - per_loop * first
  print(("# serial: 2 n instructions per task, %g more per loop, %g per sample"):format(per_loop,
    once))
  check.truthy(per_loop > 0 and per_loop < 1000 and per_loop % 1 == 0, "a whole number per loop")
  check.truthy(once > 0 and once < 1000, "what reading twice takes")
end

check.test("run: instructions of the known loop, in every mode", function()
  set_paranoid(2)
  local rows, out = experiment("/tmp/root", "brief=0")
  check.contains(out, "identical")
  check.contains(out, "branches")
  local cells = check_cells(rows)
  check.truthy(cells["loop/serial/1"] and cells["loop/process/2"] and cells["loop/thread/2"])
  for cell, list in pairs(cells) do
    for _, sample in ipairs(list) do
      -- What the calls and the worker's bracket take: some hundred instructions per loop.
      check.truthy(sample.extra >= 0 and sample.extra < 20000 + 3000 * sample.loops,
        ("%s: %d instructions too many in %d loops"):format(cell, sample.extra, sample.loops))
      local cycles = math.tointeger(tonumber(sample.row["cycles:u.count"]))
      local shift = math.tointeger(tonumber(sys.environ().GUEST_SHIFT or "0"))
      check.equal(cycles, math.tointeger(tonumber(sample.row["instructions:u.count"])) << shift)
    end
  end
  check_line(cells["loop/serial/1"])
  check_workers("/tmp/root", rows)
end)

check.test("run: more counters than there are, exact in passes", function()
  local rows, out = experiment("/tmp/exact", "exact=1")
  local blocks, passes = {}, {}
  for _, row in ipairs(rows) do
    local tasks = 2 * math.tointeger(tonumber(row.loops))
    local counted = {}
    for _, name in ipairs { "cycles", "instructions:u", "r0008:u", "r0011:k", "instructions:k" } do
      local state, count = row[name .. ".state"], math.tointeger(tonumber(row[name .. ".count"]))
      check.truthy(state == "exact" and count or state == "not counted" and not count, name)
      counted[#counted + 1] = state == "exact" and name or nil
      passes[name] = (passes[name] or 0) + (state == "exact" and 1 or 0)
    end
    for _, name in ipairs { "instructions:u", "r0008:u" } do
      local count = math.tointeger(tonumber(row[name .. ".count"]))
      if count then check.truthy(count > 200000 * tasks and count < 201000 * tasks, name) end
    end
    check.equal(row["task-clock.state"], "exact") -- never has to take turns
    local which = table.concat(counted, " ")
    check.equal(blocks[row.block] or which, which) -- a block counts one pass
    blocks[row.block] = which
  end
  check.truthy(blocks["1"] and blocks["2"] and blocks["1"] ~= blocks["2"])
  for name, times in pairs(passes) do check.truthy(times > 0, name) end
  check.truthy(not out:find("another pass", 1, true)) -- every counter had its turn
  check.contains((out:gsub("%s+", " ")), "blocks were measured, where 1 was asked for.")
end)

check.test("run: as an ordinary user, in user mode only", function()
  local rows, out = experiment("/tmp/user", "brief=1", "./as_user", user)
  check.contains(out, "user mode only")
  check_cells(rows)
  check_workers("/tmp/user", rows)
end)

check.test("run: with nothing permitted the run goes on, and says why", function()
  set_paranoid(3)
  local rows, out = experiment("/tmp/none", "brief=1", "./as_user", user)
  check.contains(out, "kernel.perf_event_paranoid is 3")
  for _, row in ipairs(rows) do
    check.equal(row["instructions:u.state"], "not counted")
    check.equal(row["instructions:u.count"], "")
    check.truthy(tonumber(row.wall_ns) > 0)
  end
end)
