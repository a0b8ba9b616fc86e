-- mutate: random values of a type, and values near another: the typed part of the inputs.
--
--   mutate.like({ "l", { "i", "5" } }, random)    a list of integers, of any length
--   mutate.near({ "s", "hello" }, random)         "helo", say
--
-- `random` is math.random's kind of function; the same numbers give the same values.

local boundary = require "payoff.verify.boundary"
local digits = require "payoff.verify.digits"
local values = require "payoff.values"

local mutate = {}

local function pick(list, random) return list[random(1, #list)] end

local function integer(value, random)
  local own = value[2] and math.tointeger(tonumber(value[2]))
  local way = random(1, 6)
  if way == 1 then return { "i", ("%d"):format(random(-10, 10)) } end
  if way <= 4 and own and own > -(1 << 61) and own < 1 << 61 then
    local reach = math.max(4, math.abs(own))
    local low = own < 0 and -2 * reach or (way == 4 and -reach or 0)
    return { "i", ("%d"):format(random(low, 2 * reach)) }
  end
  local bits = random(1, 62)
  local magnitude = ("%d"):format(random(0, (1 << bits) - 1))
  return { "i", random(1, 3) == 1 and digits.negate(magnitude) or magnitude }
end

local function float(value, random)
  local way = random(1, 5)
  local own = string.unpack("<d", string.pack("<i8", tonumber("0x" .. (value[2] or "0"))))
  if own ~= own or own == math.huge or own == -math.huge then own = 1.0 end
  if way == 1 then return values.encode((random() - 0.5) * 2 ^ random(-60, 60)) end
  if way == 2 then return values.encode(random(-1000, 1000) + 0.0) end
  if way == 3 then return values.encode(random(-1000, 1000) / 8) end
  return values.encode(own * (random() * 4 - 2) + random() - 0.5)
end

local alphabet = { "a", "b", "z", "A", "0", "9", " ", "-", ",", "\n", "é", "ß", "\u{4e2d}",
  "\u{1f600}", "\0" }

local function characters(text)
  local out = {}
  for _, code in utf8.codes(text) do out[#out + 1] = utf8.char(code) end
  return out
end

local function string_like(value, random)
  local own = value[1] == "s" and characters(value[2]) or {}
  local out = {}
  for i = 1, random(0, math.min(2 * #own + 3, 60)) do
    out[i] = #own > 0 and random(1, 4) > 1 and pick(own, random) or pick(alphabet, random)
  end
  return { "s", table.concat(out) }
end

local function bytes_like(value, random)
  local out = {}
  for i = 1, random(0, 40) do out[i] = string.char(random(0, 255)) end
  return { value[1], values.bytes(table.concat(out))[2] }
end

local function list_like(value, random)
  local out = { "l" }
  for _ = 1, random(0, math.min(2 * (#value - 1) + 2, 40)) do
    -- Equal elements meet more often than chance would have it.
    if #out > 1 and random(1, 5) == 1 then
      out[#out + 1] = pick({ table.unpack(out, 2) }, random)
    else
      out[#out + 1] = mutate.like(#value > 1 and value[random(2, #value)] or { "i", "5" }, random)
    end
  end
  return out
end

local function tuple_like(value, random)
  local out = { "t" }
  for i = 2, #value do out[i] = mutate.like(value[i], random) end
  return out
end

local function key_of(value)
  local parts = {}
  for i = 1, #value do
    parts[i] = type(value[i]) == "table" and key_of(value[i]) or tostring(value[i])
  end
  return table.concat(parts, "\1") .. "\2"
end

-- Python would keep one of 1, 1.0 and True: a set of one type has no such twins.
local function set_like(value, random)
  local out, seen = { value[1] }, {}
  for _ = 1, random(0, 12) do
    local item = mutate.like(#value > 1 and value[random(2, #value)] or { "i", "5" }, random)
    if not seen[key_of(item)] then out[#out + 1] = item end
    seen[key_of(item)] = true
  end
  return out
end

local function dict_like(value, random)
  local out, seen = { "d" }, {}
  for _ = 1, random(0, 8) do
    local pair = #value > 1 and value[random(2, #value)] or { { "s", "k" }, { "i", "1" } }
    local key = random(1, 3) == 1 and pair[1] or mutate.like(pair[1], random)
    if not seen[key_of(key)] then out[#out + 1] = { key, mutate.like(pair[2], random) } end
    seen[key_of(key)] = true
  end
  return out
end

local sizes = { b = 1, B = 1, h = 2, H = 2, i = 4, I = 4, l = 8, L = 8, q = 8, Q = 8, f = 4, d = 8 }

local function array_like(value, random)
  local out = {}
  for i = 1, random(0, 20) do
    if value[2] == "d" or value[2] == "f" then
      out[i] = string.pack(value[2] == "d" and "<d" or "<f", random(-1000, 1000) / 8)
    else
      local text = string.pack("<i8", random(-100, 100))
      out[i] = value[2]:match("%u") and string.pack("<i8", random(0, 100)):sub(1, sizes[value[2]])
        or text:sub(1, sizes[value[2]])
    end
  end
  return { "a", value[2], values.bytes(table.concat(out))[2] }
end

local makers = {
  i = integer, f = float, s = string_like, u = string_like, y = bytes_like, Y = bytes_like,
  l = list_like, t = tuple_like, S = set_like, F = set_like, d = dict_like, a = array_like,
  b = function(_, random) return { "b", random(1, 2) == 1 } end,
}

function mutate.like(value, random)
  if random(1, 12) == 1 then
    local edge = boundary.of(value, 2)
    if #edge > 0 and value[1] ~= "d" and value[1] ~= "S" then return pick(edge, random) end
  end
  local maker = makers[value[1]]
  return maker and maker(value, random) or value
end

-- Words and what stands between them, so that texts with a grammar stay nearly in it.
local function tokens(text)
  local out = {}
  for word, rest in text:gmatch("([%w\128-\255]*)([^%w\128-\255]?)") do
    if word ~= "" then out[#out + 1] = word end
    if rest ~= "" then out[#out + 1] = rest end
  end
  return out
end

-- A stretch of tokens again elsewhere, or gone, or in place of another.
local function rearranged(text, random)
  local own = tokens(text)
  if #own == 0 then return text end
  local from, way = random(1, #own), random(1, 3)
  local to = math.min(#own, from + random(0, 3))
  local part = table.move(own, from, to, 1, {})
  if way == 1 then
    for i = #part, 1, -1 do table.remove(own, from + i - 1) end
    return table.concat(own)
  end
  -- At the end behind what separates, most often; or anywhere.
  local between = own[random(1, #own)]
  if way == 2 then return text .. (between:match("%w") and "" or between) .. table.concat(part) end
  local at = random(1, #own)
  for i, token in ipairs(part) do table.insert(own, at + i - 1, token) end
  return table.concat(own)
end

-- One small change.
function mutate.near(value, random)
  local tag = value[1]
  if (tag == "l" or tag == "t") and #value > 1 then
    local out = table.move(value, 1, #value, 1, {})
    local at, way = random(2, #out), random(1, 4)
    if tag == "l" and way == 1 then
      table.remove(out, at)
    elseif tag == "l" and way == 2 then
      table.insert(out, at, out[random(2, #out)])
    elseif tag == "l" and way == 3 then
      local other = random(2, #out)
      out[at], out[other] = out[other], out[at]
    else
      out[at] = mutate.near(out[at], random)
    end
    return out
  end
  if tag == "s" and #value[2] > 0 then
    if random(1, 2) == 1 then return { "s", rearranged(value[2], random) } end
    local own = characters(value[2])
    local at = random(1, #own)
    if random(1, 2) == 1 then table.remove(own, at) else own[at] = pick(alphabet, random) end
    return { "s", table.concat(own) }
  end
  if tag == "i" and random(1, 2) == 1 then
    return { "i", digits.add(value[2], random(0, 1) == 0 and -1 or 1) }
  end
  return mutate.like(value, random)
end

return mutate
