-- cautions: what is not the same in two runs, and makes their times differ though no code did.
--
--   cautions.of_runs(out, old, new)    -- adds texts: "C library: glibc 2.36 and glibc 2.41"
--   cautions.of_rows(out, rows)        -- rows: { name, cell, other }, the row in both runs

local cautions = {}

function cautions.of_runs(out, old, new)
  local libc = { (old.fingerprint or {}).libc, (new.fingerprint or {}).libc }
  if libc[1] ~= libc[2] then
    table.insert(out, ("C library: %s and %s"):format(libc[1] or "unknown", libc[2] or "unknown"))
  end
  local version = { (old.payoff or {}).version, (new.payoff or {}).version }
  if version[1] ~= version[2] then
    table.insert(out, ("payoff: %s and %s"):format(version[1] or "unknown",
      version[2] or "unknown"))
  end
  for _, side in ipairs { { "A", old }, { "B", new } } do
    local name, run = side[1], side[2]
    if (run.control or {}).state == "contaminated" then
      table.insert(out, ("the machine moved within run %s itself, as its control kernel shows")
        :format(name))
    end
    if run.state == "running" or run.interrupted then
      table.insert(out, ("run %s did not come to its end"):format(name))
    end
  end
end

-- The fastest of more samples is faster, and longer samples meet more: both are to be alike.
local twice = 2

local function per_process(cell)
  local seen, processes = {}, 0
  for _, sample in ipairs(cell.samples) do
    local key = sample.block .. "/" .. (sample.process or 1)
    processes, seen[key] = processes + (seen[key] and 0 or 1), true
  end
  return processes > 0 and #cell.samples / processes or nil
end

local function far_apart(a, b)
  return a and b and math.max(a, b) > twice * math.min(a, b)
end

function cautions.of_rows(out, rows)
  local names = {}
  for _, row in ipairs(rows) do
    if far_apart(per_process(row.cell), per_process(row.other))
      or far_apart(row.cell.loops, row.other.loops) then
      names[#names + 1] = row.name
    end
  end
  if #names == 0 then return end
  table.insert(out, ("the processes of %s were sampled in another way (number or length of their "
    .. "samples)"):format(table.concat(names, "; ")))
end

return cautions
