-- between: two runs, row by row: what became faster or slower, and what only the machine did.
--
--   between.runs(old, new, { margin = 0.01, time = "own", valid = … })
--   --> { rows, machine, differences, cautions, level, margin, error, time }
--
-- A row has `interval`, of the ratio of its times, B over A, and `beyond`, of what is left of that
-- when the change of an unchanged row is taken off (payoff.run.anchors). The verdict rests on that.
-- Its interval is as wide as it must be: unless two unchanged things (rows, or the control
-- kernel) surely changed in one direction, nothing may have been the matter with the machine, and
-- the row's own ratio is in it; and where unchanged things surely changed by different amounts, the
-- ratio over each of them is. A row whose own code is unchanged is never faster or slower; where
-- nothing is unchanged, only a factor of 2 is taken for more than a machine's mood.
--
-- A run is one draw of what lasts for minutes and touches one row alone (which memory it got, say).
-- No number of blocks shows that; other runs of the same code do (payoff.run.replicates), and where
-- there are some, `beyond` is at least as wide as two runs of the same are apart.

local anchors = require "payoff.run.anchors"
local cautions = require "payoff.run.cautions"
local cells = require "payoff.run.cells"
local compare = require "payoff.run.compare"
local estimate = require "payoff.run.estimate"
local machines = require "payoff.run.machines"
local replicates = require "payoff.run.replicates"
local stats = require "payoff.native.stats"
local words = require "payoff.run.between_words"

local between = {}

-- What no change of a machine is taken for, where nothing shows how it changed.
between.unanchored = 2

local function examples(run)
  local out = {}
  for _, size in ipairs(run.sizes or {}) do
    out[size.size] = ("%s tasks like %s"):format(size.tasks, size.example)
  end
  return out
end

local function same_work(a, b, size)
  return examples(a)[size] == examples(b)[size]
end

local function cannot(old, new, old_tasks, new_tasks, valid)
  if not new then return "missing", "only in the first run" end
  if not valid(old, "old") then return "invalid", "no valid time in the first run" end
  if not valid(new, "new") then return "invalid", "no valid time in the second run" end
  if old_tasks ~= new_tasks then
    return "invalid", ("different work: %s, then %s"):format(old_tasks or "?", new_tasks or "?")
  end
end

-- Every row of either run; those that can be compared have their cells, and their times by block.
local function rows_of(old, new, options, level)
  local rows, of_new = {}, {}
  local tasks_old, tasks_new = examples(old), examples(new)
  local unchanged = anchors.unchanged(old, new)
  for _, cell in ipairs(new.cells) do of_new[cell.id] = cell end
  for _, cell in ipairs(old.cells) do
    local other = of_new[cell.id]
    of_new[cell.id] = nil
    local row = { id = cell.id, name = cells.describe(cell), old = cell.time,
      new = other and other.time }
    row.state, row.text = cannot(cell, other, tasks_old[cell.size],
      other and tasks_new[other.size], options.valid)
    if not row.state then
      row.cell, row.other = cell, other
      row.maps = anchors.maps(cell, other, options.time)
      row.same, row.changed = unchanged(cell.subject)
      row.old = estimate.of(cell, level, options.time)
      row.new = estimate.of(other, level, options.time)
    end
    rows[#rows + 1] = row
  end
  for _, cell in ipairs(new.cells) do
    if of_new[cell.id] then
      rows[#rows + 1] = { id = cell.id, name = cells.describe(cell), new = cell.time,
        state = "missing", text = "only in the second run" }
    end
  end
  return rows
end

local function ratio(level, b, a) return stats.ratio(b, a, level) end

local function plain_at(maps, level)
  local a, b = anchors.plain(maps)
  return ratio(level, b, a)
end

-- Nothing is taken off the row's own times.
local nothing = {}

local function lists(maps, anchor)
  if anchor == nothing then return anchors.plain(maps) end
  return anchors.beyond(maps, anchor)
end

local function beyond_at(maps, anchor, level)
  local a, b = lists(maps, anchor)
  return ratio(level, b, a)
end

local leaves_out_one = compare.leaves_out_one

-- The other anchors of rows like the base: the control kernel among them.
local function beside(list, base)
  local out = {}
  for _, anchor in ipairs(list) do
    if anchor ~= base and anchor.size == base.size and anchor.mode == base.mode then
      out[#out + 1] = anchor
    end
  end
  if list.control then out[#out + 1] = list.control end
  return out
end

-- Did another one surely change in the direction of the base?
local function is_confirmed(others, change, level)
  if not leaves_out_one(change) then return false end
  for _, anchor in ipairs(others) do
    if compare.is_confirmed(plain_at(anchor, level), change) then return true end
  end
  return false
end

-- Those of the others that surely did not change as the base did.
local function deviating(others, base, level)
  local out = {}
  for _, anchor in ipairs(others) do
    local a, b = anchors.beyond(anchor, base)
    local interval = ratio(level, b, a)
    if leaves_out_one(interval) and math.abs(interval.median - 1) > compare.margin then
      out[#out + 1] = anchor
    end
  end
  return out
end

-- What the machine did, as the rows of one size show it: base, interval, others that deviate.
local function machine_of(list, size, level)
  local base = anchors.base(list, size)
  if not base then return nil end
  local others, interval = beside(list, base), plain_at(base, level)
  local out = { base = base, others = deviating(others, base, level), interval = interval,
    confirmed = is_confirmed(others, interval, level) }
  for _, other in ipairs(out.others) do other.interval = plain_at(other, level) end
  return out
end

local function widen(interval, spread, level)
  if not spread then return interval end
  local reach = math.exp(replicates.reach(spread, level))
  interval.low = math.min(interval.low, interval.median / reach)
  interval.high = math.max(interval.high, interval.median * reach)
  return interval
end

-- The hull of what is left of the row's change beside each anchor that counts, and the worst p.
local function add_question(row, machine)
  local anchors_of = { machine.base, table.unpack(machine.others) }
  if not machine.confirmed then anchors_of[#anchors_of + 1] = nothing end
  row.beyond_base = machine.base.name
  row.interval_at = function(level)
    local hull
    for _, anchor in ipairs(anchors_of) do
      local one = beyond_at(row.maps, anchor, level)
      if not one.low then return one end
      hull = hull or one
      hull.low, hull.high = math.min(hull.low, one.low), math.max(hull.high, one.high)
    end
    return widen(hull, row.spread, level)
  end
  row.test = function()
    local p = row.spread and replicates.p(row.spread,
      math.log(beyond_at(row.maps, machine.base, 0.5).median)) or 0
    for _, anchor in ipairs(anchors_of) do
      local a, b = lists(row.maps, anchor)
      p = math.max(p, stats.rank_sum(b, a))
    end
    return p
  end
end

local function ask_plainly(row)
  row.interval_at = function(level) return plain_at(row.maps, level) end
  row.test = function()
    local a, b = anchors.plain(row.maps)
    return stats.rank_sum(b, a)
  end
end

-- Why a row that looks different is not called so.
local function hold_back(row, machine)
  local different = row.state == "faster" or row.state == "slower"
  if row.same then
    if different then
      row.state = "unresolved"
      row.reason = "its code is the same in both runs: the machine changed, or something that its "
        .. "files do not show"
    end
  elseif not machine then
    local far = compare.is_beyond(row.interval, between.unanchored)
    if different and not far or row.state == "equal" then
      row.state = "unresolved"
      row.reason = ("nothing that is the same in both runs shows what the machine did in between; "
        .. "only a factor of %g would be beyond doubt"):format(between.unanchored)
    end
  elseif row.state == "unresolved" and not leaves_out_one(row.beyond) then
    row.reason = words.no_more(row, machine)
  end
end

-- Samples of bad moments that had to be used: what others did is in them.
local function hold_spoilt(row, machine, time)
  if row.state ~= "faster" and row.state ~= "slower" and row.state ~= "equal" then return end
  local base = machine and machine.base.row
  for _, one in ipairs { row, base } do
    for which, cell in pairs { A = one.cell, B = one.other } do
      local spoilt, of = estimate.spoilt(cell, time)
      if spoilt then
        row.state = "unresolved"
        row.reason = ("%d of %d samples of %s in run %s were taken in bad moments, and too few "
          .. "others are left"):format(spoilt, of, one == row and "it" or one.name, which)
      end
    end
  end
end

local function finish(row, machine, options, level)
  row.beyond = not row.same and machine and row.interval or nil
  row.over_base = row.beyond and beyond_at(row.maps, machine.base, level)
  row.interval = plain_at(row.maps, level)
  row.text = compare.effect(row.interval)
  if row.beyond then row.beyond_text = compare.effect(row.beyond) end
  hold_back(row, machine)
  hold_spoilt(row, machine, options.time)
  if not row.interval.low then row.reason = row.interval.reason end
  if options.foreign then row.state, row.reason = "not comparable", nil end
  row.cell, row.other, row.maps, row.over_base = nil, nil, nil, nil
end

local function judge(rows, list, out, options, others)
  local families, of_size = { [true] = {}, [false] = {} }, {}
  for _, row in ipairs(rows) do
    local size = row.cell.size
    if of_size[size] == nil then of_size[size] = machine_of(list, size, out.level) or false end
    if row.same or not of_size[size] then
      ask_plainly(row)
    else
      row.spread = others:of(row, of_size[size].base)
      add_question(row, of_size[size])
    end
    table.insert(families[row.same], row)
  end
  for _, family in pairs(families) do
    compare.judge(family, { level = out.level, error = out.error, margin = out.margin })
  end
  for _, row in ipairs(rows) do
    local machine = of_size[row.cell.size] or nil
    finish(row, machine, options, out.level)
  end
  return of_size
end

local function describe_machine(of_size, sizes)
  local out, several = {}, #sizes > 1
  for _, size in ipairs(sizes) do
    local machine = of_size[size.size]
    if machine then
      out[#out + 1] = { size = size.size, over = machine.base.name, interval = machine.interval,
        alike = #machine.others == 0, text = words.machine(machine, several and size.size) }
    elseif machine == false then
      out[#out + 1] = { size = size.size, text = ("%sno row has the same code in both runs: what "
        .. "the machine did in between is not known"):format(several
        and ("size %s: "):format(size.size) or "") }
    end
  end
  return out
end

-- options: margin, time = "own" | "wall" | "cpu", valid(cell, "old" | "new"), others: further runs,
-- of which those count that have the same code as one of the two.
function between.runs(old, new, options)
  local out = { margin = options.margin or compare.margin, time = options.time or "own",
    level = math.max(old.level or old.confidence, new.level or new.confidence),
    error = math.min(compare.error_of(old), compare.error_of(new)) }
  out.differences, out.cautions = machines.compare(old.machine, new.machine)
  cautions.of_runs(out.cautions, old, new)
  local more = options.others
  options = { time = out.time, valid = options.valid, foreign = #out.differences > 0 }
  out.rows = rows_of(old, new, options, out.level)
  local comparable = {}
  for _, row in ipairs(out.rows) do
    if not row.state then comparable[#comparable + 1] = row end
  end
  cautions.of_rows(out.cautions, comparable)
  local others = replicates.new({ old, new }, more or {},
    { time = out.time, same_work = same_work })
  local of_size = judge(comparable, anchors.of(old, new, comparable), out, options, others)
  out.machine = options.foreign and {} or describe_machine(of_size, old.sizes)
  return out
end

return between
