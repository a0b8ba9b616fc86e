-- timing: which time the figures and verdicts of a run rest on.
--
--   timing.of(run)                  --> "wall" (default) | "own" | "cpu"
--   timing.between("own", a, b)     --> "own" where it is known of both cells, else "wall"
--   timing.words.own                --> "elapsed time without the waits for a CPU that others held"
--
-- "own" and "cpu" are known of serial rows. How long the workers of a pool stood ready without a
-- CPU nobody tells, and CPU time says nothing of how soon several are done: what processes and
-- threads take, and whatever is compared with them, is elapsed time. So it is where a worker tells
-- no CPU time, or the kernel no waits.

local cells = require "payoff.run.cells"

local timing = { default = "wall", names = { "wall", "own", "cpu" } }

timing.choices = '"wall", "own" or "cpu"'

-- What a stored run's figures rest on when nothing else is asked for.
timing.stored = "as it was measured"

timing.words = {
  wall = "elapsed time",
  own = "elapsed time without the waits for a CPU that others held",
  cpu = "CPU time",
}

function timing.of(run)
  return timing.words[run.rests_on] and run.rests_on or timing.default
end

local told = {
  cpu = function(sample) return sample.cpu_ns end,
  own = function(sample) return sample.noise and sample.noise.waited_ns end,
}

-- Is that time told of any of its samples? What has none yet may have it.
local function is_told(kind, cell)
  local samples = cell.samples or {}
  if not told[kind] or #samples == 0 then return true end
  if samples.tells then return samples:tells(kind) end -- in columns: payoff.store.series
  for _, sample in ipairs(samples) do
    if told[kind](sample) then return true end
  end
  return false
end

function timing.between(kind, ...)
  for _, cell in ipairs { ... } do
    if cell.mode ~= "serial" or not is_told(kind, cell) then return timing.default end
  end
  return kind
end

-- The command-line option; default: in words.
function timing.option(command, default)
  command:option("--time", ("What serial rows and verdicts on them rest on: wall, elapsed time; "
    .. "own, without the waits for a CPU that others held; or cpu, CPU time. Processes and threads "
    .. "always rest on elapsed time (default: %s)."):format(default))
    :argname("KIND"):choices(timing.names)
end

local why = {
  cpu = "No CPU time is told of %s: elapsed time stands in its place.",
  own = "How long %s waited for a CPU is not told: nothing is taken off elapsed time.",
}

-- The serial rows of which that time is not known, as a sentence; nil where it is of all.
function timing.untold(run)
  local kind, names = timing.of(run), {}
  for _, cell in ipairs(run.cells or {}) do
    if cell.mode == "serial" and not is_told(kind, cell) then
      names[#names + 1] = cells.describe(cell)
    end
  end
  return names[1] and why[kind]:format(table.concat(names, " and ")) or nil
end

-- What verdicts rest on, as a phrase.
function timing.sentence(run)
  local kind, serial, others = timing.of(run), false, false
  for _, cell in ipairs(run.cells or {}) do
    if cell.mode == "serial" then serial = true else others = true end
  end
  if kind == timing.default or not serial then return timing.words.wall end
  return others and ("%s between serial rows, and on elapsed time where processes or threads take "
    .. "part"):format(timing.words[kind]) or timing.words[kind]
end

return timing
