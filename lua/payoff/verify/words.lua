-- words: calls and values as people read them.
--
--   words.call { "t", { "i", "0" }, { "r", 0 } }     --> "(0, <argument 1>)"

local json = require "payoff.native.json"
local text = require "payoff.text"
local value = require "payoff.native.value"
local values = require "payoff.values"

local words = {}

local WIDTH = 60

local function show(encoded, width)
  local tag = encoded[1]
  if tag == "r" then return ("<argument %d again>"):format(encoded[2] + 1) end
  if tag == "x" then return ("a subclass's %s"):format(show(encoded[2], width)) end
  local list = value.decode(json.encode { encoded })
  return list and list:text(1, width) or values.text(encoded)
end

local function rounded(encoded)
  if encoded[1] ~= "f" then return nil end
  local x = string.unpack("<d", string.pack("<i8", tonumber("0x" .. encoded[2])))
  return ("%.4g"):format(x)
end

-- A value; a float is shortened where the other one differs in the digits shown.
function words.value(encoded, other)
  if encoded == nil then return "nothing" end
  local short = rounded(encoded)
  if short and other and rounded(other) and rounded(other) ~= short and #short > 5 then
    return short
  end
  return show(encoded, WIDTH)
end

function words.call(task)
  local parts = {}
  for i = 2, #task do parts[#parts + 1] = show(task[i], WIDTH) end
  return "(" .. table.concat(parts, ", ") .. (#parts == 1 and ",)" or ")")
end

function words.short(message)
  local line = text.line(message)
  if utf8.len(line) > 160 then line = line:sub(1, utf8.offset(line, 158) - 1) .. "…" end
  return line
end

return words
