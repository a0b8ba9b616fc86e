-- explain: a wrong value -> the arithmetic that makes it, found by a Python program
-- (profiler/workers/python/payoff_explain.py).
--
--   local found = explain.value(reference, launcher, { task =, expected =, got =, limit_s = 60,
--                                                known = {}, agrees = { task, … } })
--   --> { found = "uint64", sentence = "Exactly what …", advice = "Use …" } | { reason = … }
--
-- `known` keeps what the reference gave as C would have computed; give it again for the same task.
-- `agrees`: tasks for which the port is right (payoff.verify.divergence); they tell the turn of a
-- loop that is not.

local assets = require "payoff.native.assets"
local fault = require "payoff.fault"
local json = require "payoff.native.json"
local sys = require "payoff.native.sys"

local explain = {}

function explain.value(reference, launcher, case)
  if reference.kind ~= "python" then return { reason = "the reference is no Python function" } end
  local python, reason = launcher:interpreter(reference)
  if not python then return { reason = reason } end
  local program = fault.check("internal", nil, assets.read("workers/python_explain.py"))
  local request, message = json.encode {
    subject = launcher:load(reference).subject, task = case.task, expected = case.expected,
    got = case.got, exception = case.exception, limit_s = case.limit_s,
    known = case.known, agrees = json.array(case.agrees or {}),
  }
  if not request then return { reason = message } end
  local env = sys.environ()
  env.PYTHONHASHSEED = "0"
  local result, why = fault.ran(sys.run {
    argv = { python, "-c", program }, stdin = request, timeout_s = case.limit_s + 10, env = env,
    output_max = 1 << 20,
  })
  if not result then return { reason = why } end
  local reply = result.exit == 0 and json.decode(result.stdout)
  if type(reply) ~= "table" then
    return { reason = result.timed_out and "there was no time to try everything"
      or "the explanation failed: " .. (result.stderr:match("([^\n]+)\n*$") or "no reply") }
  end
  for key, item in pairs(reply) do
    if item == json.null then reply[key] = nil end
  end
  for key, item in pairs(reply.known or {}) do
    if case.known then case.known[key] = item end
  end
  reply.known = nil
  return reply
end

return explain
