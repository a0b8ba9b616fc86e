-- verdict: right or wrong, as a state and one sentence.
--
--   verdict.of_results(comparison, cell)   --> { state = "wrong", text = "returns 2.5e+16 for …" }

local values = require "payoff.values"

local verdict = {}

local function trim(text) return (text:gsub("%s+$", "")) end

-- "2 ULP (2.5e-16 of the value)": for small differences alone; of large ones the values speak.
function verdict.distance(comparison)
  local ulp, relative = comparison.ulp, comparison.relative
  if not ulp or ulp == 0 or not relative or relative > 1e-6 then return nil end
  return ("%d ULP, %.2g of the value"):format(ulp, relative)
end

-- From payoff.native.value.compare.
function verdict.of_results(comparison, cell)
  local out = { ulp = comparison.ulp, relative = comparison.relative }
  if comparison.outcome == "identical" then
    out.state, out.text = "identical", "identical to the last bit"
    return out
  end
  local encoded = comparison.task and cell.workload.tasks[comparison.task + 1]
  out.task = encoded and values.text(encoded)
  out.expected, out.got = comparison.expected, comparison.got
  if comparison.outcome == "within" then
    local distance = verdict.distance(comparison)
    out.state = "within"
    out.text = distance and "off by at most " .. distance or comparison.reason or "nearly the same"
    return out
  end
  out.state = "wrong"
  out.different, out.of = comparison.different, comparison.tasks
  local path = comparison.path and comparison.path ~= "" and " at " .. comparison.path or ""
  out.text = ("returns %s for %s instead of %s%s"):format(comparison.got or "something else",
    out.task or "?", comparison.expected or "the reference's result", path)
  local distance = verdict.distance(comparison)
  if distance then
    out.text = out.text .. " (off by " .. distance .. ")"
  elseif comparison.reason and not comparison.ulp then
    out.text = out.text .. ": " .. comparison.reason
  end
  return out
end

-- From a failed step of a session: code and the worker's error object, if it got to say one.
function verdict.of_failure(message, problem, cell)
  local out = { state = "failed", text = trim(message) }
  if problem and problem.task and cell.workload.tasks[problem.task + 1] then
    out.task = values.text(cell.workload.tasks[problem.task + 1])
  end
  if problem and problem.kind == "exception" then
    out.text = ("raises %s%s%s"):format(problem.type or "an exception",
      out.task and " for " .. out.task or "",
      problem.message and problem.message ~= "" and ": " .. trim(problem.message) or "")
    out.trace = problem.trace
  elseif problem and problem.kind == "unsupported" then
    out.state = "missing"
    out.text = trim(problem.message or message)
  end
  return out
end

-- The worst of two, for the line of a subject over its cells.
local rank = {
  unmeasured = 0, identical = 1, within = 2, missing = 3, failed = 4, wrong = 5,
}

function verdict.worse(a, b)
  if not a or rank[b.state] > rank[a.state] then return b end
  return a
end

return verdict
