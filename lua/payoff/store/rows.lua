-- store.rows: how the records of reports/MODEL.md become rows of the store and back, and how a
-- failure travels there. Used by payoff.store alone.
--
--   rows.must(db.native:insert("run", rows.copy(run, rows.SUBJECT)))

local json = require "payoff.native.json"

local rows = {}

-- Failures travel as tables through pcall, so that the code below reads straight on.
function rows.must(value, message, code)
  if value == nil then
    error({ message = message, code = code }, 0)
  end
  return value
end

function rows.fail(code, ...)
  error({ message = string.format(...), code = code }, 0)
end

function rows.with_trace(trouble)
  return type(trouble) == "table" and trouble or debug.traceback(trouble, 2)
end

function rows.guarded(body)
  return function(...)
    local results = table.pack(xpcall(body, rows.with_trace, ...))
    if results[1] then
      return table.unpack(results, 2, results.n)
    end
    local trouble = results[2]
    if type(trouble) ~= "table" then
      error(trouble, 0) -- a bug
    end
    return nil, trouble.message, trouble.code
  end
end

function rows.encode(value)
  return value ~= nil and rows.must(json.encode(value)) or nil
end

function rows.decode(text)
  return text ~= nil and rows.must(json.decode(text)) or nil
end

local function set(...)
  local names = {}
  for _, name in ipairs { ... } do
    names[name] = true
  end
  return names
end

-- Keys that have a place of their own, or that are computed anew.
rows.RUN = set("id", "format", "started", "ended", "wall_s", "seed", "confidence", "interrupted",
  "command", "payoff", "machine", "git", "experiment", "warnings", "events", "subjects", "cells",
  "state", "run", "progress", "seeds")
rows.SUBJECT = set("name", "kind", "reference", "teaches", "runtime", "file", "state", "reason",
  "build", "load_ns", "verdict", "start", "load")
rows.CELL = set("id", "subject", "mode", "jobs", "start", "size", "tasks", "loops", "baseline",
  "verdict", "samples", "time", "cpu", "speedup", "efficiency",
  "speedup_cpu", "speedup_mean", "per_task", "metrics", "workers",
  "warming", "first", "rests_on")
rows.EVENT = set("asked", "name", "unit", "state", "source", "reason")
rows.VERDICT = set("state", "text", "ulp", "relative", "task", "expected", "got")
rows.FINDING = set("category", "failing", "text", "count", "input", "task", "expected", "got",
  "cause", "why", "advice")
rows.SAMPLE = set("id", "block", "order", "process", "index", "loops", "wall_ns", "cpu_ns",
  "counts", "noise", "marked")

function rows.rest(record, known)
  local more
  for key, value in pairs(record) do
    if not known[key] then
      more = more or {}
      more[key] = value
    end
  end
  return rows.encode(more)
end

-- A JSON object, or nil; the file may be a stranger's.
function rows.object(text)
  local value = rows.decode(text)
  if value ~= nil and (type(value) ~= "table" or value[1] ~= nil) then
    rows.fail("data", "the store is damaged: a JSON object is wanted where there is %s",
      type(value) == "table" and "a list" or "a " .. type(value))
  end
  return value
end

-- What something is found by: never nil in a store that payoff wrote.
function rows.key(value, what)
  if value == nil then rows.fail("data", "the store is damaged: %s is missing", what) end
  return value
end

-- `known`: the keys that have a place of their own, which nothing else may take.
function rows.merge(record, more, known)
  for key, value in pairs(rows.object(more) or {}) do
    if not (known and known[key]) then record[key] = value end
  end
  return record
end

function rows.copy(record, known)
  local row = {}
  for key in pairs(known) do
    row[key] = record[key]
  end
  return row
end

function rows.truth(number)
  if number == nil then
    return nil
  end
  return number ~= 0
end

return rows
