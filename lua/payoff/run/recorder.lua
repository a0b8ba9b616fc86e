-- recorder: keeps a run in the store while it is measured, sample by sample.
--
--   engine.run(experiment, { recorder = recorder.new("f.payoff.db") })
--
-- A killed run loses at most the sample in flight. A store that cannot be written (a read-only
-- folder, a full disk) costs the record, never the run: that becomes one warning of the report.

local must = require("payoff.store.rows").must
local store = require "payoff.store"

local recorder = {}

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
  "processes", "simulated", "warmup" }

local function cell_row(cell)
  local row = {}
  for _, field in ipairs(cell_fields) do row[field] = cell[field] end
  return row
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
  for _, cell in ipairs(state.cells) do
    self.cells[cell.id] = must(self.db:cell(self.run, cell_row(cell)))
  end
  return true
end

local function begin(path, state)
  local self = setmetatable({ path = path, warnings = state.warnings, cells = {} }, Recorder)
  self.db = self:try(function() return store.open(path, { create = true }) end)
  self:try(function()
    return self.db:transaction(function() return put_all(self, state) end)
  end)
  return self
end

function Recorder:sample(cell, sample)
  self:try(function() return self.db:sample(self.cells[cell.id], sample) end)
end

-- Which commit and which binaries are measured.
function Recorder:identified(head)
  self:try(function()
    return self.db:run_update(self.run, { git = head.git, fingerprint = head.fingerprint })
  end)
end

-- Everything that became known while measuring: verdicts, builds, runtimes, warnings.
function Recorder:finish(run)
  self:try(function()
    return self.db:transaction(function()
      for _, subject in ipairs(run.subjects) do must(self.db:subject(self.run, subject)) end
      for _, cell in ipairs(run.cells) do must(self.db:cell(self.run, cell_row(cell))) end
      return self.db:run_end(self.run, {
        wall_s = run.wall_s, interrupted = run.interrupted, warnings = run.warnings,
        level = run.level, blocks = run.blocks, forecast = run.forecast,
        program = run.program and { share = run.program.share, func = run.program.func },
        sizing = run.sizing,
        verified = run.verified,
      })
    end)
  end)
  if self.db then self.db:close() end
end

function recorder.new(path)
  return function(state) return begin(path, state) end
end

return recorder
