-- sharing: whether a worker's core is all its own, and waiting until it is.
--
--   local sharing = sharing.new(machine.core_probe, sys.monotonic_s)
--   sharing:look(cpu)             --> 1.0: nobody else is there; 1.7: 1.7 times the probe's best
--   sharing:await(cpu, allowance) --> the same, of a moment as good as could be waited for
--   sharing.judge(1.7)            --> nil | "why a sample taken then is suspect"
--
-- On rented machines the other hardware thread of a core is somebody else's, and takes half of it
-- for a second at a time. No counter of a guest tells that; a loop that needs the whole core does
-- (profiler/machine/core_probe.h). It is run on the worker's CPU while the worker rests, before and
-- after each sample of a cell that is pinned to one CPU. The probe is held against its best of the
-- last half minute to minute, so that a clock frequency that is lowered for good is no sharing.
--
-- A run may wait for better moments for half of its time at most: a second for each that it has
-- measured. A process that was sampled while its core was shared has cost as much time and tells
-- nothing: beside a neighbour who was there for a third of the time, a run to 1.5 % needed 202
-- blocks when it waited no more than half a second for each. Where waiting is in vain it is soon
-- given up: each time that the allowance ends first, half as much is earned from then on. What was
-- measured in spite of all that is marked, as with every other noise (payoff.run.noise).

local sharing = {}

sharing.limit = 1.1 -- an idle core's probe is within 1 % of its best
-- Of the time spent on measuring, for waiting.
sharing.allowed_share, sharing.least_share = 1, 1 / 8
local window_s = 30
local told_share = 0.02
local pause_s = 0.001
local begin_share, begin_most_s = 1 / 60, 0.5

local Sharing = {}
Sharing.__index = Sharing

-- probe(cpu) -> ns | nil, why; now_s() -> seconds; sleep_s(seconds) -> false when interrupted.
function sharing.new(probe, now_s, sleep_s)
  return setmetatable({ probe = probe, now_s = now_s, sleep_s = sleep_s, best = {}, waited_s = 0,
                        looks = 0, crowded = 0 }, Sharing)
end

-- The least of this window and the one before.
local function note_best(self, cpu, ns)
  local now_s, it = self.now_s(), self.best[cpu]
  if not it then
    it = { since_s = now_s, least = ns }
    self.best[cpu] = it
  elseif now_s - it.since_s > window_s then
    it.since_s, it.before, it.least = now_s, it.least, ns
  end
  it.least = math.min(it.least, ns)
  return math.min(it.least, it.before or it.least)
end

-- How many times its best the probe takes now; nil where it cannot be run.
function Sharing:look(cpu)
  if self.reason then return nil end
  local ns, message = self.probe(cpu)
  if not ns then
    self.reason = message
    return nil
  end
  local ratio = ns / note_best(self, cpu, ns)
  self.looks, self.crowded = self.looks + 1, self.crowded + (ratio > sharing.limit and 1 or 0)
  self.last = { cpu = cpu, ratio = ratio, at_s = self.now_s() }
  return ratio
end

-- The last look, if it was just now, or another; then looks again and again while the core is
-- shared and the allowance ({ left_s }, or nil: no waiting) lasts.
function Sharing:await(cpu, allowance, fresh_s)
  local last, began_s = self.last, self.now_s()
  local is_fresh = last and last.cpu == cpu and began_s - last.at_s < (fresh_s or 0)
  local ratio, waits = is_fresh and last.ratio or self:look(cpu), false
  while ratio and ratio > sharing.limit and allowance and allowance.left_s > 0 do
    local turn_s = self.now_s()
    if not self.sleep_s(pause_s) then break end
    ratio = self:look(cpu)
    local took_s = self.now_s() - turn_s
    allowance.left_s, self.waited_s = allowance.left_s - took_s, self.waited_s + took_s
    waits = true
  end
  if waits and ratio then allowance:learn(ratio <= sharing.limit) end
  return ratio
end

-- As payoff.run.disturbance tells of what it watches.
function Sharing:source()
  local known = self.looks > 0 and not self.reason
  return { what = "core sharing", known = known, reason = not known and (self.reason
    or "no worker was pinned to one CPU") or nil }
end

-- What a run keeps of it; nil where nothing was looked at.
function Sharing:facts()
  return self.looks > 0 and { looks = self.looks, crowded = self.crowded,
    waited_s = self.waited_s } or nil
end

-- A sentence, where the core was shared at more than a few looks. others: there are rows of several
-- workers, too.
function sharing.text(it, others)
  if not it or it.looks == 0 or it.crowded < told_share * it.looks then return nil end
  return ("At %.0f %% of the moments looked at, something else shared the worker's core, or its "
    .. "clock was slower (a fixed loop took more than %.1f times its best)%s."):format(
    it.crowded / it.looks * 100, sharing.limit,
    (it.waited_s >= 0.05 and ("; payoff waited %.1f s for better ones"):format(it.waited_s) or "")
    .. (others and ". Rows of several workers were measured as it came, and may look worse beside "
      .. "serial ones than they are" or ""))
end

local Allowance = {}
Allowance.__index = Allowance

-- forbidden: there is to be no waiting, as the environment's PAYOFF_WAITING=0 says in tests, or
-- because the budget has no room for it.
function sharing.allowance(budget_s, forbidden)
  local begin_s = math.min(begin_most_s, budget_s * begin_share)
  return setmetatable({ left_s = forbidden and 0 or begin_s, forbidden = forbidden,
                        share = sharing.allowed_share }, Allowance)
end

-- Whether waiting was worth it.
function Allowance:learn(found)
  self.share = found and sharing.allowed_share or math.max(sharing.least_share, self.share / 2)
end

-- So long was measured, without waiting.
function Allowance:earn(seconds)
  if not self.forbidden then self.left_s = self.left_s + self.share * seconds end
end

-- For each second of measuring so far, how many were waited as well.
function sharing.share(it, spent_s)
  return it.waited_s < spent_s and it.waited_s / (spent_s - it.waited_s) or 0
end

function sharing.judge(ratio)
  if not ratio or ratio <= sharing.limit then return nil end
  return ("its core was shared, or ran slower: a fixed loop took %.2f times as long as at best")
    :format(ratio)
end

return sharing
