-- digits: integers of any size as decimal text, as far as inputs need them.
--
--   digits.power(64)             --> "18446744073709551616"
--   digits.add("9", 1)           --> "10"
--   digits.fits("-1", "uint64")  --> false
--   digits.smaller("1000")       --> { "0", "500", "750", …, "999" }: nearer to zero, boldest first

local digits = {}

local function split(text)
  local sign, rest = text:match("^(-?)(%d+)$")
  return sign == "-", rest
end

local function strip(text)
  local out = text:gsub("^0+(%d)", "%1")
  return out
end

local function with_sign(negative, rest)
  return (negative and rest ~= "0") and "-" .. rest or rest
end

function digits.negate(text)
  local negative, rest = split(text)
  return with_sign(not negative, rest)
end

-- Whether a type of 64 bits, "int64" or "uint64", holds the number.
function digits.fits(text, type)
  -- What does not fit a lua_Integer is read as a float.
  if type == "int64" then return math.type(tonumber(text)) == "integer" end
  local negative, rest = split(text)
  local greatest = "18446744073709551615"
  return not negative and (#rest < #greatest or #rest == #greatest and rest <= greatest)
end

-- Magnitudes only: a + small, where small is −1, 0 or 1 (or any digit), a ≥ 1 when small < 0.
local function add_magnitude(rest, small)
  local out, carry = {}, small
  for i = #rest, 1, -1 do
    local sum = rest:byte(i) - 48 + carry
    carry = sum // 10
    out[#out + 1] = string.char(48 + sum % 10)
  end
  if carry > 0 then out[#out + 1] = tostring(carry) end
  return strip(table.concat(out):reverse())
end

function digits.add(text, small)
  local negative, rest = split(text)
  if negative then
    return with_sign(true, add_magnitude(rest, -small))
  end
  if rest == "0" and small < 0 then return tostring(small) end
  return add_magnitude(rest, small)
end

local function double(rest)
  local out, carry = {}, 0
  for i = #rest, 1, -1 do
    local sum = 2 * (rest:byte(i) - 48) + carry
    carry = sum // 10
    out[#out + 1] = string.char(48 + sum % 10)
  end
  if carry > 0 then out[#out + 1] = "1" end
  return table.concat(out):reverse()
end

function digits.power(exponent)
  local out = "1"
  for _ = 1, exponent do out = double(out) end
  return out
end

function digits.halve(text)
  local negative, rest = split(text)
  local out, carry = {}, 0
  for i = 1, #rest do
    local current = carry * 10 + rest:byte(i) - 48
    out[i] = string.char(48 + current // 2)
    carry = current % 2
  end
  return with_sign(negative, strip(table.concat(out)))
end

-- a > b in magnitude
function digits.larger(a, b)
  local _, x = split(a)
  local _, y = split(b)
  if #x ~= #y then return #x > #y end
  return x > y
end

function digits.smaller(text)
  if text == "0" then return {} end
  local negative, rest = split(text)
  local out = { "0" }
  if negative then out[#out + 1] = rest end
  local value = math.tointeger(tonumber(text))
  if value and value > -(1 << 62) and value < 1 << 62 then
    local step = value
    while step ~= 0 do
      step = step > 0 and step // 2 or -(-step // 2)
      if step ~= 0 then out[#out + 1] = ("%d"):format(value - step) end
    end
    return out
  end
  local half = text
  for _ = 1, 8 do
    half = digits.halve(half)
    out[#out + 1] = half
  end
  out[#out + 1] = digits.add(text, negative and 1 or -1)
  return out
end

return digits
