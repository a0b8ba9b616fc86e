-- model: where a port pays off, by how much, and why: what is worked out of a run beyond its rows.
--
--   model.derive(run, valid)     -- fills cells[].decomposition and run.break_even, .places,
--                                   .ledger, .program, .verdicts (reports/MODEL.md)
--
-- Works on the plain run model: a run out of the store is treated like one just taken.

local break_even = require "payoff.model.break_even"
local decompose = require "payoff.model.decompose"
local ledger = require "payoff.model.ledger"
local places = require "payoff.model.places"
local priced = require "payoff.model.priced"
local program = require "payoff.model.program"
local verdicts = require "payoff.model.verdicts"

local model = {}

local function baselines(run)
  local out = {}
  for _, cell in ipairs(run.cells) do
    if cell.baseline then out[cell.size] = cell end
  end
  return out
end

local function price(run)
  local by_name = {}
  for _, subject in ipairs(run.subjects) do by_name[subject.name] = subject end
  for _, entry in ipairs(run.break_even) do
    entry.priced = priced.of(run, entry, by_name[entry.subject])
  end
end

-- valid(cell): may its time be compared?
function model.derive(run, valid)
  local base = baselines(run)
  for _, cell in ipairs(run.cells) do
    cell.decomposition = nil
    if cell.speedup and valid(cell) then
      cell.decomposition = decompose.cell(run, cell, base[cell.size])
    end
  end
  run.break_even = break_even.of(run, valid)
  price(run)
  run.places = places.of(run, valid)
  run.ledger = ledger.of(run, valid)
  program.derive(run, valid)
  run.verdicts = verdicts.of(run)
  return run
end

return model
