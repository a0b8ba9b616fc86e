-- crew: what each worker of a warm pool executed: payoff opens a counter of instructions on every
-- one of its threads or processes, from outside, before the clock starts.
--
--   local it = crew.open(process, cell, plan)     -- nil: one worker alone; with a message: it died
--   it:begin(); local sample = process:run {…}; it:finish(sample)
--   --> sample.workers[i].instructions = { count, state, source, … } | it.reason says why not
--
-- The sum over all workers, warm or cold, is in the sample's counts: those are inherited. Workers
-- of a cold pool start inside the clock, where nobody can attach to them: their time, tasks and
-- switches are their own report.

local counters = require "payoff.native.counters"

local crew = {}

local Crew = {}
Crew.__index = Crew

crew.COLD = "the workers of a cold pool start inside the clock, so only their sum is counted; the "
  .. "same row with a warm start has each"
local SILENT = "this worker does not tell its threads (`crew` of the protocol)"

local function refused(reason) return setmetatable({ reason = reason }, Crew) end

function crew.open(process, cell, plan, timeout_s)
  if cell.mode == "serial" or not plan then return nil end
  local asked
  for _, event in ipairs(plan:events()) do
    if event.asked == "instructions" then asked = event end
  end
  if not asked then return nil end
  if asked.state ~= "exact" then return refused(asked.reason) end
  if cell.start ~= "warm" then return refused(crew.COLD) end
  if process:uncounted() then return refused(process:uncounted()) end
  local reply, message, code, problem = process:call(
    { cmd = "crew", mode = cell.mode, jobs = cell.jobs, start = "warm" }, timeout_s)
  if not reply and not process:alive() then return nil, message, code, problem end
  if not reply then return refused(SILENT .. ": " .. message) end
  local tids = reply.tids
  if type(tids) ~= "table" or #tids == 0 then return refused(SILENT) end
  for _, tid in ipairs(tids) do
    if math.type(tid) ~= "integer" or tid <= 0 then return refused(SILENT) end
  end
  local attached, reason = counters.attach(plan, "instructions", tids)
  if not attached then return refused(reason) end
  return setmetatable({ attached = attached, tids = tids }, Crew)
end

function Crew:begin()
  if not self.attached then return end
  local done, reason = self.attached:begin()
  if not done then self.attached, self.reason = nil, reason end
end

function Crew:finish(sample)
  local by_tid = {}
  if self.attached then
    local counts, reason = self.attached:finish()
    if not counts then self.attached, self.reason = nil, reason end
    for i, count in ipairs(counts or {}) do
      by_tid[self.tids[i]] = { count = count.count, estimate = count.estimate,
        state = count.state, source = count.source, reason = count.reason }
    end
  end
  for _, row in ipairs(sample.workers or {}) do
    row.instructions, row.tid = by_tid[row.tid], nil
  end
end

return crew
