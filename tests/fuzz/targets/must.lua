-- must: what a target asserts about how payoff took an input.
--
--   must.fault(problem, { data = true })     -- one clear line, of one of these kinds
--   must.line(message)

local fault = require "payoff.fault"

local must = {}

-- What Lua itself says about a bug of ours.
local slips = { "attempt to", "bad argument", "stack overflow", "stack traceback" }

function must.line(message)
  assert(type(message) == "string" and message ~= "", "a message is a text")
  -- Newline and tab may stand in what is quoted.
  assert(not message:find("[%z\1-\8\11-\31\127]"),
    "no control characters: " .. ("%q"):format(message))
end

-- For messages that quote nothing of the input.
function must.no_slip(message)
  for _, slip in ipairs(slips) do
    assert(not message:find(slip, 1, true), "a slip of ours: " .. message)
  end
end

function must.fault(problem, kinds)
  assert(fault.is(problem), problem)
  assert(kinds[problem.kind], ("not of kind %s: %s"):format(problem.kind, problem.message))
  must.line(problem.message)
end

return must
