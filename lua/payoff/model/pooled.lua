-- pooled: what a pool of Python's adds to the price of a port: handing tasks over, pickling what
-- they carry, starting the pool; by what `payoff boundary` has measured on this machine.
--
--   local parts, reason = pooled.parts(run, entry, subject, tasks, handed)
--   --> { run = { { name = "hand", times = 4, title = "handing 4 tasks to 2 processes", each } },
--         size = { { name = "pickle", times = 1, title = "pickling a list of integers", each } } }
--
-- `each`: the price of one of its `times`. `tasks`, `handed`: how many a run has, per run and per
-- unit of size (payoff.model.priced). A price holds for a pool of as many workers as were measured.

local boundary = require "payoff.model.boundary"

local pooled = {}

local PLURAL = { process = "processes", thread = "threads" }

local function workers_text(entry)
  return entry.jobs == 1 and "1 " .. entry.mode or ("%d %s"):format(entry.jobs, PLURAL[entry.mode])
end

-- The kept price of a case for this pool, or nil and why there is none.
local function price_of(run, case, entry, what)
  local kept = boundary.find(run.boundary, case, entry.mode)
  if not kept or not kept.price then
    return nil, kept and kept.reason or ("`payoff boundary` has no price of %s"):format(what)
  elseif kept.jobs ~= entry.jobs then
    return nil, ("`payoff boundary` has measured a pool of %d, not of %d"):format(kept.jobs or 1,
      entry.jobs)
  end
  return kept.price
end

local function tasks_text(count)
  return count == 1 and "one task" or ("%g tasks"):format(count)
end

local function add_handing(out, run, entry, tasks)
  local price, reason = price_of(run, "tasks", entry, "handing over a task")
  if not price then return reason end
  if tasks.run > 0 then
    out.run[#out.run + 1] = { name = "hand", times = tasks.run, each = price,
      title = ("handing %s to %s"):format(tasks_text(tasks.run), workers_text(entry)) }
  end
  if tasks.size > 0 then
    out.size[#out.size + 1] = { name = "hand", times = tasks.size, each = price,
      title = ("handing %s to %s"):format(tasks_text(tasks.size), workers_text(entry)) }
  end
end

local function add_start(out, run, entry)
  if entry.start ~= "cold" then return nil end
  local price, reason = price_of(run, "start", entry, "the start of a pool")
  if not price then return reason end
  out.run[#out.run + 1] = { name = "start", times = 1, each = price,
    title = "starting " .. workers_text(entry) }
end

-- Threads share their memory: nothing is pickled for them.
local function add_pickling(out, run, entry, handed)
  if entry.mode ~= "process" then return nil end
  if not handed then return "it is not known what its tasks hand over" end
  for _, kind in ipairs(boundary.kinds) do
    local count = handed[kind] or 0
    if count > 0 then
      local what = "pickling " .. (boundary.unpriced[kind] or boundary.words[kind][1])
      local price, reason = price_of(run, "sent_" .. kind, entry, what)
      if not price then return reason end
      out.size[#out.size + 1] = { name = "pickle", times = count, each = price, title = what }
    end
  end
end

function pooled.parts(run, entry, subject, tasks, handed)
  if subject.kind ~= "python" then
    return nil, "its workers are not a pool of Python's, which `payoff boundary` measures"
  end
  local out = { run = {}, size = {} }
  local reason = add_handing(out, run, entry, tasks) or add_start(out, run, entry)
    or add_pickling(out, run, entry, handed)
  if reason then return nil, reason end
  return out
end

-- By how much calls that run side by side take less time than one after the other; or nil and why
-- that cannot be told. Threads take turns as long as there is the interpreter's lock.
function pooled.side_by_side(entry, subject, tasks)
  if entry.mode == "thread" then
    if subject.gil == nil then
      return nil, "whether its threads take turns under the interpreter's lock (GIL) is not known"
    elseif subject.gil then
      return 1
    end
  end
  local workers = math.min(entry.jobs, math.max(1, tasks.first))
  if tasks.size > 0 then return 1 / workers end
  return math.ceil(tasks.first / workers) / tasks.first
end

return pooled
