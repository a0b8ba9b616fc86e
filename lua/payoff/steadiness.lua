-- steadiness: what every report says of the way from the start of a process to its steady state:
-- starting the runtime, loading the subject, its first call, and how it settles.
--
--   for _, row in ipairs(steadiness.rows(run)) do print(row.subject, row.first, row.text) end

local steadiness = {}

steadiness.columns = { "start", "import", "first call", "steady", "warm-up" }

-- One row per subject and size: { subject, size, start, load, first, steady, text, state }, the
-- middle four as estimates or nil. Only what was measured serially has one.
function steadiness.rows(run)
  local rows, of = {}, {}
  for _, subject in ipairs(run.subjects or {}) do of[subject.name] = subject end
  for _, cell in ipairs(run.cells or {}) do
    local subject = of[cell.subject]
    if cell.mode == "serial" and cell.time and subject and cell.verdict.state ~= "wrong" then
      local warmup = cell.warmup or {}
      rows[#rows + 1] = {
        subject = cell.subject, size = cell.size, cell = cell, start = subject.start,
        load = subject.load, first = cell.first, steady = cell.time, state = warmup.state,
        text = warmup.text or "not studied", reason = warmup.reason,
      }
    end
  end
  return rows
end

-- Sentences for what could not be said: one per reason.
function steadiness.unknown(rows)
  local out, names, order = {}, {}, {}
  for _, row in ipairs(rows) do
    if row.state == "unknown" then
      if not names[row.reason] then
        names[row.reason], order[#order + 1] = {}, row.reason
      end
      table.insert(names[row.reason], row.subject)
    end
  end
  for i, reason in ipairs(order) do
    out[i] = ("warm-up not studied (%s): %s"):format(table.concat(names[reason], ", "), reason)
  end
  return out
end

return steadiness
