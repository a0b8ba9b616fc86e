-- selftest: does the gate work here, with this experiment? Checks of the code against itself, and
-- of the code with more work, and how many of each were called slower.
--
--   payoff check x.lua --self-test --checks 20
--
-- The added work is real: in the slowed-down side every sample runs the tasks more often than is
-- counted, 103 times for 100 when 3 % must be found. It is the same code, so that nothing else
-- differs. A row whose tasks run too long to be repeated that often cannot be slowed down by so
-- little: it is left out, and named.

local engine = require "payoff.check.engine"
local fault = require "payoff.fault"
local gate = require "payoff.check.gate"
local layout = require "payoff.layout"
local options = require "payoff.options"
local sides = require "payoff.check.sides"
local sys = require "payoff.native.sys"
local units = require "payoff.units"

local selftest = {}

selftest.longest_s = 2 -- of one sample with enough loops in it

-- Loops and how many more are added to make `effect`, no fewer loops than there were; nil when it
-- would take too long, or is no warm cell.
local function loops_for(cell, effect)
  if cell.start == "cold" or not cell.loops then return nil end
  for _, unit in ipairs { 100, 200, 1000, math.ceil(1 / effect) } do
    local loops = math.ceil(cell.loops / unit) * unit
    local exact = math.abs(unit * effect - math.floor(unit * effect + 0.5)) < 1e-9
    if (exact or unit * effect >= 1 and unit < 100)
      and (cell.cost_ns or 0) * loops / 1e9 <= selftest.longest_s then
      return loops, math.ceil(loops * effect - 1e-9)
    end
  end
end

-- What must be found in a row: slower by that much than its limit allows.
local function effect_of(row, wanted)
  local allowed = row.head.of.limit and row.head.of.limit.slower or 0
  return (1 + allowed) * (1 + wanted.effect) - 1
end

local function clone(cell)
  return setmetatable({ samples = {} }, { __index = cell })
end

-- A row's two sides for one check: the same cell twice, the head's with `extra` loops in a sample.
local function row_of(row, loops, extra)
  local copy = { id = row.id, name = row.name, head = clone(row.head), base = clone(row.head),
    loops = loops }
  copy.base.loops, copy.head.loops = loops, loops + extra
  return copy
end

local function check_once(state, rows)
  state.rows = rows
  gate.run(state)
  local slower, unresolved, bad = 0, 0, nil
  for _, row in ipairs(rows) do
    slower = slower + (row.state == "slower" and 1 or 0)
    unresolved = unresolved + (row.state == "unresolved" and 1 or 0)
    if row.state == "failed" or row.state == "wrong" then bad = row end
  end
  if bad then fault.raise(bad.state, "%s: %s", bad.name, bad.reason) end
  return slower, unresolved
end

local function prepare(state, wanted)
  local ready, left_out = {}, {}
  engine.prepare(state)
  for _, row in ipairs(state.rows) do
    local loops, extra
    if not row.state then loops, extra = loops_for(row.head, effect_of(row, wanted)) end
    if loops then
      ready[#ready + 1] = { row = row, loops = loops, extra = extra }
    else
      left_out[#left_out + 1] = row.state and ("%s (%s)"):format(row.name, row.reason or row.state)
        or row.name .. (row.head.start == "cold" and " (a pool that is used once)"
          or " (its tasks take too long to be repeated)")
    end
  end
  return ready, left_out
end

local function series(state, ready, checks, slowed)
  local found = { checks = 0, slower = 0, rows = 0, unresolved = 0, seconds = 0 }
  for i = 1, checks do
    local rows, began_s = {}, sys.monotonic_s()
    for k, entry in ipairs(ready) do
      rows[k] = row_of(entry.row, entry.loops, slowed and entry.extra or 0)
    end
    state.progress:note(("%s: check %d of %d"):format(slowed and "slowed down" or "unchanged", i,
      checks))
    local slower, unresolved = check_once(state, rows)
    found.checks, found.rows = i, found.rows + #rows
    found.slower, found.unresolved = found.slower + slower, found.unresolved + unresolved
    found.alarms = (found.alarms or 0) + (slower > 0 and 1 or 0)
    found.seconds = found.seconds + sys.monotonic_s() - began_s
  end
  return found
end

local function report(same, slow, ready, left_out, wanted)
  local lines, first = {}, ready[1]
  local width = math.max(60, (sys.columns() or 80) - 1)
  lines[1] = ("unchanged:    %d of %d checks raised a false alarm (%d unresolved of %d rows), "
    .. "%.1f s each"):format(same.alarms, same.checks, same.unresolved, same.rows,
    same.seconds / same.checks)
  lines[2] = ("+%.3g %% work:  %d of %d rows found in %d checks (%d unresolved), "
    .. "%.1f s each"):format(
    wanted.effect * 100, slow.slower, slow.rows, slow.checks, slow.unresolved,
    slow.seconds / slow.checks)
  lines[3] = ("The added work is real: each sample of the slowed-down side ran its tasks more "
    .. "often than it was counted for, as %s: %s for %s."):format(first.row.name,
    units.count(first.loops + first.extra), units.count(first.loops))
  if #left_out > 0 then
    lines[4] = "Left out: " .. table.concat(left_out, "; ") .. "."
  end
  for i, line in ipairs(lines) do lines[i] = layout.wrap(line, width, "  ") end
  return table.concat(lines, "\n") .. "\n"
end

function selftest.run(arguments, wanted)
  local checks = options.number(arguments, "checks", 1, true)
  local both = sides.head(arguments.file, wanted)
  for _, row in ipairs(both.rows) do
    if row.head.of.state ~= "ok" then row.state, row.reason = "failed", row.head.of.reason end
  end
  local state = engine.state(both, wanted)
  local ready, left_out = prepare(state, wanted)
  if #ready == 0 then
    fault.raise("data", "%s: no row can be slowed down by %g %%: %s; give smaller tasks",
      both.head.file, wanted.effect * 100, table.concat(left_out, "; "))
  end
  local same = series(state, ready, checks, false)
  local slow = series(state, ready, checks, true)
  wanted.progress:clear()
  fault.shown(sys.write(1, report(same, slow, ready, left_out, wanted)))
  -- One false alarm, or more misses than were allowed by far, is worth a look; few checks prove
  -- little.
  if same.alarms > 0 then return fault.status.slower end
  return slow.slower >= wanted.power * slow.rows - 1 and fault.status.ok or fault.status.unresolved
end

return selftest
