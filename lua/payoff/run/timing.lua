-- timing: which time the figures and verdicts of a run rest on.
--
--   timing.of(run)                  --> "wall" (default) | "own" | "cpu"
--   timing.between("own", a, b)     --> "own" where both cells are serial, else "wall"
--   timing.words.own                --> "elapsed time without the waits for a CPU that others held"
--
-- "own" and "cpu" are known of serial rows. How long the workers of a pool stood ready without a
-- CPU nobody tells, and CPU time says nothing of how soon several are done: what processes and
-- threads take, and whatever is compared with them, is elapsed time.

local timing = { default = "wall", names = { "wall", "own", "cpu" } }

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

function timing.between(kind, ...)
  for _, cell in ipairs { ... } do
    if cell.mode ~= "serial" then return timing.default end
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

-- What verdicts rest on, as a phrase.
function timing.sentence(run)
  local kind, serial, others = timing.of(run), false, false
  for _, cell in ipairs(run.cells) do
    if cell.mode == "serial" then serial = true else others = true end
  end
  if kind == timing.default or not serial then return timing.words.wall end
  return others and ("%s between serial rows, and on elapsed time where processes or threads take "
    .. "part"):format(timing.words[kind]) or timing.words[kind]
end

return timing
