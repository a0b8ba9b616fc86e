-- csv: every sample as a row, for spreadsheets and data frames. RFC 4180; the columns are
-- documented in reports/CSV.md.
--
--   require("payoff.formats.csv").render(run) --> text
--   require("payoff.formats.csv").stream(run, write)    -- the same, piece by piece
--
-- A stored run may come with its samples left in the file (payoff.store, "phased"): then their rows
-- are made of what lies there, and a million of them need no more memory than one.
--
-- A cell that has no samples (missing, failed, not yet measured) has one row, and so has a subject
-- that has no cells: what was asked for and did not happen must not vanish from the data.

local balance = require "payoff.balance"
local fault = require "payoff.fault"
local clean = require("payoff.text").clean

local format = { name = "csv", extension = ".csv" }

-- The columns that rows of one cell share, then those of the sample; the events' come after.
-- SOURCES are those of the sample in the store's words (profiler/store/sheet.h), in the same order.
local CELL_COLUMNS = {
  "run", "experiment", "started", "subject", "kind", "runtime", "mode", "jobs", "start", "size",
  "tasks", "baseline", "state", "verdict",
  "verify", "why", "control",
}
local SAMPLE_COLUMNS = {
  "block", "order", "process", "index", "loops", "wall_ns", "cpu_ns", "steal_ns", "switches",
  "other_ns", "waited_ns", "marked", "phase",
  "first", "start_ns", "load_ns",
  "workers.tasks", "workers.cpu_ns", "workers.instructions", "workers.switches",
  "cpu_khz", "throttles", "limited", "major_faults", "swapped", "migrations", "core_slowdown",
}
local SOURCES = {
  "block", "order", "process", "index", "loops", "wall_ns", "cpu_ns", "noise.steal_ns",
  "noise.switches", "noise.other_ns", "noise.waited_ns", "marked", "more.phase",
  "more.first", "more.start_ns", "more.load_ns",
  "workers.tasks", "workers.cpu_ns", "workers.instructions", "workers.switches",
  "noise.khz", "noise.throttles", "noise.limited", "noise.major_faults", "noise.swapped",
  "noise.migrations", "noise.core_slowdown",
}

-- A spreadsheet takes a cell that begins like this for a formula.
local function defuse(text)
  if text:find("^[=+%-@\t\r\n]") then
    return "'" .. text
  end
  return text
end

local function text_field(value)
  local text = defuse(clean(value))
  if text:find('[",\r\n]') then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local function field(value)
  local kind = math.type(value)
  if kind == "integer" then
    return string.format("%d", value)
  elseif kind == "float" then
    if value ~= value or value == math.huge or value == -math.huge then
      return "" -- unknown, like nil
    end
    return string.format("%.17g", value)
  elseif type(value) == "boolean" then
    return value and "true" or "false"
  elseif value == nil then
    return ""
  end
  return text_field(value)
end

format.field = field

-- What most of a row is, or what becomes the same text by itself, goes without being looked at.
local function join(values, count)
  local out, kind_of = {}, math.type
  for i = 1, count do
    local value = values[i]
    if value == nil then
      out[i] = ""
    elseif kind_of(value) == "integer" or value == "exact" then
      out[i] = value
    else
      out[i] = field(value)
    end
  end
  return table.concat(out, ",")
end

-- Two events of one name (asked for twice) keep apart: "name", "name#2".
local function event_columns(run)
  local columns, seen = {}, {}
  for _, event in ipairs(run.events or {}) do
    local name = event.name or event.asked
    seen[name] = (seen[name] or 0) + 1
    if seen[name] > 1 then
      name = name .. "#" .. seen[name]
    end
    columns[#columns + 1] = name .. ".count"
    columns[#columns + 1] = name .. ".state"
    columns[#columns + 1] = name .. ".share"
  end
  return columns
end

-- The best estimate of the true count, and the share of the time that it was counted.
local function count_fields(count)
  if not count then
    return nil, nil, nil
  end
  if count.state == "exact" then
    return count.count or count.estimate, count.state, 1 -- the integer: no digit is lost
  elseif count.state ~= "scaled" then
    return nil, count.state, nil
  end
  local enabled_ns = count.enabled_ns or 0
  return count.estimate, count.state, enabled_ns > 0 and count.running_ns / enabled_ns or nil
end

-- "1204 88 nan": a figure of each worker in its order; empty when none of them is known.
local function each_worker(sample, pick)
  local out, known = {}, false
  for i, row in ipairs(sample.workers or {}) do
    local number = pick(row)
    known = known or number ~= nil
    out[i] = number and field(number) or "nan"
  end
  return known and table.concat(out, " ") or nil
end

local function cell_prefix(run, subject, cell, verdict)
  return join({
    run.id, run.experiment and run.experiment.name, run.started, subject.name, subject.kind,
    subject.runtime, cell.mode, cell.jobs, cell.start, cell.size, cell.tasks, cell.baseline,
    verdict.state, verdict.text, (subject.verify or {}).state, (subject.verify or {}).why,
    (run.control or {}).state,
  }, #CELL_COLUMNS)
end

local function tasks_of(row) return row.tasks end
local function cpu_of(row) return row.cpu_ns end
local function switches_of(row) return row.switches end

local function sample_fields(sample, events)
  local noise = sample.noise or {}
  local values = {
    sample.block, sample.order, sample.process, sample.index, sample.loops, sample.wall_ns,
    sample.cpu_ns, noise.steal_ns, noise.switches, noise.other_ns, noise.waited_ns,
    sample.marked, sample.phase, sample.first, sample.start_ns, sample.load_ns,
    each_worker(sample, tasks_of), each_worker(sample, cpu_of),
    each_worker(sample, balance.instructions), each_worker(sample, switches_of),
    noise.khz, noise.throttles, noise.limited, noise.major_faults, noise.swapped, noise.migrations,
    noise.core_slowdown,
  }
  for i = 1, events do
    local at = #SAMPLE_COLUMNS + 3 * (i - 1)
    values[at + 1], values[at + 2], values[at + 3] = count_fields((sample.counts or {})[i])
  end
  return join(values, #SAMPLE_COLUMNS + 3 * events)
end

-- Rows are joined to pieces of some thousand: each write is a system call.
local function row_writer(write)
  local rows = {}
  local function flush()
    if #rows > 0 then
      rows[#rows + 1] = ""
      write(table.concat(rows, "\r\n"))
      rows = {}
    end
  end
  return function(row)
    rows[#rows + 1] = row
    if #rows >= 4096 then flush() end
  end, flush
end

-- The rows of samples that were left in the store; how many.
local function add_stored(out, cell, prefix, events)
  if not cell.sheet then return 0 end
  out.flush()
  return fault.check("data", nil, cell.sheet(
    { prefix = prefix .. ",", columns = SOURCES, events = events }, field, out.write))
end

local function add_cell(out, run, subject, cell)
  local events = #(run.events or {})
  local prefix = cell_prefix(run, subject, cell, cell.verdict or {})
  local function add(sample) out.add(prefix .. "," .. sample_fields(sample, events)) end
  for _, list in ipairs { cell.warming or {}, cell.samples or {} } do
    for _, sample in ipairs(list) do add(sample) end
  end
  local count = #(cell.samples or {}) + add_stored(out, cell, prefix, events)
  local simulated = cell.simulated
  if simulated then -- in a pass of its own: a row of its own, without a time
    local counts, totals, apart = {}, simulated.totals or {}, simulated.apart or {}
    for i, event in ipairs(run.events) do
      local name = event.name
      counts[i] = event.source == "simulated" and { count = totals[name], estimate = totals[name],
        state = apart[name] and "scaled" or simulated.state } or nil
    end
    add({ loops = simulated.loops, counts = counts, marked = simulated.reason })
  elseif count == 0 then
    add({})
  end
end

local function header(run)
  local names = {}
  for _, list in ipairs { CELL_COLUMNS, SAMPLE_COLUMNS, event_columns(run) } do
    for _, name in ipairs(list) do
      names[#names + 1] = name
    end
  end
  return join(names, #names)
end

function format.stream(run, write)
  local out = { write = write }
  out.add, out.flush = row_writer(write)
  out.add(header(run))
  local subjects, has_cell = {}, {}
  for _, subject in ipairs(run.subjects or {}) do
    subjects[subject.name] = subject
  end
  for _, cell in ipairs(run.cells or {}) do
    has_cell[cell.subject] = true
    add_cell(out, run, subjects[cell.subject] or { name = cell.subject }, cell)
  end
  for _, subject in ipairs(run.subjects or {}) do
    if not has_cell[subject.name] then
      local verdict = subject.state == "ok" and subject.verdict
        or { state = subject.state, text = subject.reason }
      add_cell(out, run, subject, { verdict = verdict })
    end
  end
  out.flush()
end

function format.render(run)
  local pieces = {}
  format.stream(run, function(text) pieces[#pieces + 1] = text end)
  return table.concat(pieces)
end

return format
