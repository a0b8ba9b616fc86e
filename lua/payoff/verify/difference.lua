-- difference: two encoded values taken apart together: what kind of difference is it?
--
--   local d = difference.of(expected, got)
--   --> { float = 2, ulps = { 1, 3 } }: two floats differ, by 1 and 3 ULP; nothing else does
--
-- Fields, nil where there is nothing: type, value (counts of places that differ in type, or in any
-- other way), number_type (int for float or bool of equal value), order (a dict in another order),
-- zero (0.0 for -0.0), float (floats with other bits), ulps (their distances), opaque (compared by
-- their repr alone).

local json = require "payoff.native.json"

local difference = {}

local function text_of(value) return json.encode(value) end

local function add(d, field, n) d[field] = (d[field] or 0) + (n or 1) end

local function to_float(bits)
  return (string.unpack("<d", string.pack("<i8", tonumber("0x" .. bits))))
end

difference.to_float = to_float

-- Steps from one double to the next between two; a float, as it may be up to 2^64.
local function ulp_distance(a, b)
  local x, y = tonumber("0x" .. a), tonumber("0x" .. b)
  if x < 0 then x = math.mininteger - x end
  if y < 0 then y = math.mininteger - y end
  local distance = x > y and x - y or y - x
  if distance < 0 then return distance + 2.0 ^ 64 end
  return distance
end

difference.ulp_distance = ulp_distance

local function floats(d, a, b)
  if a == b then return end
  local x, y = to_float(a), to_float(b)
  if x ~= x and y ~= y then return end
  if x == y then return add(d, "zero") end
  add(d, "float")
  d.ulps = d.ulps or {}
  if x == x and y == y and math.abs(x) < math.huge and math.abs(y) < math.huge then
    table.insert(d.ulps, ulp_distance(a, b))
  else
    table.insert(d.ulps, math.huge)
  end
end

local function number_of(value)
  if value[1] == "i" then return math.tointeger(tonumber(value[2])) or tonumber(value[2]) end
  if value[1] == "f" then return to_float(value[2]) end
  if value[1] == "b" then return value[2] and 1 or 0 end
  return nil
end

local walk

local function by_key(d, a, b)
  local entries = {}
  for i = 2, #b do entries[text_of(b[i][1])] = b[i][2] end
  for i = 2, #a do
    local other = entries[text_of(a[i][1])]
    if other == nil then return add(d, "value") end
    walk(d, a[i][2], other)
  end
  add(d, "order")
end

local function dicts(d, a, b)
  if #a ~= #b then return add(d, "value") end
  for i = 2, #a do
    if text_of(a[i][1]) ~= text_of(b[i][1]) then return by_key(d, a, b) end
  end
  for i = 2, #a do walk(d, a[i][2], b[i][2]) end
end

local function others(d, a, b)
  local function plain(text) return (text:gsub(" at 0x%x+", "")) end
  if a[2]:match("[^.]*$") ~= b[2]:match("[^.]*$") then return add(d, "type") end
  if plain(a[3]) ~= plain(b[3]) then return add(d, "value") end
  if a[3] ~= b[3] then add(d, "opaque") end
end

local strings = { s = true, u = true }

local function unlike(d, a, b)
  local x, y = number_of(a), number_of(b)
  if x and y then
    if x == y then return add(d, "number_type") end
    return add(d, "value")
  end
  if strings[a[1]] and strings[b[1]] then return add(d, "value") end
  add(d, "type")
end

function walk(d, a, b)
  local tag = a[1]
  if tag ~= b[1] then return unlike(d, a, b) end
  if tag == "f" then return floats(d, a[2], b[2]) end
  if tag == "c" then
    floats(d, a[2], b[2])
    return floats(d, a[3], b[3])
  end
  if tag == "t" or tag == "l" then
    if #a ~= #b then return add(d, "value") end
    for i = 2, #a do walk(d, a[i], b[i]) end
  elseif tag == "d" then
    dicts(d, a, b)
  elseif tag == "o" then
    others(d, a, b)
  elseif text_of(a) ~= text_of(b) then
    add(d, tag == "a" and a[2] ~= b[2] and "type" or "value")
  end
end

function difference.of(expected, got)
  local d = {}
  if text_of(expected) == text_of(got) then return d end
  walk(d, expected, got)
  return d
end

-- The same value with every list and dict sorted: for tolerance = { order = true }.
function difference.sorted(value)
  local tag = value[1]
  if tag ~= "l" and tag ~= "t" and tag ~= "d" then return value end
  local out = { tag }
  for i = 2, #value do
    out[i] = tag == "d" and { value[i][1], difference.sorted(value[i][2]) }
      or difference.sorted(value[i])
  end
  if tag == "t" then return out end
  local rest = table.move(out, 2, #out, 1, {})
  local texts = {}
  for _, item in ipairs(rest) do texts[item] = text_of(item) end
  table.sort(rest, function(x, y) return texts[x] < texts[y] end)
  return table.move(rest, 1, #rest, 2, { tag })
end

return difference
