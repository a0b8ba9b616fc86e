-- promise: does a port still pay off as its experiment says? promise = { speedup = 20 }
--
--   promise.check(state)     -- rows[].promise = { speedup, state = "kept" | "broken", interval }
--
-- Judged is, for every size, the fastest row of the subject that this check measured, against the
-- serial reference of the same checkout: pairs of processes as in the gate, until the whole
-- interval of the ratio lies on one side of what was promised.

local pairs_of = require "payoff.check.pairs"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"

local promise = {}

local looks = { 8, 16, 32 }

local function speed(row) return row.head_ns or row.head.cost_ns or math.huge end

-- Subject and size -> its fastest row that is right.
local function candidates(state)
  local best, list = {}, {}
  for _, row in ipairs(state.rows) do
    local wanted = row.head.of.promise and row.head.of.promise.speedup
    local bad = row.state == "wrong" or row.state == "failed" or row.state == "skipped"
    if wanted and not bad and row.head.of.state == "ok" then
      local key = row.head.subject .. "\0" .. tostring(row.head.size)
      if not best[key] then list[#list + 1] = key end
      if not best[key] or speed(row) < speed(best[key]) then best[key] = row end
    end
  end
  for i, key in ipairs(list) do list[i] = best[key] end
  return list
end

-- Elapsed time of the reference over the port's: what a user of the port would gain.
local function ratio(list, level)
  local reference, port = {}, {}
  for i, pair in ipairs(list) do reference[i], port[i] = pair.base.wall, pair.head.wall end
  return stats.paired_ratio(reference, port, level)
end

local function judge(state, row)
  local wanted = row.head.of.promise.speedup
  local found = { speedup = wanted, state = "unresolved" }
  -- A pair whose one side is the reference; each side keeps its own loops.
  local pair_row = { head = row.head, base = state.both.baselines[row.head.workload],
    name = row.name, each = true }
  local deadline_s, list = sys.monotonic_s() + state.options.budget_s, {}
  -- Several looks share the error.
  local level = 1 - state.options.alpha / #looks
  for _, look in ipairs(looks) do
    while #list < look and sys.monotonic_s() < deadline_s do
      state.progress:show(nil, ("promise: pair %d of %s"):format(#list + 1, row.name))
      if not pairs_of.take(state, pair_row, list) then
        found.reason = pair_row.reason
        return found
      end
    end
    if #list > 0 then found.interval = ratio(list, level) end
    local low, high = found.interval and found.interval.low, found.interval and found.interval.high
    if low and low >= wanted then found.state = "kept" end
    if high and high < wanted then found.state = "broken" end
    if found.state ~= "unresolved" or #list < look then return found end
  end
  return found
end

function promise.check(state)
  for _, row in ipairs(candidates(state)) do
    row.promise = judge(state, row)
    if row.promise.state == "broken" and row.state ~= "slower" then
      row.state, row.slower_by, row.reason = "slower", "promise", nil
    elseif row.promise.state == "unresolved" and (row.state == "ok" or row.state == "new") then
      row.state = "unresolved"
      row.reason = row.promise.reason or "whether it keeps its promise could not be told"
    end
  end
end

return promise
