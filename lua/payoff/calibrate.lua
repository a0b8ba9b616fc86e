-- calibrate: how well this machine measures right now: how its times scatter, and which difference
-- a run of so many blocks would find. By measuring the same function against itself.
--
--   local found = calibrate.measure("Python", { seconds = 8 })
--   --> { name, scatter = 0.021, blocks = 33, interval, state, marked = 0.1,
--         detectable = { { blocks = 8, change = 0.05 }, … } }     or { name, reason = "…" }
--   calibrate.text({ found, … })
--
-- `scatter` is the standard deviation of a block's log ratio, from its quartiles, so that one bad
-- moment does not decide it. `detectable` is the change that is found in nine of ten runs.

local compare = require "payoff.run.compare"
local engine = require "payoff.run.engine"
local estimate = require "payoff.run.estimate"
local fault = require "payoff.fault"
local layout = require "payoff.layout"
local payoff = require "payoff"
local plan = require "payoff.run.plan"
local sharing = require "payoff.run.sharing"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"
local units = require "payoff.units"

local calibrate = {}

-- The file of the C library's mathematics: payoff itself has it loaded.
local function libm()
  local path = (sys.read_file("/proc/self/maps") or ""):match("(/%S*/libm[%-%.]%S+)")
  return path or fault.raise("unavailable", "the file of libm is not known here")
end

-- A little of what everybody has: a few milliseconds of strings, lists and calls; 20 ns of libm.
local kernels = {
  Python = function(name) return payoff.python { name = name, module = "calendar",
    func = "calendar" } end,
  native = function(name) return payoff.native { name = name, library = libm(), symbol = "cos",
    signature = "double(double)" } end,
}

-- At one look of several (payoff.run.plan, payoff.run.compare).
local level, error_most = 1 - 0.05 * plan.look_share, compare.error * plan.look_share
local power, draws = 0.95, 200

-- The least shift of these logs with which a verdict calls them slower.
local function least_shift(logs)
  local interval = stats.median_interval(logs, level)
  if not interval.low then return math.huge end
  local shifted = {}
  local function is_found(shift)
    for i, x in ipairs(logs) do shifted[i] = x + shift end
    return compare.p_different(shifted) <= error_most
  end
  local low = math.max(0, -interval.low)
  if is_found(low) then return low end
  local high = math.max(1e-6, 2 * low)
  while not is_found(high) do
    low, high = high, 2 * high
    if high > 50 then return math.huge end
  end
  for _ = 1, 10 do
    local middle = (low + high) / 2
    if is_found(middle) then high = middle else low = middle end
  end
  return high
end

-- The relative change that so many blocks find in nine of ten runs, when they scatter as these logs
-- of ratios did: runs of so many blocks are drawn from them, each is judged by the rules, and 95 of
-- 100 of these find it. How the blocks scatter is itself known from some forty of them alone: that
-- costs the rest (tests/validation counts it). nil where so few never find one.
function calibrate.change(logs, blocks)
  local middle, state, list = stats.median(logs), 0x2545F491, {}
  for draw = 1, draws do
    local drawn = {}
    for i = 1, blocks do
      state = state * 48271 % 2147483647 -- Lehmer's generator: the same logs, the same figures
      drawn[i] = logs[state % #logs + 1] - middle
    end
    list[draw] = least_shift(drawn)
  end
  table.sort(list)
  local shift = list[math.ceil(power * draws)]
  return shift < math.huge and math.exp(shift) - 1 or nil
end

-- Log ratios -> their standard deviation as normal values with these quartiles would have it.
function calibrate.scatter(logs)
  return (stats.quantile(logs, 0.75) - stats.quantile(logs, 0.25)) / 1.349
end

local function summary(name, run)
  local out = { name = name, blocks = run.blocks }
  local first, second = estimate.pairs(run.cells[2], run.cells[1])
  local logs, samples, marked = {}, 0, 0
  for i, x in ipairs(first) do logs[i] = math.log(x / second[i]) end
  for _, cell in ipairs(run.cells) do
    samples, marked = samples + #cell.samples, marked + (cell.marked and cell.marked.samples or 0)
  end
  out.sharing = sharing.text(run.sharing)
  out.marked = samples > 0 and marked / samples or nil
  if #logs < plan.looks[1] then
    out.reason = ("only %d blocks could be measured in %s, and it takes %d to tell%s."):format(
      #logs, units.time(run.wall_s * 1e9), plan.looks[1], (out.marked or 0) > 0.5
      and ": this machine is too busy just now, nearly all samples were taken in bad moments" or "")
    return out
  end
  out.scatter, out.detectable = calibrate.scatter(logs), {}
  for i, blocks in ipairs(plan.looks) do
    out.detectable[i] = { blocks = blocks, change = calibrate.change(logs, blocks) }
  end
  for _, item in ipairs(run.comparisons) do
    if item.kind == "reference" then out.state, out.interval = item.state, item.interval end
  end
  return out
end

-- options: seconds. What cannot be measured (no Python) has a reason and no figures.
function calibrate.measure(name, options)
  local ok, result = xpcall(function()
    payoff.begin(".", {})
    local kernel = kernels[name]
    local tasks = name == "Python" and { { 2024 } } or { { 0.5 } }
    return engine.run(payoff.experiment {
      name = "calibration", reference = kernel("first"), subjects = { kernel("second") },
      tasks = tasks, modes = { "serial" }, metrics = {},
    }, { budget_s = options.seconds, precision = 1e-6, silent = true })
  end, function(problem)
    return fault.is(problem) and problem or debug.traceback(tostring(problem), 2)
  end)
  if ok and result.interrupted then fault.raise("interrupted", "interrupted") end
  if ok then return summary(name, result) end
  if not fault.is(result) or result.kind == "interrupted" then error(result, 0) end
  return { name = name, reason = result.message }
end

local function percent(share)
  return ("±%s %%"):format(units.two_digits(share * 100))
end

local function sentence(one)
  if not one.scatter then return ("%s: %s"):format(one.name, one.reason) end
  local text = ("%s: the same function twice differs by %s (standard deviation) from block to "
    .. "block, in %d blocks"):format(one.name, percent(one.scatter), one.blocks)
  if one.marked > 0.005 then
    text = ("%s; %.0f %% of the samples were taken in a bad moment%s"):format(text,
      one.marked * 100,
      one.marked > 0.5 and ": this machine is too busy for small differences" or "")
  end
  if one.state == "faster" or one.state == "slower" then
    text = ("%s. It was called different (%s), as one of a hundred may be: calibrate again, and "
      .. "if it is so again believe no small difference today"):format(text,
      compare.effect(one.interval))
  end
  return text .. "." .. (one.sharing and " " .. one.sharing or "")
end

function calibrate.text(list, columns)
  local width, out = math.max(60, (columns or 80) - 1), {}
  for _, one in ipairs(list) do out[#out + 1] = layout.wrap(sentence(one), width, "  ") end
  local rows, heads = {}, { "blocks" }
  for _, one in ipairs(list) do
    if one.scatter then
      heads[#heads + 1] = one.name
      for i, item in ipairs(one.detectable) do
        rows[i] = rows[i] or { tostring(item.blocks) }
        table.insert(rows[i], item.change and percent(item.change) or units.UNKNOWN)
      end
    end
  end
  if #rows > 0 then
    out[#out + 1] = "\nThe smallest difference that is found in nine of ten runs, as long as the "
      .. "machine\nis as it was just now; of a function that scatters more it is larger:\n"
    out[#out + 1] = layout.grid(heads, rows, { true, true, true })
  end
  return table.concat(out, "\n") .. "\n"
end

return calibrate
