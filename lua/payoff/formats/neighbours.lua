-- neighbours: what the formats of other tools share: which cells they may be told of, and how the
-- samples of a cell come apart into processes.
--
--   for _, cell in ipairs(neighbours.cells(run)) do
--     for _, process in ipairs(neighbours.processes(cell)) do … process[1].wall_ns … end
--   end
--
-- A wrong port has no speed-up, so no other tool may compute one: its cells are left out, like
-- those that failed. Marked samples (taken in a bad moment) are left out where our own estimates do
-- without them; none of the other formats has a word for them.

local digest = require "payoff.digest"
local estimate = require "payoff.run.estimate"

local neighbours = {}

-- Every right cell that has samples; and the names of those that are left out, with the reason.
function neighbours.cells(run)
  local kept, left = {}, {}
  local subjects = {}
  for _, subject in ipairs(run.subjects or {}) do subjects[subject.name] = subject end
  for _, cell in ipairs(run.cells or {}) do
    local subject = subjects[cell.subject]
    local verdict = cell.verdict or { state = "unmeasured" }
    local condemned = subject and subject.verdict and subject.verdict.state == "wrong"
    if condemned then
      left[#left + 1] = { cell = cell, reason = "wrong" }
    elseif not digest.is_right(verdict) or #(cell.samples or {}) == 0 then
      left[#left + 1] = { cell = cell, reason = digest.WORDS[verdict.state] or verdict.state }
    else
      kept[#kept + 1] = cell
    end
  end
  return kept, left
end

function neighbours.left_out_text(left)
  local names = {}
  for i, entry in ipairs(left) do names[i] = ("%s (%s)"):format(entry.cell.id, entry.reason) end
  return table.concat(names, ", ")
end

-- The samples of a cell that an estimate of its elapsed time rests on.
function neighbours.samples(cell)
  local seen = cell.marked
  if (cell.rests_on or "wall") ~= "wall" then seen = estimate.marked(cell) end
  local without = seen and seen.left_out
  local list = {}
  for _, sample in ipairs(cell.samples) do
    if not (without and sample.marked) then list[#list + 1] = sample end
  end
  return list
end

-- Lists of samples, one for each process, in the order of their being taken.
function neighbours.processes(cell)
  local list, by_key = {}, {}
  for _, sample in ipairs(neighbours.samples(cell)) do
    local key = ("%s/%s"):format(sample.block, sample.process)
    local process = by_key[key]
    if not process then
      process = {}
      by_key[key], list[#list + 1] = process, process
    end
    process[#process + 1] = sample
  end
  return list
end

-- What one run of the whole list of tasks took.
function neighbours.seconds(sample) return sample.wall_ns / (sample.loops or 1) / 1e9 end

-- The processor's name, or nil.
function neighbours.cpu(run)
  local cpu = run.machine and run.machine.cpu
  local model = type(cpu) == "table" and (cpu.model or cpu.name) or cpu
  return type(model) == "string" and model or nil
end

return neighbours
