-- baseline: instruction counts that are kept with the code, and checks against them.
--
--   payoff baseline save x.lua --out x.baseline.json
--   payoff check x.lua --baseline x.baseline.json
--
-- Counts repeat from day to day as long as processor family, C library, compiler and interpreter
-- are the same (payoff.fingerprint); where they are not, the check refuses and says what differs.
-- Times do not repeat: there are none in a baseline, and none is taken from elsewhere.

local conflict = require "payoff.run.conflict"
local counts = require "payoff.check.counts"
local engine = require "payoff.check.engine"
local fault = require "payoff.fault"
local fingerprint = require "payoff.fingerprint"
local hash = require "payoff.check.hash"
local json = require "payoff.native.json"
local machine = require "payoff.native.machine"
local paths = require "payoff.paths"
local promise = require "payoff.check.promise"
local sides = require "payoff.check.sides"
local sys = require "payoff.native.sys"
local text = require "payoff.text"
local versions = require "payoff.versions"

local baseline = {}

baseline.VERSION = 1

-- Counts that differ by more than this share from process to process would allow a growth of
-- several times as much (payoff.check.counts): they are no evidence.
local most_spread = 0.1

local no_times = "times from another machine or another day are no evidence: another load, another "
  .. "clock, another layout of memory change them as much as the code does; compare both versions "
  .. "here and now with --base-ref or --base"

-- The rows of the experiment, prepared: whatever is wrong or fails is known.
local function open(path, wanted)
  local both = sides.head(path, wanted)
  for _, row in ipairs(both.rows) do
    local subject = row.head.of
    if subject.state ~= "ok" then
      row.state = subject.state == "missing" and "unresolved" or "failed"
      row.reason = subject.reason
    end
  end
  local state = engine.state(both, wanted)
  engine.prepare(state)
  return both, state
end

local function work_of(both, cell, source)
  local workload = source == "simulated" and both.head.simulate or cell.workload
  return {
    tasks = #workload.tasks, example = text.clean(workload.example),
    digest = hash.of(fault.check("internal", "work", json.encode(json.array(workload.tasks)))),
  }
end

local function fingerprint_of(both)
  local used = {}
  for _, subject in ipairs(both.head.subjects) do
    if both.needed[subject.name] then used[#used + 1] = subject end
  end
  local found = fingerprint.of(machine.describe(), used)
  -- A committed file has no paths of this machine in it.
  for _, subject in ipairs(found.subjects) do subject.files = nil end
  return found
end

-- Saving ---------------------------------------------------------------------------------------

function baseline.save(path, out, wanted)
  local both, state = open(path, wanted)
  local saved, skipped, any = {}, {}, false
  for _, row in ipairs(both.rows) do
    local found, reason = nil, row.reason
    if not row.state then found, reason = counts.take(state, row.head, wanted.counts) end
    if found and found.spread > most_spread then
      found, reason = nil, ("its counts scatter by %.0f %% from process to process, too much to be "
        .. "compared with"):format(found.spread * 100)
    end
    if found then
      any = true
      saved[row.id] = {
        instructions = math.tointeger(found.instructions) or found.instructions,
        source = found.source, spread = found.spread, how = found.how,
        work = work_of(both, row.head, found.source), plan = found.plan,
      }
    else
      skipped[#skipped + 1] = ("%s: %s"):format(row.name, text.line(reason or "not counted"))
    end
  end
  if not any then
    fault.raise("unavailable", "nothing could be counted, so there is no baseline: %s",
      skipped[1] or "no rows")
  end
  local content = fault.check("internal", "baseline", json.encode({
    payoff_baseline = baseline.VERSION, experiment = both.head.name, saved = sys.now_iso(),
    payoff = versions.describe().version, fingerprint = fingerprint_of(both), rows = saved,
  }, { indent = 2 })) .. "\n"
  out = out or paths.join(both.head.folder, both.head.name .. ".baseline.json")
  fault.check("io", "the baseline cannot be written", sys.write_file(out, content))
  return out, saved, skipped
end

-- Reading --------------------------------------------------------------------------------------

local function bad(path, message, ...)
  fault.raise("data", "--baseline %s: %s", text.line(path), text.line(message:format(...)))
end

local most_bytes = 16 << 20 -- of some twenty thousand rows

local sources = { hardware = true, simulated = true }
local largest = 2 ^ 53

-- 0 < x ≤ 2^53, or 0 ≤ x ≤ most.
local function check_number(path, id, name, value, most)
  if type(value) ~= "number" or value ~= value or value < 0 or value > most then
    bad(path, "rows['%s'].%s must be a number from 0 to %g, not %s", id, name, most,
      type(value) == "number" and ("%g"):format(value) or value == json.null and "null"
        or type(value))
  end
end

-- How it was simulated, so that it can be done in the same way again.
local function check_plan(path, id, row)
  local plan = row.plan
  if row.source ~= "simulated" then return end
  if type(plan) ~= "table" or type(plan.way) ~= "string" then
    bad(path, "rows['%s'].plan must be an object with a way", id)
  end
  for _, name in ipairs { "warm", "loops" } do
    if math.type(plan[name]) ~= "integer" or plan[name] < 0 or plan[name] > 1000
      or name == "loops" and plan[name] == 0 then
      bad(path, "rows['%s'].plan.%s must be a whole number up to 1000", id, name)
    end
  end
end

local function check_row(path, id, row)
  if type(row) ~= "table" then bad(path, "rows['%s'] must be an object", id) end
  check_number(path, id, "instructions", row.instructions, largest)
  if row.instructions == 0 then
    bad(path, "rows['%s'].instructions is 0: nothing was counted", id)
  end
  check_number(path, id, "spread", row.spread, most_spread)
  if not sources[row.source] then
    bad(path, "rows['%s'].source must be \"hardware\" or \"simulated\"", id)
  end
  check_plan(path, id, row)
  if type(row.work) ~= "table" or type(row.work.digest) ~= "string" then
    bad(path, "rows['%s'].work must be an object with a digest", id)
  end
end

local function parse(path, content)
  if content:sub(1, 15) == "SQLite format 3" then
    bad(path, "that is a store of measured times, and %s", no_times)
  end
  local data, message = json.decode(content)
  if type(data) ~= "table" then
    bad(path, "not the JSON of `payoff baseline save`: %s", message or "no object")
  end
  local version = data.payoff_baseline
  if math.type(version) ~= "integer" then
    bad(path, "not written by `payoff baseline save`: payoff_baseline is missing")
  elseif version ~= baseline.VERSION then
    bad(path, "its format is %d, and this payoff reads %d: save it again", version,
      baseline.VERSION)
  end
  for _, name in ipairs { "fingerprint", "rows" } do
    if type(data[name]) ~= "table" then bad(path, "%s must be an object", name) end
  end
  if next(data.rows) == nil then bad(path, "it has no rows") end
  for id, row in pairs(data.rows) do check_row(path, tostring(id), row) end
  return data
end

function baseline.load(path)
  local content, message, code = sys.read_file(path, most_bytes)
  if not content and code == "data" then bad(path, "no baseline: %s", message) end
  return parse(path, fault.check("noinput", "--baseline", content, message, code))
end

-- Fields of a stranger's making may have any type; the comparison must not trip over them.
local function compare_fingerprints(path, data, now, subject)
  local ok, differences, cautions = pcall(fingerprint.compare, data.fingerprint, now,
    subject)
  if not ok then bad(path, "its fingerprint has fields that payoff did not write") end
  return differences, cautions
end

-- Checking -------------------------------------------------------------------------------------

local function refuse(row, reason, ...)
  row.state, row.reason = "unresolved", reason:format(...)
end

local function judge(state, row, saved, differences)
  if not saved then
    row.state = "new"
  elseif saved.work.digest ~= work_of(state.both, row.head, saved.source).digest then
    refuse(row, "its tasks are not those of the baseline: save it again")
  elseif #differences > 0 then
    refuse(row, "the baseline is of another machine or toolchain (%s), and its counts are no "
      .. "evidence here: save it again, or compare with --base-ref",
      table.concat(differences, "; "))
  else
    local found, reason = counts.take(state, row.head, saved.source, saved.plan)
    if found then
      counts.judge(row, saved, found)
    else
      refuse(row, "its instructions cannot be counted here (%s), and times of another day are no "
        .. "evidence", reason)
    end
  end
end

local function notes_of(data, cautions)
  local notes = { "Compared were instructions. Times were not: " .. no_times .. "." }
  if #cautions > 0 then
    notes[#notes + 1] = "caution: not as it was for the baseline: " .. table.concat(cautions, "; ")
  end
  for id, row in pairs(data.rows) do
    if row.time_ns or row.wall_ns or row.cpu_ns or row.time then
      notes[#notes + 1] = ("The times of %s in the baseline were not looked at."):format(
        text.line(id))
      break
    end
  end
  return notes
end

function baseline.check(arguments, wanted)
  local path = arguments.baseline
  local began_s, data = sys.monotonic_s(), baseline.load(path)
  conflict.check_baseline(data.rows, wanted.counts, path)
  local both, state = open(arguments.file, wanted)
  if data.experiment ~= both.head.name then
    bad(path, "it is of the experiment '%s', not of '%s'", tostring(data.experiment),
      both.head.name)
  end
  local now, all_cautions, seen = fingerprint_of(both), {}, {}
  for _, row in ipairs(both.rows) do
    if not row.state then
      local differences, cautions = compare_fingerprints(path, data, now, row.head.subject)
      judge(state, row, data.rows[row.id], differences)
      for _, caution in ipairs(cautions) do
        if not seen[caution] then all_cautions[#all_cautions + 1] = caution end
        seen[caution] = true
      end
    end
  end
  promise.check(state)
  return {
    experiment = both.head.name, title = both.head.title, file = both.head.file, rows = both.rows,
    base_text = ("%s, saved %s"):format(path, tostring(data.saved)),
    against = { "--baseline", path }, notes = notes_of(data, all_cautions),
    seconds = sys.monotonic_s() - began_s,
  }
end

return baseline
