-- pairs: the unit of evidence of a check: a fresh process of each side, in random order.
--
--   pairs.prepare(state, row)      -- one process of each side: right? how many loops?
--   pairs.take(state, row, list)   -- one more: { base = {wall, cpu, share}, head = {…}, first }
--   pairs.evidence(list, cell)     --> "cpu" | "wall": which time the pairs are judged by
--
-- Within a pair the order and the size of the environment are drawn for each process by itself, so
-- that neither the first place nor a lucky memory layout is always the same side's; the hash seed
-- is drawn once for both, since it belongs to the work. A process counts once, with the fastest of
-- its samples: noise only ever adds time.

local machine = require "payoff.native.machine"
local placement = require "payoff.run.placement"
local session = require "payoff.run.session"
local stats = require "payoff.native.stats"

local pairs_of = {}

-- A serial process that is busy for so much of its time, and on both sides alike, is judged by CPU
-- time, which others on the machine hardly disturb. Everything that waits is judged by the clock.
local busy_least, busy_most, busy_difference = 0.9, 1.1, 0.02

-- What a process said about its subject; fingerprints and placement ask for it.
function pairs_of.note(subject, outcome)
  subject.runtime = outcome.runtime or subject.runtime
  subject.loaded_file = outcome.file or subject.loaded_file
  subject.bracket = subject.bracket or outcome.bracket
end

local function environment(state, hash_seed)
  return { PYTHONHASHSEED = hash_seed, PAYOFF_PADDING = ("x"):rep(state.random(0, 4095)) }
end

local function run_side(state, cell, how)
  cell.cpus = state.placement:of(cell)
  local outcome = session.run(cell, {
    launcher = state.launcher, tolerance = state.tolerance, samples = how.samples,
    expected = state.expected[cell.workload], env = environment(state, how.hash_seed),
    cpus = cell.cpus, block = how.pair or 0, order = how.order or 1, process = 1,
    cpus_online = state.cpus_online, spent = {}, sharing = state.sharing, waiting = state.waiting,
    scatter = machine.scatter_branches,
  })
  pairs_of.note(cell.of, outcome)
  return outcome
end

local function least(samples, of)
  local best
  for _, sample in ipairs(samples) do
    local x = of(sample)
    if not x or x <= 0 then return nil end
    best = math.min(best or x, x)
  end
  return best
end

-- Of the time that it could have run: waiting for a CPU that others had is not the code's.
local function busy_share(sample)
  if not sample.cpu_ns then return nil end
  local waited = sample.noise and sample.noise.waited_ns or 0
  waited = math.min(waited, math.max(0, sample.wall_ns - sample.cpu_ns))
  return sample.cpu_ns / math.max(1, sample.wall_ns - waited)
end

local function values(outcome, loops)
  local samples = outcome.samples
  local wall = least(samples, function(s) return s.wall_ns / loops end)
  if not wall then return nil end
  local shares = {}
  for i, sample in ipairs(samples) do shares[i] = busy_share(sample) end
  return {
    wall = wall, cpu = least(samples, function(s) return s.cpu_ns and s.cpu_ns / loops end),
    share = #shares == #samples and stats.median(shares) or nil,
    marked = samples[1].marked ~= nil,
  }
end

-- What a side's process came to when it was not a time: row.state and row.reason, worst first.
local function judge(row, side, outcome)
  local verdict = outcome.verdict
  local state = verdict and verdict.state
  if state == "failed" or state == "missing" then
    if side == "head" then
      row.state, row.reason = "failed", verdict.text
    else
      row.state, row.reason = "unresolved", "the base checkout: " .. verdict.text
    end
  elseif state == "wrong" then
    if row[side].of.expect == "wrong" then
      row.state, row.reason = "skipped", "known to be wrong (expect = \"wrong\")"
    elseif side == "head" then
      row.state, row.reason = "wrong", verdict.text
    else
      row.state, row.reason = "unresolved", "base is wrong: " .. verdict.text
    end
  end
  return row.state == nil
end

-- One process of each side. Loops are found on base's and are the same for both from then on.
function pairs_of.prepare(state, row)
  local sides = row.base and { "base", "head" } or { "head" }
  for _, side in ipairs(sides) do
    local cell = row[side]
    if side == "head" and row.base then cell.loops = row.base.loops end
    local outcome = run_side(state, cell, { samples = 1, hash_seed = "0" })
    cell.of.has_threads = cell.of.has_threads or placement.has_threads(outcome.samples[1])
    row.pair_s = (row.pair_s or 0) + outcome.seconds
    if not judge(row, side, outcome) then return false end
  end
  row.loops = row.head.loops
  return true
end

-- Takes one pair and adds it to the list; false when a process failed or was wrong.
function pairs_of.take(state, row, list)
  local order = state.random(0, 1) == 0 and { "base", "head" } or { "head", "base" }
  local hash_seed, pair = tostring(state.random(0, 4294967295)), { first = order[1] }
  for position, side in ipairs(order) do
    local outcome = run_side(state, row[side], {
      samples = state.samples, hash_seed = hash_seed, pair = #list + 1, order = position,
    })
    row.spent_s = (row.spent_s or 0) + outcome.seconds
    if not judge(row, side, outcome) then return false end
    -- Injected work is more loops than are counted (payoff.check.selftest).
    pair[side] = values(outcome, row.each and row[side].loops or row.loops)
    if not pair[side] then
      row.state, row.reason = "unresolved", "its process took no measurable time"
      return false
    end
  end
  list[#list + 1] = pair
  return true
end

local function shares(list, side)
  local out = {}
  for i, pair in ipairs(list) do
    if not pair[side].share or not pair[side].cpu then return nil end
    out[i] = pair[side].share
  end
  return #out > 0 and stats.median(out) or nil
end

function pairs_of.evidence(list, cell)
  if cell.mode ~= "serial" then return "wall" end
  local base, head = shares(list, "base"), shares(list, "head")
  if not base or not head then return "wall" end
  local busy = math.min(base, head) >= busy_least and math.max(base, head) <= busy_most
  return busy and math.abs(base - head) <= busy_difference and "cpu" or "wall"
end

-- log(head / base) of each pair, and both as lists.
function pairs_of.differences(list, evidence)
  local out, base, head = {}, {}, {}
  for i, pair in ipairs(list) do
    base[i], head[i] = pair.base[evidence], pair.head[evidence]
    out[i] = math.log(head[i] / base[i])
  end
  return out, base, head
end

-- How many of the processes ran in a bad moment, by the rule of payoff.run.noise.
function pairs_of.marked(list)
  local marked = 0
  for _, pair in ipairs(list) do
    marked = marked + (pair.base.marked and 1 or 0) + (pair.head.marked and 1 or 0)
  end
  return marked
end

return pairs_of
