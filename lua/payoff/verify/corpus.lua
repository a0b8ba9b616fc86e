-- corpus: inputs worth keeping, in a JSON file: failures met before, and calls recorded from real
-- programs.
--
--   local kept = corpus.read("f.corpus.json")         --> { entries = {…} }, empty if there is none
--   corpus.add(kept, { kind = "failure", task = …, subject = "c", category = "value" })
--   corpus.write("f.corpus.json", kept)
--
-- An entry has `kind`, "failure" or "recorded", and `task`, encoded; a recorded one has what came
-- of it as `outcome`, and the day as `on`. Safe to edit, and to keep in version control.

local fault = require "payoff.fault"
local json = require "payoff.native.json"
local sys = require "payoff.native.sys"

local corpus = {}

local FAILURES_MAX, RECORDED_MAX = 200, 5000
local MOST_BYTES = 256 << 20

local function complain(path, message) fault.raise("data", "%s: %s", path, message) end

local function check(path, kept)
  if type(kept) ~= "table" or type(kept.entries) ~= "table" or kept.version ~= 1 then
    complain(path, "this is no corpus of payoff: { \"version\": 1, \"entries\": [] } is wanted")
  end
  for i, entry in ipairs(kept.entries) do
    local task = type(entry) == "table" and entry.task
    if type(task) ~= "table" or task[1] ~= "t" then
      complain(path, ("entries[%d] has no task, like [\"t\", [\"i\", \"1\"]]"):format(i - 1))
    end
  end
  return kept
end

-- `missing` is an error where the user named the file.
function corpus.read(path, required)
  local text, message, code = sys.read_file(path, MOST_BYTES)
  if not text then
    if code == "not found" and not required then return { version = 1, entries = {} } end
    if code == "data" then complain(path, message) end
    fault.raise("noinput", "%s", message)
  end
  local kept, why = json.decode(text)
  if kept == nil then complain(path, why) end
  return check(path, kept)
end

local function count(kept, kind)
  local n = 0
  for _, entry in ipairs(kept.entries) do
    if entry.kind == kind then n = n + 1 end
  end
  return n
end

-- True when it is new and there was room.
function corpus.add(kept, entry)
  local text = json.encode(entry.task)
  for _, other in ipairs(kept.entries) do
    if other.kind == entry.kind and json.encode(other.task) == text then return false end
  end
  local most = entry.kind == "failure" and FAILURES_MAX or RECORDED_MAX
  if count(kept, entry.kind) >= most then return false end
  table.insert(kept.entries, entry)
  kept.changed = true
  return true
end

function corpus.write(path, kept)
  local lines = {}
  for i, entry in ipairs(kept.entries) do lines[i] = "  " .. json.encode(entry) end
  local text = '{"version": 1, "entries": [\n' .. table.concat(lines, ",\n") .. "\n]}\n"
  fault.check("io", nil, sys.write_file(path, text))
end

return corpus
