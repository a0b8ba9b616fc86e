-- units: numbers as people read them. Times are in nanoseconds, shares and ratios plain numbers.
--
--   units.time(5.744e10)                          --> "57.4 s"
--   units.ratio(560.1)                            --> "560×"
--   units.interval(cell.time, units.time)         --> "57.4 s [57.1, 57.9]"
--   units.interval({median = 3, reason = "…"}, …) --> "3.00", "…"   (no interval, and why)
--
-- What is not known is "—", never 0. A number with an interval is shown as finely as half of the
-- interval's width warrants; a number on its own has three digits. Every formatter takes a number
-- or nil and returns UTF-8; units.width counts its columns.

local units = {}

units.UNKNOWN = "—"

-- A kind is a list of {factor, suffix}, largest factor first; the last one takes what is smaller.
local KINDS = {
  time = { { 1e9, " s" }, { 1e6, " ms" }, { 1e3, " µs" }, { 1, " ns" } },
  ratio = { { 1, "×" } },
  percent = { { 0.01, "%" }, digits = 2 }, -- enough for a share without an interval
  number = { { 1, "" } },
  count = { { 1e15, " P" }, { 1e12, " T" }, { 1e9, " G" }, { 1e6, " M" }, { 1e4, " k", 1e3 },
    { 1, "" }, exact_below = 1e4 },
  bytes = { { 2 ^ 40, " TiB" }, { 2 ^ 30, " GiB" }, { 2 ^ 20, " MiB" }, { 2 ^ 10, " KiB" },
    { 1, " B" }, exact_below = 1024 },
}
local DIGITS, MOST_DIGITS, FEWEST_DIGITS = 3, 5, 2
local MOST_DECIMALS = 9

local function known(x)
  return type(x) == "number" and x == x and x ~= math.huge and x ~= -math.huge
end

-- The exponent of the first digit, after rounding to `digits`: 9.996 is 10.0 with three of them.
local function exponent(x, digits)
  return tonumber(string.format("%." .. digits - 1 .. "e", math.abs(x)):match("e([+-]%d+)$"))
end

-- {factor, suffix} for x: the largest that x, rounded to `digits`, reaches. An element's third
-- field is the factor where it differs from the threshold (10 000 is 10.0 k, 9999 stays).
local function scale_for(kind, x, digits)
  for _, step in ipairs(kind) do
    local rounded = tonumber(string.format("%." .. digits - 1 .. "e", math.abs(x)))
    if rounded >= step[1] then
      return step[3] or step[1], step[2]
    end
  end
  local last = kind[#kind]
  return last[1], last[2]
end

local function group_thousands(text)
  local whole, rest = text:match("^(%d+)(.*)$")
  if #whole < 5 then
    return text
  end
  whole = whole:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return whole .. rest
end

local function fixed(x, decimals)
  local text = string.format("%." .. math.max(0, decimals) .. "f", math.abs(x))
  text = group_thousands(text)
  if x < 0 and text:find("[1-9]") then
    return "−" .. text
  end
  return text
end

local function decimals_for(x, digits)
  if x == 0 then
    return 0
  end
  return math.min(MOST_DECIMALS, math.max(0, digits - 1 - exponent(x, digits)))
end

local function is_whole(x)
  return x == math.floor(x) and math.abs(x) < 2 ^ 53
end

-- A known number on its own: text and suffix.
local function split_one(kind, x)
  -- What is counted one by one is shown so: "532", not "532.0"; "9999", not "10.0 k"; "12 B".
  if kind.exact_below and is_whole(x) and math.abs(x) < kind.exact_below then
    return fixed(x, 0), kind[#kind][2]
  end
  local digits = kind.digits or DIGITS
  local factor, suffix = scale_for(kind, x, digits)
  local scaled = x / factor
  return fixed(scaled, decimals_for(scaled, digits)), suffix
end

local kind_of = {}

local function formatter_of(kind)
  local function formatter(x)
    if not known(x) then
      return units.UNKNOWN
    end
    local text, suffix = split_one(kind, x)
    return text .. suffix
  end
  kind_of[formatter] = kind
  return formatter
end

units.time = formatter_of(KINDS.time) -- nanoseconds
units.ratio = formatter_of(KINDS.ratio)
units.count = formatter_of(KINDS.count)
units.bytes = formatter_of(KINDS.bytes)
units.percent = formatter_of(KINDS.percent) -- a share: 0.93 is "93%"
units.number = formatter_of(KINDS.number)

-- Decimals that show half of the width with one digit: neither noise nor a false
-- "57.4 [57.4, 57.4]". `size` is what the digits are counted from.
local function decimals_of_interval(size, half)
  if half <= 0 then
    return decimals_for(size, DIGITS + 1)
  end
  local fewest, most = decimals_for(size, FEWEST_DIGITS), decimals_for(size, MOST_DIGITS)
  return math.min(most, math.max(fewest, -math.floor(math.log(half, 10) + 1e-9)))
end

-- An estimate {median, low, high, reason} taken apart for layout: {median, low, high, suffix,
-- reason}, the three numbers as texts with the same unit and the same decimals; low and high are
-- nil when there is no interval, and reason then says why. nil when there is no estimate at all.
function units.parts(estimate, formatter)
  local kind = kind_of[formatter or units.number]
  assert(kind, "units.parts: the formatter must be one of units.time, ratio, count, …")
  if type(estimate) ~= "table" or not known(estimate.median) then
    return nil, type(estimate) == "table" and estimate.reason or nil
  end
  local median, low, high = estimate.median, estimate.low, estimate.high
  if not known(low) or not known(high) then
    local alone, suffix = split_one(kind, median)
    return { median = alone, suffix = suffix, reason = estimate.reason }
  end
  -- A difference near 0 is as big as its interval: [−5, 5] has the unit of 5.
  local half = (high - low) / 2
  local size = math.max(math.abs(median), half)
  local factor, suffix = scale_for(kind, size, DIGITS)
  local decimals = decimals_of_interval(size / factor, half / factor)
  median, low, high = median / factor, low / factor, high / factor
  return {
    median = fixed(median, decimals), low = fixed(low, decimals), high = fixed(high, decimals),
    suffix = suffix, reason = estimate.reason,
  }
end

-- "57.4 s [57.1, 57.9]"; without an interval "57.4 s" and, as a second value, the reason.
function units.interval(estimate, formatter)
  local parts, reason = units.parts(estimate, formatter)
  if parts == nil then
    return units.UNKNOWN, reason
  end
  local text = parts.median .. parts.suffix
  if parts.low == nil then
    return text, parts.reason
  end
  return string.format("%s [%s, %s]", text, parts.low, parts.high), parts.reason
end

-- The middle of an estimate with the digits that its interval warrants: "57.4 s".
function units.estimate(estimate, formatter)
  local parts, reason = units.parts(estimate, formatter)
  if parts == nil then
    return units.UNKNOWN, reason
  end
  return parts.median .. parts.suffix, parts.reason
end

-- 3.14 -> "3.1", 153.2 -> "153": two digits where they are enough, and never an exponent for more.
function units.two_digits(x)
  return (x < 99.5 and "%.2g" or "%.0f"):format(x)
end

-- Columns on a terminal of what this module writes (every character is one column wide).
function units.width(text)
  return utf8.len(text) or #text
end

return units
