-- judge: two outcomes of one call -> what is wrong with the port's, worst first.
--
--   judge.compare(expected, got, { tolerance = { ulp = 2 }, task = t, own = true })
--   --> nil: the same; or { category = "value", failing = true, text = "returns 2 for (1,) instead
--       of 1" }, and the differences of floats in ulps
--
-- `own` inputs are the experiment's, recorded ones, and failures met before: there the port has to
-- do all that the reference does. On inputs that payoff made up, it may refuse loudly what its
-- types cannot hold, and return a float where Python returns an integer of the same value.

local difference = require "payoff.verify.difference"
local digits = require "payoff.verify.digits"
local json = require "payoff.native.json"
local value = require "payoff.native.value"
local words = require "payoff.verify.words"

local judge = {}

-- Worst first. Those after `growth` are told and never fail.
judge.order = {
  "crash", "hang", "exception", "unraisable", "type", "value", "mutation", "order", "growth",
  "identity", "message", "zero", "number", "within", "refused", "noraise", "lenient", "opaque",
}
judge.rank = {}
for i, name in ipairs(judge.order) do judge.rank[name] = i end

function judge.is_failing(category) return judge.rank[category] <= judge.rank.growth end

local function finding(category, text, more)
  local out = more or {}
  out.category, out.text, out.failing = category, text, judge.is_failing(category)
  return out
end

local function base_name(name) return name:match("[^.]*$") end

local function is_kind_of(got, wanted)
  for _, name in ipairs(got.lines or {}) do
    if name == wanted then return true end
  end
  return false
end

local function says(exception)
  local message = exception.message ~= "" and ": " .. words.short(exception.message) or ""
  return exception.type .. message
end

local domain_errors = { TypeError = true, AttributeError = true }
local refusals = { OverflowError = true, UnicodeEncodeError = true, UnicodeError = true }

-- The reference raised.
local function of_raising(expected, got, context)
  local wanted = base_name(expected.exception.type)
  local call = words.call(context.task)
  if got.argument then
    return finding("refused", "does not take " .. call .. ": " .. got.argument)
  end
  if not got.exception then
    local text = ("returns %s for %s, where the reference raises %s"):format(
      words.value(got.value), call, says(expected.exception))
    if not context.own and domain_errors[wanted] then return finding("lenient", text) end
    if not context.own and context.kind == "native" then return finding("noraise", text) end
    return finding("exception", text)
  end
  local raised = base_name(got.exception.type)
  if raised == wanted then
    if got.exception.message == expected.exception.message then return nil end
    return finding("message", ("raises %s for %s; the reference's message is: %s"):format(
      says(got.exception), call, words.short(expected.exception.message)))
  end
  local text = ("raises %s for %s, where the reference raises %s"):format(
    says(got.exception), call, says(expected.exception))
  if is_kind_of(got, wanted) then return finding("message", text) end
  if not context.own and (domain_errors[wanted] or refusals[raised]) then
    return finding("lenient", text)
  end
  return finding("exception", text)
end

local function has_bool(task)
  for i = 2, #task do
    if task[i][1] == "b" then return true end
  end
  return false
end

local function of_refusal(got, context)
  local call = words.call(context.task)
  if got.argument then
    local text = "does not take " .. call .. ": " .. got.argument
    return finding(context.own and "exception" or "refused", text)
  end
  local raised = base_name(got.exception.type)
  local text = ("raises %s for %s, where the reference returns %s"):format(says(got.exception),
    call, words.value(context.expected))
  -- A typed port may insist on the very type: no subclass of int, which bool is, too.
  local strict = raised == "TypeError" and (context.input == "subclass" or has_bool(context.task))
  if not context.own and (refusals[raised] or strict) then return finding("refused", text) end
  return finding("exception", text)
end

-- |got − fsum| <= n ε Σ|x|: any order of the reference's own additions may give this.
local function within_sum(expected, got)
  local sum = expected.sum
  if not sum or got.value[1] ~= "f" then return false end
  local magnitude = difference.to_float(sum.magnitude[2])
  local off = difference.to_float(got.value[2]) - difference.to_float(sum.fsum[2])
  return math.abs(off) <= sum.n * 2.0 ^ -52 * magnitude
end

local function in_tolerance(expected, got, context)
  local tolerance = context.tolerance
  local left, right = expected.value, got.value
  if tolerance.order then
    left, right = difference.sorted(left), difference.sorted(right)
  end
  local comparison = value.compare(value.decode(json.encode { left }),
    value.decode(json.encode { right }), {
      ulp = tolerance.ulp, relative = tolerance.relative, absolute = tolerance.absolute,
    })
  return comparison and comparison.outcome ~= "different", comparison or {}
end

local function value_text(expected, got, context, comparison)
  local text = ("returns %s for %s instead of %s"):format(words.value(got.value, expected.value),
    words.call(context.task), words.value(expected.value, got.value))
  if comparison.path and comparison.path ~= "" then
    text = text .. (": at %s %s instead of %s"):format(comparison.path, comparison.got or "nothing",
      comparison.expected or "nothing")
  end
  return text
end

-- A C function cannot raise. These are its ways to refuse:

-- NaN, for a negative integer that its types cannot hold;
local function refuses_by_nan(got, context)
  if got.value[1] ~= "f" then return false end
  local x = difference.to_float(got.value[2])
  if x == x then return false end
  for i = 2, #context.task do
    local argument = context.task[i]
    if argument[1] == "i" and argument[2]:sub(1, 1) == "-" then return true end
  end
  return false
end

-- and an end of the 64 bits, where the integer that Python returns lies outside of them. One that
-- wraps meets an end by chance for few inputs, and is found by the others.
local ENDS = { ["-9223372036854775808"] = "int64", ["9223372036854775807"] = "int64",
               ["18446744073709551615"] = "uint64" }

local function refuses_by_end(expected, got)
  local type = got.value[1] == "i" and ENDS[got.value[2]]
  return type and expected.value[1] == "i" and not digits.fits(expected.value[2], type)
end

local function refuses(expected, got, context)
  if context.own or context.kind ~= "native" then return false end
  return refuses_by_nan(got, context) or refuses_by_end(expected, got)
end

local function of_values(expected, got, context)
  local d = difference.of(expected.value, got.value)
  if not next(d) then return nil end
  local inside, comparison = in_tolerance(expected, got, context)
  local text = value_text(expected, got, context, comparison)
  if refuses(expected, got, context) then return finding("refused", text) end
  local more = { ulps = d.ulps }
  -- Who returns an argument may return it as its base class, unless somebody really asks for that.
  local converted = context.input == "subclass" and not context.own and not d.value
  if d.type then return finding(converted and "number" or "type", text, more) end
  if d.value and not (context.tolerance.order and inside) then
    return finding("value", text, more)
  end
  if d.float then
    if context.tolerance.sum and within_sum(expected, got) then
      return finding("within", text .. " (within the bound of a sum)", more)
    end
    if context.tolerance.sum and not expected.sum and not inside then
      text = text .. " (whether it is a sum of other order cannot be known from outside: "
        .. "give a reference that returns math.fsum)"
    end
    return finding(inside and "within" or "value", text, more)
  end
  if d.number_type then return finding(context.own and "type" or "number", text, more) end
  if d.order and not context.tolerance.order then return finding("order", text, more) end
  if d.zero then return finding("zero", text, more) end
  if d.opaque then return finding("opaque", text, more) end
  return nil
end

local function of_arguments(expected, got, context)
  local wanted, found = expected.arguments, got.arguments
  -- A shared library has no object to change: what it wrote to, it was given as const.
  if context.kind == "native" and not found then return nil end
  if got.plain or json.encode(wanted or {}) == json.encode(found or {}) then return nil end
  local call = words.call(context.task)
  if wanted and found and not next(difference.of({ "t", table.unpack(wanted) },
    { "t", table.unpack(found) })) then
    return nil
  end
  local text
  if not found then
    text = ("leaves its arguments as they are for %s, where the reference makes them %s"):format(
      call, words.call { "t", table.unpack(wanted) })
  else
    text = ("makes its arguments %s for %s, where the reference %s"):format(
      words.call { "t", table.unpack(found) }, call, wanted and "makes them "
        .. words.call { "t", table.unpack(wanted) } or "leaves them as they are")
  end
  return finding("mutation", text)
end

local function of_swallowed(expected, got, context)
  if not got.unraisable or expected.unraisable then return nil end
  return finding("unraisable", ("swallows an exception for %s: %s"):format(words.call(context.task),
    words.short(got.unraisable[1])))
end

local function of_identity(expected, got, context)
  if expected.is_argument == got.is_argument then return nil end
  local function of(outcome)
    return outcome.is_argument and ("argument %d itself"):format(outcome.is_argument + 1)
      or "an object of its own"
  end
  return finding("identity", ("returns %s for %s; the reference, %s"):format(of(got),
    words.call(context.task), of(expected)))
end

local function worse(a, b)
  if not a or not b then return a or b end
  return judge.rank[b.category] < judge.rank[a.category] and b or a
end

-- The worst finding for one call; nil when both did the same.
function judge.compare(expected, got, context)
  local call = words.call(context.task)
  if got.died then return finding("crash", ("%s for %s"):format(got.died, call)) end
  if got.timeout then
    if expected.exception and not context.own and context.kind == "native" then
      return finding("noraise", ("goes on for more than %.3g s for %s, where the reference raises "
        .. "%s"):format(context.limit_s, call, says(expected.exception)))
    end
    return finding("hang", ("does not return within %.3g s for %s"):format(context.limit_s, call))
  end
  if expected.exception then
    return worse(of_raising(expected, got, context), of_swallowed(expected, got, context))
  end
  context.expected = expected.value
  if got.exception or got.argument then return of_refusal(got, context) end
  local worst = of_values(expected, got, context)
  worst = worse(worst, of_swallowed(expected, got, context))
  worst = worse(worst, of_arguments(expected, got, context))
  if context.kind == "python" then
    worst = worse(worst, of_identity(expected, got, context))
  end
  return worst
end

return judge
