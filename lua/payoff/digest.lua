-- digest: what every report wants to know about a run, worked out once: which cells belong to which
-- subject, which is its best, and why. Reads the run model (reports/MODEL.md), changes nothing.
--
--   local d = digest.of(run)
--   d.groups[1].best.speedup.median     -- subjects, the fastest right one first

local units = require "payoff.units"

local digest = {}

-- Where a subject's place is: right ones first, by speed-up; then what has none.
local RANK = { identical = 1, within = 1, unmeasured = 2, failed = 3, missing = 4, wrong = 5 }

digest.WORDS = {
  identical = "identical", within = "in tolerance", wrong = "wrong", failed = "failed",
  missing = "missing", unmeasured = "not measured",
}

function digest.is_right(verdict)
  return verdict ~= nil and (verdict.state == "identical" or verdict.state == "within")
end

-- The verdict over a subject's cells; one that never started has its own state.
function digest.verdict_of(subject)
  if subject.state and subject.state ~= "ok" then
    return { state = subject.state, text = subject.reason }
  end
  return subject.verdict or { state = "unmeasured" }
end

local PLURAL = { process = "processes", thread = "threads" }

-- "serial", "2 processes", "1 thread"
function digest.workers_text(cell)
  if cell.mode == "serial" then
    return "serial"
  end
  local jobs = cell.jobs or 1
  return string.format("%d %s", jobs, jobs == 1 and cell.mode or PLURAL[cell.mode] or cell.mode)
end

-- "serial", "2 processes, cold"
function digest.place_text(cell)
  if cell.mode == "serial" then
    return "serial"
  end
  return digest.workers_text(cell) .. ", " .. tostring(cell.start)
end

-- An estimate {median, …} of an event of a cell, by the name it was asked for.
function digest.per_task(d, cell, asked)
  local estimate = cell and cell.per_task and cell.per_task[d.event_index[asked]]
  return estimate and estimate.median and estimate or nil
end

local function best_of(cells)
  local best
  for _, cell in ipairs(cells) do
    local speedup = cell.speedup
    if speedup and speedup.median and digest.is_right(cell.verdict)
      and (not best or speedup.median > best.speedup.median) then
      best = cell
    end
  end
  return best
end

local function by_speed(a, b)
  local rank_a, rank_b = RANK[a.verdict.state] or 9, RANK[b.verdict.state] or 9
  if rank_a ~= rank_b then
    return rank_a < rank_b
  end
  local speed_a = a.best and a.best.speedup.median or 0
  local speed_b = b.best and b.best.speedup.median or 0
  if speed_a ~= speed_b then
    return speed_a > speed_b
  end
  return a.position < b.position
end

-- A wrong result anywhere condemns the subject. One that fails or is missing in some place only is
-- right where it runs: its verdict is that of its right cells, and `trouble` lists the others.
local function settle(group)
  group.trouble = {}
  if group.verdict.state == "wrong" then
    return
  end
  local right
  for _, cell in ipairs(group.cells) do
    local verdict = cell.verdict
    if digest.is_right(verdict) then
      right = (not right or verdict.state == "within") and verdict or right
    elseif verdict and (verdict.state == "failed" or verdict.state == "missing") then
      group.trouble[#group.trouble + 1] = cell
    end
  end
  if right then
    group.verdict, group.best = right, best_of(group.cells)
  else
    group.trouble = {}
  end
end

local function groups_of(run)
  local groups, by_name = {}, {}
  for i, subject in ipairs(run.subjects or {}) do
    local group = { subject = subject, cells = {}, position = i,
      verdict = digest.verdict_of(subject) }
    groups[i], by_name[subject.name] = group, group
  end
  for _, cell in ipairs(run.cells or {}) do
    local group = by_name[cell.subject]
    if group then
      group.cells[#group.cells + 1] = cell
    end
  end
  for _, group in ipairs(groups) do
    settle(group)
  end
  table.sort(groups, by_speed)
  return groups
end

-- {reason = text, events = {"cycles", …}, counted = true | false}: what could not be counted, or
-- only in part (without the kernel's share), one entry per reason.
function digest.uncounted(run)
  local list, by_key = {}, {}
  for _, event in ipairs(run.events or {}) do
    local counted = event.state == "exact" or event.state == "scaled"
    local reason = event.reason or not counted and "the reason is not known" or nil
    -- What a simulator says of its own counts is no lack.
    if reason and not (counted and event.source == "simulated") then
      local key = tostring(counted) .. reason
      local entry = by_key[key]
      if not entry then
        entry = { reason = reason, events = {}, counted = counted }
        by_key[key], list[#list + 1] = entry, entry
      end
      entry.events[#entry.events + 1] = event.asked or event.name
      entry.wide = event.asked == "package-energy"
    end
  end
  return list
end

-- "not counted here (cycles, instructions)", "counted in part (branches)", "counted with the share
-- of others (package-energy)"
function digest.uncounted_head(entry)
  return ("%s (%s)"):format(entry.counted and (entry.wide and "counted with the share of others"
    or "counted in part") or "not counted here",
    table.concat(entry.events, ", "))
end

local function sizes_of(run)
  local sizes, seen = {}, {}
  for _, size in ipairs(run.sizes or {}) do
    sizes[#sizes + 1], seen[size.size] = size, true
  end
  for _, cell in ipairs(run.cells or {}) do
    if cell.size ~= nil and not seen[cell.size] then
      sizes[#sizes + 1], seen[cell.size] = { size = cell.size, tasks = cell.tasks }, true
    end
  end
  return sizes
end

function digest.of(run)
  local d = { run = run, groups = groups_of(run), sizes = sizes_of(run), event_index = {},
    baseline = {}, uncounted = digest.uncounted(run), counts = {}, has_sizes = false }
  d.has_sizes = #d.sizes > 1
  for i, event in ipairs(run.events or {}) do
    d.event_index[event.asked] = d.event_index[event.asked] or i
  end
  for _, cell in ipairs(run.cells or {}) do
    if cell.baseline and cell.size ~= nil then
      d.baseline[cell.size] = cell
    end
    d.has_instructions = d.has_instructions or digest.per_task(d, cell, "instructions") ~= nil
    d.has_ipc = d.has_ipc or cell.metrics ~= nil and cell.metrics.ipc ~= nil
      and cell.metrics.ipc.median ~= nil
  end
  d.ports = 0
  for _, group in ipairs(d.groups) do
    if not group.subject.reference then
      d.ports = d.ports + 1
      d.counts[group.verdict.state] = (d.counts[group.verdict.state] or 0) + 1
      d.best = d.best or (group.best and group)
    end
  end
  return d
end

-- Per task: "12.4× fewer instructions", "1.20× more instructions", "as many instructions".
local function fewer(base, own)
  local ratio = base / own
  if ratio > 0.995 and ratio < 1.005 then
    return "as many instructions"
  elseif ratio > 1 then
    return units.ratio(ratio) .. " fewer instructions"
  end
  return units.ratio(1 / ratio) .. " more instructions"
end

-- Why a group's best cell is as fast as it is: a list of short phrases, of what was counted alone.
function digest.why(d, group)
  local cell = group.best
  local base = cell and d.baseline[cell.size]
  local out = {}
  if not base then
    return out
  end
  local own, theirs = digest.per_task(d, cell, "instructions"),
    digest.per_task(d, base, "instructions")
  if own and theirs and own.median > 0 and theirs.median > 0 then
    out[#out + 1] = fewer(theirs.median, own.median)
  end
  local ipc, base_ipc = (cell.metrics or {}).ipc, (base.metrics or {}).ipc
  if ipc and ipc.median and base_ipc and base_ipc.median then
    local own_text, base_text = units.number(ipc.median), units.number(base_ipc.median)
    out[#out + 1] = own_text == base_text and "same IPC"
      or string.format("IPC %s against %s", own_text, base_text)
  end
  -- Where instructions are not counted, what the decomposition found says the most.
  local parts = #out == 0 and cell.decomposition and cell.decomposition.text
  out[1] = parts and parts:match("= (.+)$") or out[1]
  if cell.mode ~= "serial" and cell.efficiency and cell.efficiency.median then
    out[#out + 1] = string.format("%d %s, %s efficient", cell.jobs,
      cell.jobs == 1 and "worker" or "workers", units.percent(cell.efficiency.median))
  end
  return out
end

-- Is it faster, and is that sure? "faster", "slower" or "equal" when the interval holds 1.
function digest.direction(speedup)
  local low, high = speedup.low or speedup.median, speedup.high or speedup.median
  if low > 1 then
    return "faster"
  elseif high < 1 then
    return "slower"
  end
  return "equal"
end

return digest
