-- boundary: what crossing into native code costs on this machine, from the runs of
-- scripts/boundary.lua; kept in a file, and used by reports.
--
--   local entries = boundary.entries(run, "ints")     -- of one case's run
--   boundary.save(path, calibration)  boundary.load(path, machine)
--
-- A price is the slope of time over the size: per call (the empty loop taken off), per element, per
-- task. An entry is { case, binding, price = {median, low, high, level, n, unit = "ns"}, per,
-- reason }. Figures of another machine or of another Python are refused: they prove nothing here.

local estimate = require "payoff.run.estimate"
local json = require "payoff.native.json"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"

local boundary = {}

boundary.cases = { "calls", "arguments", "ints", "floats", "bytes", "buffer", "sent_ints",
  "sent_floats", "sent_bytes", "sent_buffer", "moved", "tasks" }
boundary.words = {
  calls = { "one call, no argument", "call" }, arguments = { "one call, two integers", "call" },
  ints = { "a list of integers", "element" }, floats = { "a list of floats", "element" },
  bytes = { "bytes", "byte" }, buffer = { "an array by its buffer", "element" },
  sent_ints = { "a list of integers to other processes", "element" },
  sent_floats = { "a list of floats to other processes", "element" },
  sent_bytes = { "bytes to other processes", "byte" },
  sent_buffer = { "an array to other processes", "element" },
  moved = { "a list of floats to another process and back", "element" },
  tasks = { "one task handed to a pool", "task" },
}

-- What tasks hand over (payoff.values.handed); and the words of those kinds that have no case.
boundary.kinds = { "ints", "floats", "bytes", "buffer", "text", "other" }
boundary.unpriced = { text = "characters", other = "elements of this kind" }

-- The cells of one subject and place, over the sizes.
local function groups(run)
  local list, by_key = {}, {}
  for _, cell in ipairs(run.cells) do
    local key = table.concat({ cell.subject, cell.mode, cell.start }, "\0")
    local group = by_key[key]
    if not group then
      group = { subject = cell.subject, mode = cell.mode, start = cell.start, jobs = cell.jobs,
        cells = {} }
      by_key[key], list[#list + 1] = group, group
    end
    table.insert(group.cells, cell)
  end
  return list
end

local function is_right(cell)
  return cell.verdict.state == "identical" or cell.verdict.state == "within"
end

local function slope_of(group, level)
  local x, y = {}, {}
  for _, cell in ipairs(group.cells) do
    for _, time in ipairs(is_right(cell) and estimate.list(cell) or {}) do
      x[#x + 1], y[#y + 1] = cell.size, time
    end
  end
  if #x < 2 then return nil end
  local fit = stats.line(x, y, { level = level, relative = true })
  local it = fit.slope
  if not it.estimate then return nil, it.reason end
  return { median = it.estimate, low = it.low, high = it.high, level = it.level, n = it.n,
    reason = it.reason, unit = "ns" }
end

-- One price without what another one is part of it.
local function less(price, other)
  if not other then return price end
  local out = {}
  for key, value in pairs(price) do out[key] = value end
  out.median = price.median - other.median
  out.low = price.low and other.high and price.low - other.high
  out.high = price.high and other.low and price.high - other.low
  return out
end

-- Starting a pool: a cold one's time less a warm one's, of the smallest size, by block.
local function start_up(list, level)
  local out = {}
  for _, cold in ipairs(list) do
    for _, warm in ipairs(list) do
      if cold.start == "cold" and warm.start == "warm" and cold.mode == warm.mode
        and cold.subject == warm.subject and cold.mode ~= "serial" then
        local a, b = estimate.pairs(cold.cells[1], warm.cells[1])
        local differences = {}
        for i = 1, #a do differences[i] = a[i] - b[i] end
        if #a > 0 then
          local price = stats.median_interval(differences, level)
          price.unit = "ns"
          out[#out + 1] = { case = "start", binding = cold.mode, price = price, per = "pool",
            jobs = cold.jobs }
        end
      end
    end
  end
  return out
end

function boundary.entries(run, case)
  local level, list, loop = run.level or run.confidence, groups(run), nil
  for _, group in ipairs(list) do
    if group.subject == "loop" then loop = slope_of(group, level) end
  end
  local out, pooled = {}, case == "tasks" or case == "moved" or case:find("^sent_") ~= nil
  for _, group in ipairs(list) do
    local wanted = group.subject ~= "loop"
    if pooled then wanted = group.mode ~= "serial" and group.start == "warm" end
    if wanted then
      local price, reason = slope_of(group, level)
      if price and loop and group.subject ~= "native" then price = less(price, loop) end
      local first = group.cells[1].verdict
      out[#out + 1] = { case = case, binding = pooled and group.mode or group.subject,
        price = price, per = boundary.words[case][2], jobs = pooled and group.jobs or nil,
        reason = not price and (first.text or reason or "it was not measured") or nil }
    end
  end
  if case == "tasks" then table.move(start_up(list, level), 1, 1000, #out + 1, out) end
  return out
end

-- What must be the same for the figures to hold.
local function identity(machine, python)
  local cpu = machine.cpu or {}
  return { processor = cpu.model, threads = cpu.threads, python = python }
end

function boundary.new(run, entries)
  local python
  for _, subject in ipairs(run.subjects) do
    if subject.reference then python = subject.runtime end
  end
  return { format = 1, measured = run.started, payoff = run.payoff, confidence = run.confidence,
    of = identity(run.machine, python), machine = run.machine, entries = entries }
end

function boundary.default_path()
  local env = sys.environ()
  local cache = env.XDG_CACHE_HOME or env.HOME and env.HOME .. "/.cache"
  return cache and cache .. "/payoff/boundary.json"
end

local function is_price(price)
  if price == nil then return true end
  if type(price) ~= "table" or type(price.median) ~= "number" then return false end
  for _, name in ipairs { "low", "high", "level", "n" } do
    if price[name] ~= nil and type(price[name]) ~= "number" then return false end
  end
  return true
end

-- Whoever wrote the file: what cannot be an entry would be in the way of a whole report.
local function are_entries(list)
  if type(list) ~= "table" then return false end
  for _, entry in ipairs(list) do
    if type(entry) ~= "table" or type(entry.case) ~= "string" or type(entry.binding) ~= "string"
      or type(entry.per) ~= "string" or not is_price(entry.price) then
      return false
    end
  end
  return true
end

-- The calibration, or nil and why there is none that holds for this machine and this Python.
function boundary.load(path, machine, python)
  local text = path and sys.read_file(path, 16 << 20)
  if not text then return nil, "not calibrated here: run `payoff boundary` once" end
  local kept = json.decode(text)
  if type(kept) ~= "table" or kept.format ~= 1 or not are_entries(kept.entries)
    or type(kept.of) ~= "table" then
    return nil, ("%s is no calibration of payoff boundary"):format(path)
  end
  for name, value in pairs(identity(machine, python)) do
    if kept.of[name] ~= value then
      return nil, ("the calibration is of another %s (%s, not %s): run `payoff boundary`"):format(
        name, tostring(kept.of[name]), tostring(value))
    end
  end
  return kept
end

function boundary.find(kept, case, binding)
  for _, entry in ipairs(kept and kept.entries or {}) do
    if entry.case == case and entry.binding == binding then return entry end
  end
end

return boundary
