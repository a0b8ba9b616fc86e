-- conflict: what is asked of the counters, and cannot be had together.
--
--   conflict.check(experiment, options)            -- raises what to write instead
--   conflict.check_check(arguments)                -- the same of `payoff check`
--   conflict.check_baseline(rows, wanted, path)    -- and of the counts of a baseline
--   for _, sentence in ipairs(conflict.losses(state)) do … end
--
-- A contradiction is refused before anything runs. What is no contradiction, but brings less than
-- was asked for, is measured, and the report says what is missing and why.

local fault = require "payoff.fault"

local conflict = {}

local function is_simulated(experiment, options)
  return options.counts == "simulated" or experiment.counters.source == "simulated"
end

-- options: of the engine.
function conflict.check(experiment, options)
  if options.blocks ~= 0 then return end
  if not is_simulated(experiment, options) then
    fault.raise("usage", "--blocks 0 measures nothing; it goes with --counts simulated, which then "
      .. "counts in place of the blocks")
  elseif options.precision then
    fault.raise("usage", "--precision ends blocks early, and --blocks 0 takes none; leave one of "
      .. "them out")
  end
end

function conflict.check_check(arguments)
  if arguments.self_test and arguments.counts then
    fault.raise("usage", "--self-test checks the gate of times alone; leave out --counts %s",
      arguments.counts)
  end
end

-- rows: of a baseline, by id.
function conflict.check_baseline(rows, wanted, path)
  local found = {}
  for _, row in pairs(rows) do found[row.source] = true end
  if not wanted or found[wanted] then return end
  fault.raise("usage", "--counts %s: the counts of %s are %s, and only counts of one kind can be "
    .. "compared; leave out --counts, or save a baseline with it", wanted, path,
    (next(found)))
end

local function names_of(experiment)
  local out = table.move(experiment.counters, 1, #experiment.counters, 1, {})
  return table.concat(out, ", ")
end

-- Which events have had no turn: those of passes for which there was no block.
local function without_turn(state)
  local counted, out = {}, {}
  for pass = 1, math.min(state.blocks_done, state.passes.count) do
    for i, event in ipairs(state.passes.list[pass]:events()) do
      counted[i] = counted[i] or event.state == "exact"
    end
  end
  for i, event in ipairs(state.counters:events()) do
    if event.state == "exact" and not event.part_of and not counted[i] then
      out[#out + 1] = event.asked
    end
  end
  return out
end

function conflict.losses(state)
  local experiment, out = state.experiment, {}
  local passes = state.passes and state.passes.count or 1
  if state.options.blocks == 0 then
    if #experiment.counters > 0 or experiment.counters.exact then
      out[1] = ("With --blocks 0 nothing runs on the CPU itself: the experiment's counters%s were "
        .. "not asked%s."):format(#experiment.counters > 0 and " (" .. names_of(experiment) .. ")"
        or "", experiment.counters.exact and ", and exact = true has no meaning" or "")
    end
  elseif passes > 1 and state.blocks_done < passes then
    out[1] = ("exact = true counts in %d passes, one to a block, and there %s only %d block%s: not "
      .. "counted: %s."):format(passes, state.blocks_done == 1 and "was" or "were",
      state.blocks_done, state.blocks_done == 1 and "" or "s",
      table.concat(without_turn(state), ", "))
  end
  local fixed = state.options.blocks or experiment.blocks
  if fixed and fixed > 0 and fixed < passes and state.blocks_done > fixed then
    out[#out + 1] = ("exact = true counts in %d passes, one to a block: %d blocks were measured, "
      .. "where %d %s asked for."):format(passes, state.blocks_done, fixed,
      fixed == 1 and "was" or "were")
  end
  return out
end

return conflict
