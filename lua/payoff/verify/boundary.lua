-- boundary: values at which ports go wrong, per type of the protocol's encoding.
--
--   for _, v in ipairs(boundary.of { "i", "5" }) do … end     --> { "i", "-1" }, { "i", "127" }, …
--
-- A value of a container is a container with something at its edges.

local digits = require "payoff.verify.digits"
local values = require "payoff.values"

local boundary = {}

local NAN = "7ff8000000000000" -- the bits of a float

boundary.exponents = { 7, 8, 15, 16, 31, 32, 53, 63, 64, 127, 128 }

local function integers()
  local out = {}
  for _, text in ipairs { "0", "1", "-1", "2", "-2", "3", "-3", "7", "-7", "10", "100" } do
    out[#out + 1] = { "i", text }
  end
  for _, exponent in ipairs(boundary.exponents) do
    local power = digits.power(exponent)
    for small = -1, 1 do
      local text = digits.add(power, small)
      out[#out + 1] = { "i", text }
      out[#out + 1] = { "i", digits.negate(text) }
    end
  end
  out[#out + 1] = { "b", true }
  out[#out + 1] = { "b", false }
  return out
end

local function floats()
  local out = {}
  for _, x in ipairs {
    0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -0.5, -2.5, 0.1, 1 / 3, 1e-300, 1e300, -1e300, 5e-324,
    2.2250738585072014e-308, 1.7976931348623157e308, 2.220446049250313e-16, 2.0 ^ 24 + 1,
    2.0 ^ 31, 2.0 ^ 32, 2.0 ^ 53 - 1, 2.0 ^ 53, 2.0 ^ 53 + 2, 2.0 ^ 63, 2.0 ^ 64, -2.0 ^ 63,
    math.huge, -math.huge,
  } do
    out[#out + 1] = values.encode(x)
  end
  out[#out + 1] = { "f", NAN }
  return out
end

local function strings()
  local out = {}
  for _, text in ipairs {
    "", "a", "\0", "a\0b", " ", " \t\r\n", "0", "-1", "é", "e\u{301}", "ß", "İ", "ǅ", "ﬁ",
    "\u{80}", "\u{ff}", "\u{100}", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}", "\u{1d11e}",
    "a\u{1d11e}b", "\u{10ffff}", "\u{2028}", "٣", "ab\u{e9}\u{4e2d}\u{1f600}", "\\", "'", '"', "%s",
    ("x"):rep(255), ("x"):rep(256), ("ab "):rep(1000),
  } do
    out[#out + 1] = { "s", text }
  end
  out[#out + 1] = { "u", "eda080" }
  out[#out + 1] = { "u", "61edb08062" }
  return out
end

local function bytes_like(tag)
  local all = {}
  for byte = 0, 255 do all[#all + 1] = string.char(byte) end
  local out = {}
  for _, text in ipairs { "", "\0", "a\0b", "\x7f", "\x80", "\xff", "\r\n", table.concat(all),
    ("\xff"):rep(1000) } do
    out[#out + 1] = { tag, values.bytes(text)[2] }
  end
  return out
end

local leaves = {
  i = integers, f = floats, s = strings,
  u = strings, y = function() return bytes_like("y") end, Y = function() return bytes_like("Y") end,
  b = function() return { { "b", true }, { "b", false }, { "i", "0" }, { "i", "1" } } end,
  n = function() return { { "n" } } end,
}

local function copy(list) return table.move(list, 1, #list, 1, {}) end

local function with(list, position, value)
  local out = copy(list)
  out[position] = value
  return out
end

local function reversed(list)
  local out = { list[1] }
  for i = #list, 2, -1 do out[#out + 1] = list[i] end
  return out
end

local function repeated(list, count)
  local out = { list[1] }
  for _ = 1, count do
    for i = 2, #list do out[#out + 1] = list[i] end
  end
  return out
end

local function same(list)
  local out = copy(list)
  for i = 3, #list do out[i] = list[2] end
  return out
end

local function is_nan(value) return value[1] == "f" and value[2] == NAN end

-- One element of a kind at an edge: first, middle and last take turns. What a NaN does to a
-- comparison depends on where it stands: it is tried in each place.
local function elements(list, depth)
  local out = {}
  if #list < 2 then return out end
  local spots = { 2, #list, (#list + 2) // 2 }
  for i, value in ipairs(boundary.of(list[2], depth + 1)) do
    if is_nan(value) then
      for _, spot in ipairs(spots) do out[#out + 1] = with(list, spot, value) end
    else
      out[#out + 1] = with(list, spots[i % #spots + 1], value)
    end
    if #list > 2 and list[1] == "l" and i % 3 == 0 then out[#out + 1] = { list[1], value } end
  end
  return out
end

local function sequences(list, depth)
  local out = {}
  if list[1] == "l" then
    out = { { "l" }, { "l", list[2] }, reversed(list), same(list), repeated(list, 2) }
    if depth == 0 then out[#out + 1] = repeated(list, math.max(2, 2000 // math.max(1, #list))) end
    return table.move(elements(list, depth), 1, 10000, #out + 1, out)
  end
  for i = 2, #list do
    for _, value in ipairs(boundary.of(list[i], depth + 1)) do
      out[#out + 1] = with(list, i, value)
    end
  end
  return out
end

local function sets(list)
  return { { list[1] }, { list[1], list[2] } }
end

local function dicts(list, depth)
  local out = { { "d" } }
  if #list < 2 then return out end
  out[2] = { "d", list[2] }
  out[3] = reversed(list)
  for _, value in ipairs(boundary.of(list[2][2], depth + 1)) do
    out[#out + 1] = with(list, 2, { list[2][1], value })
  end
  for _, key in ipairs(boundary.of(list[2][1], depth + 1)) do
    out[#out + 1] = { "d", { key, list[2][2] } }
  end
  return out
end

local function arrays(list)
  return { { "a", list[2], "" } }
end

local shapes = { l = sequences, t = sequences, S = sets, F = sets, d = dicts, a = arrays }

-- Values to try in place of this one.
function boundary.of(value, depth)
  depth = depth or 0
  if depth > 3 then return {} end
  local leaf = leaves[value[1]]
  if leaf then return leaf() end
  local shape = shapes[value[1]]
  return shape and shape(value, depth) or {}
end

local mutable = { l = true, d = true, S = true, Y = true, a = true }
local derivable = { i = true, f = true, s = true, y = true, l = true, t = true, d = true, S = true }

-- Tasks in which two arguments are one object, or an argument is of a class of its own.
function boundary.special(task)
  local out = {}
  for i = 2, #task do
    for k = 2, i - 1 do
      if mutable[task[i][1]] and task[i][1] == task[k][1] then
        out[#out + 1] = { kind = "aliased", task = with(task, i, { "r", k - 2 }) }
      end
    end
    if derivable[task[i][1]] then
      out[#out + 1] = { kind = "subclass", task = with(task, i, { "x", task[i] }) }
    end
  end
  return out
end

boundary.with = with

return boundary
