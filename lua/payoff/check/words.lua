-- words: what a check found, as sentences: made once, for every place that shows them.
--
--   words.change(row)              --> "+3.1 % [2.9, 3.4]"
--   words.row(result, row)         --> "c, serial is slower: +3.1 % …"
--   words.summary(result)          --> "1 row is slower, 3 are not"
--   words.reproduce(result, row)   --> "payoff check x.lua --base-ref main --only c/serial/1/…"

local text = require "payoff.text"
local units = require "payoff.units"

local words = {}

words.states = {
  ok = "not slower", slower = "SLOWER", wrong = "WRONG", failed = "FAILED",
  unresolved = "unresolved", new = "new", skipped = "skipped",
}

-- A row may be slower by something else than the change that is shown beside it.
local kinds = { promise = "PROMISE BROKEN", instructions = "MORE INSTRUCTIONS" }

function words.verdict(row)
  return row.state == "slower" and kinds[row.slower_by] or words.states[row.state]
end

words.time = { cpu = "CPU time", wall = "elapsed time" }

-- A share as "+3.1 %": three digits, or what its interval warrants.
local function percent(x, decimals)
  local value = x * 100
  local sign = value > 0 and "+" or value < 0 and "−" or ""
  return ("%s%." .. (decimals or 1) .. "f"):format(sign, math.abs(value))
end

words.percent = percent

local function decimals_of(interval)
  local half = interval.low and (interval.high - interval.low) / 2 * 100 or 0.05
  if half <= 0 then return 3 end
  return math.max(1, math.min(3, -math.floor(math.log(half, 10))))
end

function words.change(row)
  local interval = row.interval
  if not interval or not interval.median then return units.UNKNOWN end
  local decimals = decimals_of(interval)
  local middle = percent(interval.median - 1, decimals) .. " %"
  if not interval.low then return middle end
  return ("%s [%s, %s]"):format(middle, percent(interval.low - 1, decimals),
    percent(interval.high - 1, decimals))
end

function words.evidence(row)
  if not row.pairs then return nil end
  local kind = #row.confirm > 0 and "fresh pairs" or "pairs"
  return ("%d of %d %s of processes took more %s%s"):format(row.above, row.pairs, kind,
    words.time[row.evidence], row.p and (", p = %.2g"):format(row.p) or "")
end

-- "could see ≥ 2.1 %", and in times where percent say little.
function words.seen(sees)
  if not sees then return nil end
  if sees > 1 then return ("could see only what is %.2g times as slow"):format(1 + sees) end
  return ("could see ≥ %s %%"):format(units.two_digits(sees * 100))
end

local function counts_text(row)
  local counts = row.counts
  if not counts then return nil end
  if not counts.change then return "its instructions: " .. counts.reason end
  return ("its instructions: %s %% (%s → %s, %s, %.3g %% allowed)"):format(
    percent(counts.change, 3), units.count(counts.base), units.count(counts.head), counts.source,
    counts.limit * 100)
end

local function promise_text(row)
  local promise = row.promise
  if not promise then return nil end
  return ("its promise of %g× over the reference is %s: %s"):format(promise.speedup, promise.state,
    promise.reason or units.interval(promise.interval, units.ratio))
end

-- One sentence: what, how much, on what evidence.
function words.row(_, row)
  local parts = {}
  if row.state == "slower" and row.slower_by == "time" then
    parts[1] = ("is slower: %s %s (%s)"):format(words.change(row), words.time[row.evidence],
      words.evidence(row))
  elseif row.state == "ok" then
    local seen = row.sees and "; " .. words.seen(row.sees) or ""
    parts[1] = row.pairs and ("is not slower: %s %s%s%s"):format(words.change(row),
      words.time[row.evidence], row.suspicious and ", suspicious at first and not confirmed" or "",
      seen) or "is not slower"
  elseif row.state == "wrong" then
    parts[1] = "is wrong: " .. text.line(row.reason)
  elseif row.state == "failed" then
    parts[1] = "failed: " .. text.line(row.reason)
  elseif row.state == "new" then
    parts[1] = "is new: nothing to compare with"
  elseif row.state == "slower" then
    parts[1] = row.slower_by == "promise" and "breaks its promise" or "is slower"
  else
    local change = row.interval and (" (%s)"):format(words.change(row)) or ""
    parts[1] = ("is %s: %s%s"):format(words.states[row.state], text.line(row.reason or "?"), change)
    if row.sees then parts[1] = ("%s; %s"):format(parts[1], words.seen(row.sees)) end
  end
  parts[#parts + 1] = counts_text(row)
  parts[#parts + 1] = promise_text(row)
  return ("%s %s"):format(text.line(row.name), table.concat(parts, "; "))
end

-- For a shell; what cannot be shown on one line as it is, in the form of bash and zsh: $'a\x0ab'.
local function quote(argument)
  if argument:match("^[%w@%%_+=:,./-]+$") then return argument end
  if text.line(argument) ~= argument then
    return "$'" .. argument:gsub("[^%w @%%_+=:,./-]", function(c)
      return ("\\x%02x"):format(c:byte())
    end) .. "'"
  end
  return "'" .. argument:gsub("'", "'\\''") .. "'"
end

words.quote = quote

-- The command that repeats the check of one row.
function words.reproduce(result, row)
  local list = { "payoff", "check", result.file }
  for _, word in ipairs(result.against) do list[#list + 1] = word end
  for _, word in ipairs(result.more or {}) do list[#list + 1] = word end
  list[#list + 1], list[#list + 2] = "--only", row.id
  if result.seed then list[#list + 1], list[#list + 2] = "--seed", tostring(result.seed) end
  for i, word in ipairs(list) do list[i] = quote(word) end
  return table.concat(list, " ")
end

-- Rows that the budget did not reach have one cause, and one remedy: how many, from which pairs to
-- which, and the budget that would have taken every row as far as is known to be needed.
function words.cut(result)
  local count, fewest, most, seconds = 0, math.huge, 0, 0
  for _, row in ipairs(result.rows) do
    if row.screen and #row.screen > 0 and row.step ~= "fires" then
      local wanted = math.max(row.wanted or 0, 12)
      seconds = seconds + wanted * (row.spent_s or 0) / #row.screen
    end
    if row.state == "unresolved" and row.cut and row.step ~= "fires" then
      count = count + 1
      fewest, most = math.min(fewest, #row.screen), math.max(most, #row.screen)
    end
  end
  if count == 0 then return nil end
  return ("%d row%s unresolved: the budget of %.4g s ended after %s pairs; --budget %d, fewer "
    .. "rows (--only) or smaller tasks would do"):format(count, count == 1 and " is" or "s are",
    result.budget_s, fewest == most and tostring(most) or ("%d to %d"):format(fewest, most),
    math.ceil(seconds * 1.3 / 10) * 10)
end

local summaries = {
  { "wrong", "%d wrong" }, { "failed", "%d failed" }, { "slower", "%d slower" },
  { "unresolved", "%d unresolved" }, { "ok", "%d not slower" }, { "new", "%d new" },
  { "skipped", "%d skipped" },
}

function words.count(result)
  local counts = {}
  for _, row in ipairs(result.rows) do counts[row.state] = (counts[row.state] or 0) + 1 end
  return counts
end

function words.summary(result)
  local counts, parts = words.count(result), {}
  for _, entry in ipairs(summaries) do
    if counts[entry[1]] then parts[#parts + 1] = entry[2]:format(counts[entry[1]]) end
  end
  return ("%d row%s: %s"):format(#result.rows, #result.rows == 1 and "" or "s",
    #parts > 0 and table.concat(parts, ", ") or "nothing to check")
end

-- The largest change that would have stayed unseen, over the rows that were judged by pairs and may
-- not be slower at all.
function words.sees(result)
  local worst
  for _, row in ipairs(result.rows) do
    local limit = row.head.of.limit
    local exempt = limit and limit.slower
    if row.state == "ok" and row.sees and not exempt then worst = math.max(worst or 0, row.sees) end
  end
  return worst
end

return words
