-- store.load: a run read back from the store, as the model that was handed in.
--
--   local model = load.model(native, row)     -- a row of db.native:rows("run")

local counters = require "payoff.native.counters"
local rows = require "payoff.store.rows"
local series = require "payoff.store.series"
local store = require "payoff.native.store"

local load = {}

local copy, key, merge, must = rows.copy, rows.key, rows.merge, rows.must
local object, truth = rows.object, rows.truth

-- What the run keeps of its events beyond their columns; a list, or what a stranger wrote there.
local function put_event_more(model)
  local list = model.event_more
  model.event_more = nil
  for i, more in ipairs(type(list) == "table" and list or {}) do
    for name, value in pairs(type(more) == "table" and model.events[i] and more or {}) do
      if not rows.EVENT[name] then model.events[i][name] = value end
    end
  end
end

local function load_verdicts(native, run)
  local verdicts = { cell = {}, subject = {} }
  for _, row in ipairs(must(native:rows("verdict", "run", run))) do
    local verdict = merge(copy(row, rows.VERDICT), row.more, rows.VERDICT)
    if row.cell then
      verdicts.cell[row.cell] = verdict
    else
      verdicts.subject[key(row.subject, "what a verdict is about")] = verdict
    end
  end
  return verdicts
end

local function load_findings(native, run)
  local findings = {}
  for _, row in ipairs(must(native:rows("finding", "run", run))) do
    local finding = merge(copy(row, rows.FINDING), row.more, rows.FINDING)
    finding.failing = truth(row.failing)
    local subject = key(row.subject, "the subject of a finding")
    findings[subject] = findings[subject] or {}
    findings[subject][key(row.position, "the place of a finding")] = finding
  end
  return findings
end

local function load_subjects(native, run, verdicts)
  local findings = load_findings(native, run)
  local subjects, names = {}, {}
  for index, row in ipairs(must(native:rows("subject", "run", run))) do
    local subject = copy(row, rows.SUBJECT)
    subject.reference = truth(row.reference)
    if row.build_command or row.build_seconds or row.build_stale then
      subject.build = { command = row.build_command, seconds = row.build_seconds,
                        stale = truth(row.build_stale) }
    end
    subject.verdict = verdicts[row.id]
    subjects[index], names[row.id] = merge(subject, row.more, rows.SUBJECT), row.name
    if type(subject.verify) == "table" then
      subject.verify.findings = findings[row.id] or {}
    end
  end
  return subjects, names
end

local function load_samples(samples)
  for _, sample in ipairs(samples) do
    local more = sample.more
    sample.noise, sample.more, sample.id = object(sample.noise), nil, nil
    merge(sample, more, rows.SAMPLE)
  end
  return samples
end

-- Samples with a phase were taken on the way to the steady state: { those that count }, { others }.
local function part_phases(samples)
  local counted, warming = {}, {}
  for _, sample in ipairs(samples) do
    table.insert(sample.phase and warming or counted, sample)
  end
  return counted, warming
end

-- cell.sheet of payoff.store: `word` gets a text as it was before it was stored.
local function sheet_of(native, id)
  return function(spec, word, write)
    local function stored_word(text, is_json)
      return word(is_json and rows.decode(text) or text)
    end
    return native:sheet(id, spec, stored_word, write)
  end
end

-- The samples of every cell: in columns where `which` is "series", else a list each, or nothing.
local function samples_of(native, run, which, events)
  if which == "series" then
    return must(native:series(run, events, counters.other_pass))
  end
  return must(native:samples(run, which))
end

local function put_series(cell, entry, phased)
  local last = entry and merge({}, entry.more, rows.SAMPLE)
  cell.samples = entry and series.samples(entry, last) or {}
  cell.warming = load_samples(phased)
  cell.workers = last and last.workers
end

local function put_samples(cell, samples)
  cell.samples, cell.warming = part_phases(load_samples(samples))
  local last = cell.samples[#cell.samples]
  cell.workers = last and last.workers
end

local function load_cells(native, run, names, verdicts, which, events)
  local cells = {}
  -- More events than columns are made for: lists.
  if which == "series" and events > store.series_events then which = "all" end
  local samples = samples_of(native, run, which, events)
  for index, row in ipairs(must(native:rows("cell", "run", run))) do
    local cell = copy(row, rows.CELL)
    cell.id, cell.subject, cell.baseline = row.name, names[row.subject], truth(row.baseline)
    cell.verdict = verdicts[row.id]
    if which == "series" then
      put_series(cell, samples[row.id], samples.phased[row.id] or {})
    else
      put_samples(cell, samples[row.id] or {})
    end
    if which == "phased" then cell.sheet = sheet_of(native, row.id) end
    cells[index] = merge(cell, row.more, rows.CELL)
  end
  return cells
end

-- The model of a run as it was handed in, `state` and `run` besides; `samples`: which of them, see
-- payoff.store.
function load.model(native, row, samples)
  local run = row.id
  local model = {
    format = 1, run = run, id = row.name, started = row.started, ended = row.ended,
    state = row.state, interrupted = row.state ~= "complete", wall_s = row.wall_s,
    seed = row.seed, confidence = row.confidence, command = row.command,
    payoff = object(row.payoff), machine = object(row.machine), git = object(row.git),
    experiment = { name = row.experiment_name, file = row.experiment_file,
                   title = row.experiment_title, text = row.experiment_text },
    warnings = {}, events = {},
  }
  merge(model, row.more, rows.RUN)
  for index, warning in ipairs(must(native:rows("warning", "run", run))) do
    model.warnings[index] = warning.text
  end
  for _, event in ipairs(must(native:rows("event", "run", run))) do
    model.events[key(event.position, "the place of an event")] = copy(event, rows.EVENT)
  end
  put_event_more(model)
  for _, block in ipairs(must(native:rows("block", "run", run))) do
    model.seeds = model.seeds or {}
    model.seeds[key(block.block, "the number of a block")] =
      { hash_seed = block.hash_seed, padding_bytes = block.padding_bytes }
  end
  local verdicts = load_verdicts(native, run)
  local names
  model.subjects, names = load_subjects(native, run, verdicts.subject)
  model.cells = load_cells(native, run, names, verdicts.cell, samples, #model.events)
  return model
end

return load
