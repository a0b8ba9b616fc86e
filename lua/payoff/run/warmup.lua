-- warmup: how a subject's process gets from its first call to its steady state: studied, not
-- assumed.
--
--   local found = warmup.study(take, 0.5)   -- take(phase, loops) measures once in a fresh process
--   --> { state = "warms up", loops_before = 140, speedup = 6.2, text = "…", steady_index = 9 }
--   warmup.before(cell)                     -- loops to run before a process's samples count
--
-- Before the first block every subject's serial cell is run in a process of its own, many short
-- samples one after the other, and change points of their level tell (profiler/base/
-- stats_changepoint.h) whether it is
--
--   "flat"             it begins as it goes on: CPython, native code
--   "warms up"         it ends faster than it begins: a runtime that compiles while it runs
--   "first call dearer"  as flat from the second call on: a lazy import, a cache that is filled
--   "slows down"       it was faster before: caches that fill, memory that grows
--   "no steady state"  it still changes in the last quarter
--   "inconsistent"     two processes did not do the same
--   "unknown"          with a reason
--
-- What is not flat is studied in a second process, and if that differs in a third (not of a runtime
-- that does not compile): what most of them did holds. From then on each process of the subject
-- runs what came before the steady state before its samples count. All of it stays in the record:
-- samples with a `phase`, which no estimate of the steady state sees. The first call of every
-- process is one of them.

local noise = require "payoff.run.noise"
local sharing = require "payoff.run.sharing"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"
local units = require "payoff.units"

local warmup = {}

-- A level that is no further off than this is the same. Native code and CPython do not compile
-- while they run, and what goes on around them moves them by more: one loop of CPython's got 10 to
-- 25 % faster within its first second, in one step or in four, at another moment in each process
-- (profiler/machine/branches.h). To wait for that would double the time of each process for nothing
-- that is the subject's own.
warmup.tolerance, warmup.flat_tolerance = 0.05, 0.3
-- Of the budget, for all studies together; and the most for one, in seconds. Native code and
-- CPython are not expected to change: their first process gets a third (CPython's of the most, as
-- what it runs may still fill caches of its own), and further ones up to two thirds.
warmup.budget_share, warmup.most_s = 0.1, 1.0
warmup.flat_share = 1 / 3

local fewest, most_samples, samples_per_length = 10, 300, 50
local least_sample_ns = 5e5 -- caches that a worker finds cold after its pause vanish in it
local most_loops = 1 << 24
local first_call_ns = 1e5

-- Elapsed time of one loop, without the bracket and the time that the worker was kept waiting.
local function loop_ns(sample, bracket_ns)
  local own_ns = sample.wall_ns - (noise.waiting(sample) or 0) - bracket_ns
  return math.max(own_ns, 1) / sample.loops
end

-- How many loops the next sample takes. Early changes need short samples, late ones a long time:
-- the samples begin just long enough to be timed, and from time to time get twice as long.
-- taken: how many there are, if this one is among them; what others spoilt changes nothing.
local function next_loops(sample, taken)
  if sample.wall_ns < least_sample_ns / 2 and sample.loops < most_loops then
    local factor = least_sample_ns / math.max(sample.wall_ns, 1)
    return math.ceil(sample.loops * math.min(math.max(factor, 2), 16))
  end
  return taken and taken % samples_per_length == 0 and sample.loops * 2 or sample.loops
end

-- How many samples of these loops are sure to come, for a worker that takes several on one command;
-- no longer together than a bad moment may spoil, and the first ones, of which a change may be
-- most, one by one.
local together, together_ns = 10, 20e6

local function ahead(sample, loops, taken)
  if taken < samples_per_length then return 1 end
  if sample.wall_ns < least_sample_ns / 2 and loops < most_loops then return 1 end
  return math.max(1, math.min(together, samples_per_length - taken % samples_per_length,
    math.floor(together_ns / math.max(sample.wall_ns, 1))))
end

-- The samples one after the other, until so many loops are done, if that is said; nil when the
-- process died. `before`: loops before each of them.
local function sequence(take, seconds, enough)
  local began_s, done = sys.monotonic_s(), 1
  local out = { first = take("first", 1), list = {}, before = {}, early = {} }
  if not out.first then return nil end
  if out.first.wall_ns * fewest > seconds * 1e9 then return out end
  local loops, spent_s, waited_s, crowded, sample = 1, 0, 0, 0, nil
  while #out.list + crowded < most_samples
    and (spent_s < seconds and done < (enough or math.huge) or #out.list < fewest)
    and spent_s < 3 * seconds do -- slower than it began
    sample = take("study", loops, ahead(sample, loops, #out.list))
    if not sample then return nil end
    local taken = false
    -- Those too short to be timed tell nothing of a level, but much of a dear beginning.
    if sharing.judge((sample.noise or {}).core_slowdown) then
      crowded = crowded + 1 -- what others did to it says nothing of the process
    elseif sample.wall_ns >= least_sample_ns / 2 or loops >= most_loops then
      table.insert(out.list, sample)
      out.before[#out.list], taken = done, true
    elseif #out.list == 0 then
      table.insert(out.early, sample)
    end
    done, loops = done + loops, next_loops(sample, taken and #out.list)
    waited_s = waited_s + ((sample.noise or {}).core_waited_ns or 0) / 1e9
    spent_s = sys.monotonic_s() - began_s - waited_s
  end
  out.done, out.crowded = done, crowded
  return out
end

local function too_few(found, seconds)
  if found.crowded and found.crowded > #found.list then
    return { state = "unknown", crowded = true,
      reason = ("its core was shared with others during %d of %d samples"):format(found.crowded,
        found.crowded + #found.list) }
  end
  return warmup.too_slow(found.first, seconds)
end

function warmup.too_slow(first, seconds)
  return { state = "unknown", reason = ("one loop takes %s; studying warm-up takes at least %d of "
    .. "them, and %s of the budget was left for it"):format(units.time(first.wall_ns), fewest,
    units.time(seconds * 1e9)) }
end

-- Whether more calls than the first are dearer than the steady state, by more than cold caches and
-- fresh pages: { loops = with the first, speedup = of the dearest } | nil.
local function beginning(found, bracket_ns, steady_ns)
  local loops, excess_ns, dearest_ns = 1, 0, loop_ns(found.first, bracket_ns)
  if dearest_ns < 2 * steady_ns then return nil end
  for _, list in ipairs { found.early, found.list } do
    for i, sample in ipairs(list) do
      local own_ns = loop_ns(sample, bracket_ns)
      if own_ns < 1.5 * steady_ns then goto done end
      -- With those that others spoilt, which are on no list.
      loops = (list == found.list and found.before[i] or loops) + sample.loops
      dearest_ns = math.max(dearest_ns, own_ns)
      excess_ns = excess_ns + (own_ns - steady_ns) * sample.loops
    end
  end
  ::done::
  return excess_ns > first_call_ns and { loops = loops, speedup = dearest_ns / steady_ns } or nil
end

-- One process; bracket: what reading clocks around no work takes. nil when it died. take(phase,
-- loops, ahead) -> a sample; so many more of these loops will be asked for. enough: the most loops,
-- where another process has shown already what there is to be seen; tolerance: of levels that are
-- the same.
function warmup.study_once(take, seconds, bracket, enough, tolerance)
  local bracket_ns = bracket and bracket.wall_ns or 0
  local found = sequence(take, seconds, enough)
  if not found then return nil end
  local out, logs = { loops_seen = found.done }, {}
  for i, sample in ipairs(found.list) do logs[i] = math.log(loop_ns(sample, bracket_ns)) end
  if #logs < fewest then return too_few(found, seconds) end
  local judged = stats.warmup(logs, { tolerance = tolerance or warmup.tolerance })
  out.state, out.samples, out.other = judged.state, #logs, judged.other
  local steady = found.list[judged.steady_from or #found.list]
  out.steady_index = judged.steady_from and steady.index
  out.loops_before = judged.steady_from and found.before[judged.steady_from] or 0
  out.speedup = math.exp(logs[1] - (judged.steady or logs[#logs]))
  out.first_over_steady = loop_ns(found.first, bracket_ns) / math.exp(judged.steady or logs[#logs])
  if out.state == "flat" then
    -- The first call has a figure of its own; only where it differs must it come before.
    local far = math.abs(math.log(out.first_over_steady))
    out.loops_before = far > math.max(warmup.tolerance, 2 * judged.scale) and 1 or 0
    local excess_ns = loop_ns(found.first, bracket_ns) - math.exp(judged.steady)
    local affected = beginning(found, bracket_ns, math.exp(judged.steady))
    if affected then -- too few samples for a level of their own
      out.state, out.loops_before, out.speedup = "warms up", affected.loops, affected.speedup
    elseif out.first_over_steady > 2 and excess_ns > first_call_ns then
      out.state, out.speedup = "first call dearer", out.first_over_steady
    end
  end
  return out
end

-- The fewest and the most loops before the steady state, of those processes that were in `state`,
-- or of all.
local function loops_of(list, state)
  local least, most = math.huge, 0
  for _, one in ipairs(list) do
    if not state or one.state == state then
      local loops = one.loops_before or 0
      least, most = math.min(least, loops), math.max(most, loops)
    end
  end
  return least, most
end

-- A warm-up comes at about the same place in every process; a busy machine slows each at another.
local same_place = 4

-- What one process showed, or what most of several did: of three that all differ, "inconsistent".
-- Complete but for its text. doubtful: a runtime that is not expected to change has to show it in
-- the same place to be believed, and else no loops are spent on it in every process to come.
function warmup.join(list, doubtful)
  local votes, out = {}, list[1]
  for _, one in ipairs(list) do
    votes[one.state] = (votes[one.state] or 0) + 1
    if votes[one.state] > votes[out.state] then out = one end
  end
  if #list == 1 then return out end
  local least, most = loops_of(list, out.state)
  if votes[out.state] == 1 or doubtful and most > same_place * math.max(least, 1) then
    out.states = {}
    for i, one in ipairs(list) do out.states[i] = one.state end
    out.state = "inconsistent"
    least, most = loops_of(list)
  end
  out.loops_before = doubtful and out.state == "inconsistent" and least or most
  out.processes = #list
  return out
end

local function loops_text(count)
  return count == 1 and "1 loop" or units.count(count) .. " loops"
end

local does = { flat = "is flat", ["first call dearer"] = "has a dearer first call",
  ["no steady state"] = "has no steady state", unknown = "is not known" }

-- A phrase for people. Loops are those of the whole list of tasks.
function warmup.text(it)
  if it.state == "unknown" then return "not known: " .. it.reason end
  if it.state == "flat" then
    if it.other and it.other > 0.02 then
      return ("flat, but for %.0f %% of its samples"):format(it.other * 100)
    end
    return it.first_over_steady > 1.5 and ("flat after the first call, which takes %s as long")
      :format(units.ratio(it.first_over_steady)) or "flat"
  elseif it.state == "warms up" then
    return ("warms up: %s as fast after %s"):format(units.ratio(it.speedup),
      loops_text(it.loops_before))
  elseif it.state == "first call dearer" then
    return ("first call dearer: it takes %s as long, and from the second on it is flat"):format(
      units.ratio(it.speedup))
  elseif it.state == "slows down" then
    return ("slows down: steady after %s, and was faster before"):format(
      loops_text(it.loops_before))
  elseif it.state == "inconsistent" then
    local each = {}
    for i, state in ipairs(it.states) do each[i] = "one " .. (does[state] or state) end
    return "inconsistent: of its processes " .. table.concat(each, ", ")
  end
  return ("no steady state in %s"):format(loops_text(it.loops_seen))
end

-- How many loops a process of this cell runs before its samples count. Workers of a pool share the
-- tasks, so a pool needs as many times more. What starts inside the clock is measured as it starts.
function warmup.before(cell)
  local known = cell.of.warmup and cell.of.warmup[cell.size]
  if not known or cell.start ~= "warm" then return 0 end
  return (known.loops_before or 0) * (cell.mode == "serial" and 1 or cell.jobs)
end

-- Is this runtime one that does not compile while it runs?
local function expected_flat(subject)
  return subject.kind == "native" or (subject.runtime or {}).name == "cpython"
end

function warmup.tolerance_of(subject)
  return expected_flat(subject) and warmup.flat_tolerance or warmup.tolerance
end

-- How long the first process is studied.
local function first_s(cell, seconds)
  local short_s = cell.of.kind == "native" and warmup.flat_share * seconds
    or math.min(seconds, warmup.flat_share * warmup.most_s)
  local least_s = 1.2 * fewest * (cell.cost_ns or 0) / 1e9
  return expected_flat(cell.of) and least_s <= seconds and math.max(short_s, least_s) or seconds
end

-- What is seen again must have been there: further processes go somewhat further than the first,
-- and may take twice as long for that, where others slow them.
local further = 1.2

local function study_cell(cell, seconds, run)
  local list, doubtful = {}, expected_flat(cell.of)
  repeat
    local short_s = math.min(seconds, (#list == 0 and 1 or 2) * first_s(cell, seconds))
    local seen = list[1] and list[1].loops_seen
    local enough = seen and math.ceil(further * seen)
    local one = run(cell, short_s, #list + 1, enough)
    if one and one.state == "unknown" and not one.crowded and short_s < seconds then
      -- A dear first call, as a rule.
      one = run(cell, seconds, #list + 1, enough)
    end
    if not one then return nil end
    if one.state == "unknown" then
      return list[1] and warmup.join(list, doubtful) or one
    end
    one.process = #list + 1
    list[#list + 1] = one
    -- A runtime that is not expected to change has to show it twice in a row.
    local joined = list[1].state == "flat"
      or #list > 1 and (doubtful or one.state == list[1].state)
  until joined or #list == 3
  return warmup.join(list, doubtful)
end

-- Studies the serial cells, one after the other. run(cell, seconds, process, enough) -> what one
-- process showed (study_once), or nil; the results are kept on the cells and their subjects.
function warmup.study(cells, budget_s, run)
  local todo = {}
  for _, cell in ipairs(cells) do
    if cell.mode == "serial" and not cell.warmup then todo[#todo + 1] = cell end
  end
  local share_s = math.min(warmup.most_s, warmup.budget_share * budget_s / math.max(1, #todo))
  for _, cell in ipairs(todo) do
    local found
    if cell.cost_ns and cell.cost_ns * fewest > share_s * 1e9 then
      found = warmup.too_slow({ wall_ns = cell.cost_ns }, share_s) -- known from its check
    else
      found = study_cell(cell, share_s, run)
    end
    if found then
      found.text, found.tolerance = warmup.text(found), warmup.tolerance_of(cell.of)
      cell.warmup = found
      cell.of.warmup = cell.of.warmup or {}
      cell.of.warmup[cell.size] = found
    end
  end
end

return warmup
