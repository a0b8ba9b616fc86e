-- recorder: keeps a run in the store while it is measured, sample by sample.
--
--   engine.run(experiment, { recorder = recorder.new("f.payoff.db") })
--
-- A killed run loses at most the samples in flight and those of the last half second, which are
-- written together, with how far the run has come: a transaction for each sample took 0.28 ms
-- beside 10 ms, and one for each block 0.8. When it is resumed it goes on from there. A store that
-- cannot be written (a read-only folder, a full disk) costs the record, never the run: that becomes
-- one warning of the report.

local fault = require "payoff.fault"
local must = require("payoff.store.rows").must
local resume = require "payoff.run.resume"
local store = require "payoff.store"
local sys = require "payoff.native.sys"

local recorder = {}

-- How long a sample may wait for others, and the note of how far the run has come: with all that it
-- holds after some hundred blocks it takes 3 ms to write, and a process may take 60.
local behind_s = 0.5

local Recorder = {}
Recorder.__index = Recorder

-- Runs `step` unless the record has failed already; the first failure becomes a warning.
function Recorder:try(step)
  if self.failed then return nil end
  local value, message = step()
  if value == nil then
    self.failed = true
    local text = ("The record in %s is not complete: %s."):format(self.path, message)
    table.insert(self.warnings, text)
  end
  return value
end

local cell_fields = { "id", "subject", "mode", "jobs", "start", "size", "tasks", "loops",
  "baseline", "verdict", "maxrss_bytes", "cpus",
  "processes", "simulated", "warmup", "workers_reason" }

local function cell_row(cell)
  local row = {}
  for _, field in ipairs(cell_fields) do row[field] = cell[field] end
  return row
end

-- Whether a cell shows something that was not written yet. What a field holds is replaced, not
-- changed, as long as a run is measured (its CPUs by a list of the same each time); at its end all
-- is written anyway.
local function is_news(self, cell)
  local row, written = cell_row(cell), self.written[cell.id] or {}
  self.written[cell.id] = row
  row.cpus = row.cpus and table.concat(row.cpus, ",")
  for _, field in ipairs(cell_fields) do
    if row[field] ~= written[field] then return true end
  end
  return false
end

-- The run with all its subjects and cells, so that a run that is killed can be read and resumed.
local function put_all(self, state)
  self.run = must(self.db:run_begin(state.head))
  for _, subject in ipairs(state.experiment.subjects) do
    if state.needed[subject.name] then
      must(self.db:subject(self.run, { name = subject.name, kind = subject.kind,
        reference = subject.reference or false, teaches = subject.teaches }))
    end
  end
  return true
end

-- Takes over a run that ended early; fails where another process was faster.
local function take_over(self, again)
  local run, progress = again.run.run, must(self.db:progress(again.run.run))
  if resume.is_alive(progress.owner) then
    self.taken = ("run %s is being resumed by process %d"):format(again.run.id,
      progress.owner.pid)
    error { message = self.taken, code = "unavailable" }
  end
  must(self.db:reopen(run, progress.at, resume.MARK))
  self.run = run
  return true
end

local function begin(path, state, options)
  local again = state.options.resume
  local self = setmetatable({ path = path, warnings = state.warnings, cells = {},
    pending = {}, begun = {}, touched = {}, written = {}, noted_s = 0,
    progress = again and again.progress or { options = options } }, Recorder)
  self.db = self:try(function() return store.open(path, { create = not again }) end)
  self.progress.owner = resume.owner()
  self:try(function()
    return self.db:transaction(function()
      if again then take_over(self, again) else put_all(self, state) end
      for _, cell in ipairs(state.cells) do
        self.cells[cell.id] = must(self.db:cell(self.run, again and { id = cell.id,
          subject = cell.subject, mode = cell.mode, jobs = cell.jobs } or cell_row(cell)))
      end
      return self.db:put_progress(self.run, self.progress)
    end)
  end)
  if self.taken then fault.raise("unavailable", "%s", self.taken) end
  return self
end

-- Writes the samples that wait, and whatever else there is to write with them, at once: what a
-- transaction takes it takes for each, however little is in it.
function Recorder:flush(more)
  local list, begun = self.pending, self.begun
  if #list == 0 and not more then return end
  self.pending, self.begun = {}, {}
  self:try(function()
    return self.db:transaction(function()
      for _, one in ipairs(begun) do must(self.db:block(self.run, one.block, one.seeds)) end
      for _, one in ipairs(list) do must(self.db:sample(one.cell, one.sample)) end
      return not more or more()
    end)
  end)
end

-- Writes the samples that wait, and with them how far the run has come and what the cells that
-- were measured since have shown.
function Recorder:note_progress()
  local cells = self.touched
  self.touched, self.noted_s, self.is_behind = {}, sys.monotonic_s(), false
  self:flush(function()
    for _, cell in pairs(cells) do
      if is_news(self, cell) then must(self.db:cell(self.run, cell_row(cell))) end
    end
    return self.db:put_progress(self.run, self.progress)
  end)
end

-- The run has come so far, with this cell: noted at once where that is not done all the time.
function Recorder:advance(state, at, cell)
  local progress = self.progress
  progress.at, progress.spent_s = at, state.spent_s
  progress.control = state.control.values
  progress.wall_s = sys.monotonic_s() - state.started_s
  if cell then self.touched[cell.id] = cell end
  self.is_behind = true
  if sys.monotonic_s() - self.noted_s >= behind_s then self:note_progress() end
end

-- Before the first process of a block.
function Recorder:block(state, at, seeds)
  table.insert(self.begun, { block = at.block, seeds = seeds })
  self:advance(state, at)
end

-- What was decided for the blocks to come.
function Recorder:planned(state)
  local progress = self.progress
  progress.samples, progress.plan, progress.forecast = state.samples, state.plan, state.forecast
  progress.notes = table.move(state.warnings, 1, #state.warnings, 1, {})
  self:flush(function()
    for _, cell in ipairs(state.cells) do must(self.db:cell(self.run, cell_row(cell))) end
    return self.db:put_progress(self.run, progress)
  end)
end

function Recorder:sample(cell, sample)
  local list, now_s = self.pending, sys.monotonic_s()
  if #list == 0 then self.since_s = now_s end
  list[#list + 1] = { cell = self.cells[cell.id], sample = sample }
  if now_s - self.since_s >= behind_s then self:flush() end
end

-- Which commit and which binaries are measured.
function Recorder:identified(head)
  self:try(function()
    return self.db:run_update(self.run, { git = head.git, fingerprint = head.fingerprint })
  end)
end

-- Everything that became known while measuring: verdicts, builds, runtimes, warnings.
function Recorder:finish(run)
  if self.is_behind then self:note_progress() else self:flush() end
  self:try(function()
    return self.db:transaction(function()
      for _, subject in ipairs(run.subjects) do must(self.db:subject(self.run, subject)) end
      for _, cell in ipairs(run.cells) do must(self.db:cell(self.run, cell_row(cell))) end
      return self.db:run_end(self.run, {
        wall_s = run.wall_s, interrupted = run.interrupted, warnings = run.warnings,
        level = run.level, blocks = run.blocks, forecast = run.forecast,
        control = run.control, watched = run.watched, sharing = run.sharing,
        placement = run.placement,
        spent = run.spent,
        program = run.program and { share = run.program.share, func = run.program.func },
        sizing = run.sizing, boundary = run.boundary, verified = run.verified,
      })
    end)
  end)
  if self.db then self.db:close() end
end

-- options: what `--resume` must know of the command line (payoff.run.resume).
function recorder.new(path, options)
  return function(state) return begin(path, state, options) end
end

return recorder
