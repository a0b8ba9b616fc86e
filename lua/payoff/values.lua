-- values: Lua values -> the protocol's typed, lossless encoding (profiler/workers/PROTOCOL.md).
--
--   values.task({0, 1})           -->  {"t", {"i", "0"}, {"i", "1"}}
--   values.task({values.bytes("\0")})
--
-- Lua has one table where Python has many containers, so a plain list is a list, a table with names
-- is a dict, and the rest are made with the constructors below.

local values = {}

local Typed = {}

local function typed(encoding) return setmetatable(encoding, Typed) end

values.none = typed { "n" }

local hex = "0123456789abcdef"

local function float_bits(x)
  return (("%016x"):format((string.unpack("<i8", string.pack("<d", x)))))
end

-- 12 bits -> two digits of base64; filled when first needed.
local digit_pairs = {}

local function fill_digit_pairs()
  local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  for i = 0, 4095 do
    local high, low = (i >> 6) + 1, (i & 63) + 1
    digit_pairs[i] = digits:sub(high, high) .. digits:sub(low, low)
  end
end

-- Megabytes go through here when a task has a large array.
local function base64(bytes)
  if not digit_pairs[0] then fill_digit_pairs() end
  local out, n, byte = {}, 0, string.byte
  for i = 1, #bytes, 3 do
    local a, b, c = byte(bytes, i, i + 2)
    local word = a << 16 | (b or 0) << 8 | (c or 0)
    out[n + 1], out[n + 2] = digit_pairs[word >> 12], digit_pairs[word & 4095]
    n = n + 2
  end
  if #bytes % 3 == 1 then out[n] = "==" end
  if #bytes % 3 == 2 then out[n] = out[n]:sub(1, 1) .. "=" end
  return table.concat(out)
end

local function encode_string(text)
  if utf8.len(text) then return { "s", text } end
  error("this string is not UTF-8; write payoff.bytes(…) for bytes", 0)
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    if type(key) ~= "string" then
      error("a table is either a list or has names as keys; use payoff.dict for other keys", 0)
    end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

local function is_list(t)
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  return count == #t
end

local encode

local function encode_table(t, depth)
  if depth > 100 then error("nested more than 100 deep, or it contains itself", 0) end
  if is_list(t) then
    local out = { "l" }
    for i, item in ipairs(t) do out[i + 1] = encode(item, depth + 1) end
    return out
  end
  local out = { "d" }
  for _, key in ipairs(sorted_keys(t)) do
    out[#out + 1] = { encode_string(key), encode(t[key], depth + 1) }
  end
  return out
end

function encode(value, depth)
  local kind = math.type(value) or type(value)
  if getmetatable(value) == Typed then return value end
  if kind == "integer" then return { "i", ("%d"):format(value) } end
  if kind == "float" then return { "f", float_bits(value) } end
  if kind == "boolean" then return { "b", value } end
  if kind == "string" then return encode_string(value) end
  if kind == "table" then return encode_table(value, depth) end
  error(("a %s cannot be an argument of a task"):format(kind), 0)
end

function values.encode(value) return encode(value, 0) end

-- A task is a list of arguments.
function values.task(task)
  if type(task) ~= "table" or getmetatable(task) == Typed or not is_list(task) then
    error("a task is a list of arguments, like {0, 1}", 0)
  end
  local out = { "t" }
  for i, argument in ipairs(task) do
    local ok, encoded = pcall(encode, argument, 0)
    if not ok then error(("argument %d: %s"):format(i, encoded), 0) end
    out[i + 1] = encoded
  end
  return out
end

-- Constructors for what Lua cannot write directly.

function values.int(digits)
  if math.type(digits) == "integer" then digits = ("%d"):format(digits) end
  if type(digits) ~= "string" or not digits:match("^-?%d+$") then
    error("payoff.int takes digits, like payoff.int '123456789012345678901234567890'", 2)
  end
  local sign, rest = digits:match("^(-?)0*(%d+)$")
  return typed { "i", (rest == "0" and "" or sign) .. rest }
end

function values.bytes(text)
  if type(text) ~= "string" then
    error('payoff.bytes takes a string, like payoff.bytes "\\0\\xff"', 2)
  end
  return typed { "y", base64(text) }
end

-- Without a place: payoff.script finds the user's line.
local function check_list(items, name, example)
  if type(items) ~= "table" or getmetatable(items) == Typed then
    error(("payoff.%s takes a list, like payoff.%s"):format(name, example), 0)
  end
end

local function sequence(tag, name, items)
  check_list(items, name, name .. " { 1, 2 }")
  local out = { tag }
  for i, item in ipairs(items) do out[i + 1] = encode(item, 0) end
  return typed(out)
end

function values.tuple(items) return sequence("t", "tuple", items) end
function values.list(items) return sequence("l", "list", items) end

-- A dict in the given order, with any keys: payoff.dict { {1, "one"}, {2, "two"} }.
function values.dict(pairs_list)
  check_list(pairs_list, "dict", 'dict { {1, "one"} }')
  local out = { "d" }
  for i, pair in ipairs(pairs_list) do
    check_list(pair, "dict", 'dict { {1, "one"} }')
    out[i + 1] = { encode(pair[1], 0), encode(pair[2], 0) }
  end
  return typed(out)
end

-- Sets travel sorted by their encoded text, so that equal sets are equal text.
local function text_of(encoded)
  local parts = {}
  for i, part in ipairs(encoded) do
    parts[i] = type(part) == "table" and text_of(part)
      or type(part) == "string" and ("%q"):format(part) or tostring(part)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

function values.set(items)
  local encoded = sequence("S", "set", items)
  local rest = table.move(encoded, 2, #encoded, 1, {})
  table.sort(rest, function(a, b) return text_of(a) < text_of(b) end)
  return typed(table.move(rest, 1, #rest, 2, { "S" }))
end

-- A flat array of numbers, like Python's array.array: payoff.array("d", {1.5, 2.5}).
local packs = {
  b = "<i1", B = "<I1", h = "<i2", H = "<I2", i = "<i4", I = "<I4", q = "<i8", Q = "<I8",
  f = "<f", d = "<d",
}

function values.array(code, numbers)
  local format = packs[code]
  if not format then error("payoff.array: the type code is one of b B h H i I q Q f d", 2) end
  check_list(numbers, "array", 'array("d", { 1.5, 2.5 })')
  local bytes, at_once = {}, 64
  local many = "<" .. format:sub(2):rep(at_once)
  for i = 1, #numbers, at_once do
    local last = math.min(i + at_once - 1, #numbers)
    local layout = last - i + 1 == at_once and many or "<" .. format:sub(2):rep(last - i + 1)
    local ok, packed = pcall(string.pack, layout, table.unpack(numbers, i, last))
    if not ok then
      error(("payoff.array: one of the elements %d to %d is no number that '%s' holds"):format(i,
        last, code), 0)
    end
    bytes[#bytes + 1] = packed
  end
  return typed { "a", code, base64(table.concat(bytes)) }
end

-- What one argument hands over: the kind of its elements, and how many. Plain numbers have none.
local function elements_of(encoded)
  local tag, bytes = encoded[1], encoded[3] or encoded[2]
  if tag == "y" or tag == "a" then
    local _, padding = bytes:gsub("=", "")
    local count = #bytes // 4 * 3 - padding
    if tag == "y" then return "bytes", count end
    return "buffer", count // string.packsize(packs[encoded[2]])
  elseif tag == "s" then
    return "text", utf8.len(encoded[2])
  elseif tag ~= "l" and tag ~= "t" then
    return "other", tag == "d" and #encoded - 1 or tag == "S" and #encoded - 1 or 0
  end
  local kind = #encoded > 1 and encoded[2][1] or "i"
  for i = 3, #encoded do
    if encoded[i][1] ~= kind then kind = "mixed" end
  end
  return kind == "i" and "ints" or kind == "f" and "floats" or "other", #encoded - 1
end

-- The elements that the tasks (encoded) hand over in all, by kind: { ints = 1000 }. Kinds are those
-- of payoff.model.boundary, and "text" and "other".
function values.handed(tasks)
  local out = {}
  for _, task in ipairs(tasks) do
    for i = 2, #task do
      local kind, count = elements_of(task[i])
      if count > 0 then out[kind] = (out[kind] or 0) + count end
    end
  end
  return out
end

-- Short text of an encoded value in Python's notation, for people.
local function text_number(bits)
  local x = string.unpack("<d", string.pack("<i8", tonumber("0x" .. bits)))
  if x ~= x then return "nan" end
  if x == math.huge then return "inf" elseif x == -math.huge then return "-inf" end
  for precision = 15, 17 do
    local text = ("%." .. precision .. "g"):format(x)
    if tonumber(text) == x then
      return text:find("[.e]") and text or text .. ".0"
    end
  end
end

function values.text(encoded)
  local tag = encoded[1]
  if tag == "n" then return "None" end
  if tag == "b" then return encoded[2] and "True" or "False" end
  if tag == "i" then return encoded[2] end
  if tag == "f" then return text_number(encoded[2]) end
  if tag == "s" then
    local text = encoded[2]
    if utf8.len(text) > 40 then text = text:sub(1, utf8.offset(text, 38) - 1) .. "…" end
    return "'" .. text:gsub("[%c'\\]", function(c)
      return c == "\n" and "\\n" or c == "'" and "\\'" or c == "\\" and "\\\\"
        or "\\x" .. hex:sub((c:byte() >> 4) + 1, (c:byte() >> 4) + 1)
        .. hex:sub((c:byte() & 15) + 1, (c:byte() & 15) + 1)
    end) .. "'"
  end
  if tag == "y" then return ("bytes of %d"):format(#encoded[2] // 4 * 3) end
  if tag == "a" then return ("array('%s', …)"):format(encoded[2]) end
  local open, close = "(", ")"
  if tag == "l" then open, close = "[", "]" end
  if tag == "S" or tag == "d" then open, close = "{", "}" end
  local parts = {}
  for i = 2, math.min(#encoded, 7) do
    local item = encoded[i]
    parts[#parts + 1] = tag == "d" and values.text(item[1]) .. ": " .. values.text(item[2])
      or values.text(item)
  end
  if #encoded > 7 then parts[#parts + 1] = "…" end
  local tail = tag == "t" and #encoded == 2 and "," or ""
  return open .. table.concat(parts, ", ") .. tail .. close
end

return values
