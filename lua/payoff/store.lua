-- store: runs in one SQLite file, in the words of reports/MODEL.md.
--
--   local store = require "payoff.store"
--   local db = assert(store.open("payoff.db", { create = true }))
--   local run = assert(db:run_begin(model))           -- id, started, seed, experiment, machine, …
--   local subject = assert(db:subject(run, model.subjects[1]))
--   local cell = assert(db:cell(run, model.cells[1])) -- its subject must be there
--   assert(db:sample(cell, sample))                   -- on the disk when this returns
--   assert(db:verdict(run, cell, verdict))
--   assert(db:run_end(run, { wall_s = 12.5, interrupted = false }))
--   local model = assert(db:load(run))
--
-- Every method returns nil, message, code on failure; the file then holds what it held before. What
-- can be computed from the samples (medians, speed-ups, metrics) is not stored; `load` gives back
-- everything else, and keys that this file does not know survive as they were.

local fault = require "payoff.fault"
local load = require "payoff.store.load"
local native = require "payoff.native.store"
local rows = require "payoff.store.rows"

local store = {}
local db_class = {}
db_class.__index = db_class

local copy, encode, guarded, must, rest = rows.copy, rows.encode, rows.guarded, rows.must, rows.rest

-- Several writes that stand or fall together, alone or inside the caller's transaction.
local function together(db, body)
  if db.inside then
    return body()
  end
  must(db.native:begin())
  db.inside = true
  local ok, result = xpcall(body, rows.with_trace)
  db.inside = false
  if ok then
    must(db.native:commit())
    return result
  end
  db.native:rollback()
  error(result, 0)
end

function store.open(path, options)
  local handle, message, code = native.open(path, options)
  if not handle then
    return nil, message, code
  end
  return setmetatable({ native = handle, inside = false }, db_class)
end

-- The exit status that a failure of the store means.
local KINDS = { ["not found"] = "noinput", unavailable = "unavailable", timeout = "unavailable",
  system = "io", memory = "system", usage = "usage" }

-- For commands: the value, or the failure raised as one line with its status.
function store.checked(value, message, code)
  return fault.check(KINDS[code] or "data", nil, value, message, code)
end

function store.must_open(path, options)
  return store.checked(store.open(path, options))
end

-- The row of a run; absent fields stay as they are in the file.
local function run_row(run)
  local experiment = run.experiment or {}
  return {
    name = run.id, started = run.started, ended = run.ended, wall_s = run.wall_s, seed = run.seed,
    confidence = run.confidence, command = run.command, experiment_name = experiment.name,
    experiment_file = experiment.file, experiment_title = experiment.title,
    experiment_text = experiment.text, payoff = encode(run.payoff), machine = encode(run.machine),
    git = encode(run.git),
  }
end

local function add_lists(db, run, model)
  for _, text in ipairs(model.warnings or {}) do
    must(db.native:insert("warning", { run = run, text = text }))
  end
  for position, event in ipairs(model.events or {}) do
    local row = copy(event, rows.EVENT)
    row.run, row.position = run, position
    must(db.native:insert("event", row))
  end
end

-- The run with what its events have beyond their columns (which group counts them, whose parts
-- they are): its own, as there are few of them. payoff.store.load puts it back.
local function with_event_more(model)
  local list, any = {}, false
  for i, event in ipairs(model.events or {}) do
    list[i] = {}
    for key, value in pairs(event) do
      if not rows.EVENT[key] then list[i][key], any = value, true end
    end
  end
  if not any then return model end
  local out = { event_more = list }
  for key, value in pairs(model) do out[key] = value end
  return out
end

-- model.warnings and model.events come along; subjects and cells have their own calls.
db_class.run_begin = guarded(function(db, model)
  return together(db, function()
    local row = run_row(model)
    row.state = "running"
    row.more = rest(with_event_more(model), rows.RUN)
    local run = must(db.native:insert("run", row))
    add_lists(db, run, model)
    return run
  end)
end)

-- What has become known since: fields of the run, more warnings (those given are added), events.
db_class.run_update = guarded(function(db, run, fields)
  return together(db, function()
    local row = run_row(fields)
    if rest(fields, rows.RUN) then
      local old = must(db:run_row(run))
      row.more = encode(rows.merge(rows.merge({}, old.more), rest(fields, rows.RUN)))
    end
    row.state = fields.state
    must(db.native:update("run", run, row))
    add_lists(db, run, fields)
    return true
  end)
end)

function db_class:run_end(run, fields)
  local ending = { state = fields.interrupted and "interrupted" or "complete" }
  for key, value in pairs(fields) do
    ending[key] = value
  end
  ending.ended = ending.ended or os.date("!%Y-%m-%dT%H:%M:%SZ")
  return self:run_update(run, ending)
end

db_class.warning = guarded(function(db, run, text)
  return must(db.native:insert("warning", { run = run, text = text }))
end)

-- Inserts, or changes what is there of that name (and not nil here).
local function put(db, noun, row, parent, field)
  local id, message, code = db.native:find(noun, parent, row[parent], field, row[field])
  if id then
    must(db.native:update(noun, id, row))
    return id
  elseif code ~= "not found" then
    rows.fail(code, "%s", message)
  end
  return must(db.native:insert(noun, row))
end

-- What verify found has a table of its own; the rest of its evidence is the subject's.
local function without_findings(subject)
  if not subject.verify then return subject end
  local verify = {}
  for key, value in pairs(subject.verify) do verify[key] = key ~= "findings" and value or nil end
  local out = {}
  for key, value in pairs(subject) do out[key] = value end
  out.verify = verify
  return out
end

local function put_findings(db, run, subject, findings)
  for position, finding in ipairs(findings) do
    local row = copy(finding, rows.FINDING)
    row.run, row.subject, row.position = run, subject, position
    row.more = rest(finding, rows.FINDING)
    put(db, "finding", row, "subject", "position")
  end
end

db_class.subject = guarded(function(db, run, subject)
  local build = subject.build or {}
  local row = copy(subject, rows.SUBJECT)
  row.run, row.more = run, rest(without_findings(subject), rows.SUBJECT)
  row.build_command, row.build_seconds, row.build_stale = build.command, build.seconds, build.stale
  return together(db, function()
    local id = put(db, "subject", row, "run", "name")
    if subject.verdict then
      must(db:subject_verdict(run, id, subject.verdict))
    end
    put_findings(db, run, id, subject.verify and subject.verify.findings or {})
    return id
  end)
end)

db_class.cell = guarded(function(db, run, cell)
  local row = copy(cell, rows.CELL)
  row.run, row.name, row.more = run, cell.id, rest(cell, rows.CELL)
  return together(db, function()
    row.subject = must(db.native:find("subject", "run", run, "name", cell.subject))
    local id = put(db, "cell", row, "run", "name")
    if cell.verdict then
      must(db:verdict(run, id, cell.verdict))
    end
    return id
  end)
end)

db_class.sample = guarded(function(db, cell, sample)
  return must(db.native:sample(cell, sample, encode(sample.noise), rest(sample, rows.SAMPLE)))
end)

local function put_verdict(db, run, parent, id, verdict)
  local row = copy(verdict, rows.VERDICT)
  row.run, row[parent], row.more = run, id, rest(verdict, rows.VERDICT)
  return together(db, function()
    return put(db, "verdict", row, parent)
  end)
end

db_class.verdict = guarded(function(db, run, cell, verdict)
  return put_verdict(db, run, "cell", cell, verdict)
end)

db_class.subject_verdict = guarded(function(db, run, subject, verdict)
  return put_verdict(db, run, "subject", subject, verdict)
end)

-- body's writes in one transaction: much faster in bulk, and all or nothing. An error in body, or
-- its returning nil, takes everything back.
db_class.transaction = guarded(function(db, body)
  return together(db, function()
    return must(body())
  end)
end)

-- What a run needs to be resumed, a table (payoff.run.resume); an empty one where there is none.
db_class.progress = guarded(function(db, run)
  return rows.object(must(db:run_row(run)).progress) or {}
end)

db_class.put_progress = guarded(function(db, run, progress)
  return must(db.native:update("run", run, { progress = encode(progress) }))
end)

-- The seeds of a block: { hash_seed, padding_bytes }, of the environment of its processes.
db_class.block = guarded(function(db, run, block, seeds)
  return must(db.native:insert("block",
    { run = run, block = block, hash_seed = seeds.hash_seed, padding_bytes = seeds.padding_bytes }))
end)

-- A run that ended early begins again: its warnings go (they are worked out anew at its end), and
-- what was sampled after `at` is marked.
db_class.reopen = guarded(function(db, run, at, mark)
  return together(db, function()
    for _, warning in ipairs(must(db.native:rows("warning", "run", run))) do
      must(db.native:remove("warning", warning.id))
    end
    must(db.native:mark_after(run, at and at.block or 0, at and at.position or 0, mark))
    return must(db.native:update("run", run, { state = "running" }))
  end)
end)

db_class.run_row = guarded(function(db, run)
  for _, row in ipairs(must(db.native:rows("run"))) do
    if row.id == run or row.name == run then
      return row
    end
  end
  rows.fail("not found", "%s has no run '%s'", db.native:path(), tostring(run))
end)

-- { {run = 1, id = "…", started, ended, state, wall_s, command, experiment, samples}, … }, oldest
-- first. `state` is "running" too where a run was killed.
db_class.runs = guarded(function(db)
  local runs = {}
  for index, row in ipairs(must(db.native:rows("run"))) do
    runs[index] = {
      run = row.id, id = row.name, started = row.started, ended = row.ended, state = row.state,
      wall_s = row.wall_s, command = row.command, seed = row.seed,
      experiment = { name = row.experiment_name, file = row.experiment_file,
                     title = row.experiment_title },
      samples = must(db.native:sample_count(row.id)),
    }
  end
  return runs
end)

-- The model of a run (its number or its id) as it was handed in, `state` and `run` besides.
-- options.samples = "times": without what was counted, which is most of it; "phased": only those on
-- the way to the steady state, and the others as text, from the open store:
--   cell.sheet({ prefix =, columns =, events = }, word, write)  --> how many rows were written
-- See csv.lua, and profiler/store/sheet.h. "series": in columns, see payoff.store.series.
db_class.load = guarded(function(db, which, options)
  return load.model(db.native, must(db:run_row(which)), options and options.samples)
end)

db_class.remove = guarded(function(db, run)
  return must(db.native:remove("run", must(db:run_row(run)).id))
end)

-- Copies the runs of another file that this one has not, and those that went on there: { runs,
-- samples, known, completed }. Nothing where a run went on in both.
function db_class:merge(path)
  return self.native:merge(path)
end

-- Reads the whole file: true, or nil and what is damaged.
function db_class:check()
  return self.native:check()
end

function db_class:close()
  self.native:close()
end

return store
