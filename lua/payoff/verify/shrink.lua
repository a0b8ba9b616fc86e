-- shrink: a failing task -> a smaller one that fails in the same way.
--
--   local small = shrink.task(task, function(candidate) return still_fails(candidate) end, 200)
--
-- Integers and floats move to zero, strings and containers get shorter; greedy, one argument after
-- the other, until nothing smaller fails or `tries` are spent.

local digits = require "payoff.verify.digits"
local values = require "payoff.values"

local shrink = {}

local function with(list, at, value)
  local out = table.move(list, 1, #list, 1, {})
  out[at] = value
  return out
end

local function without(list, from, count)
  local out = {}
  for i = 1, #list do
    if i < from or i >= from + count then out[#out + 1] = list[i] end
  end
  return out
end

local function floats(bits)
  local x = string.unpack("<d", string.pack("<i8", tonumber("0x" .. bits)))
  if x == 0 then return {} end
  local out = { values.encode(0.0), values.encode(1.0) }
  if x ~= x or x == math.huge or x == -math.huge then return out end
  if math.abs(x) >= 1 and x == math.floor(x) and math.abs(x) < 2 ^ 53 then
    out[#out + 1] = values.encode(math.floor(x / 2) + 0.0)
  elseif math.abs(x) > 1 then
    out[#out + 1] = values.encode(math.floor(x) + 0.0)
  end
  return out
end

-- Is b simpler than a? Keeps the walk from going round in circles.
local function is_simpler(a, b)
  if a[1] ~= "f" then return true end
  local x, y = tonumber("0x" .. a[2]), tonumber("0x" .. b[2])
  x, y = x & math.maxinteger, y & math.maxinteger
  if x > 0x7ff0000000000000 then return true end
  return y < x
end

local function characters(text)
  local out = {}
  for _, code in utf8.codes(text) do out[#out + 1] = utf8.char(code) end
  return out
end

local function strings(value)
  if value[1] ~= "s" or value[2] == "" then return {} end
  local own, out = characters(value[2]), { { "s", "" } }
  local step = #own // 2
  while step >= 1 do
    for from = 1, #own, step do
      out[#out + 1] = { "s", table.concat(without(own, from, step)) }
      if #out > 60 then break end
    end
    step = step // 2
  end
  for i, c in ipairs(own) do
    if c ~= "a" and i <= 20 then out[#out + 1] = { "s", table.concat(with(own, i, "a")) } end
  end
  return out
end

local candidates

local function containers(value, depth)
  local out, tag = {}, value[1]
  if tag ~= "t" or depth > 1 then
    if #value > 1 and tag ~= "t" then out[1] = { tag } end
    local step = (#value - 1) // 2
    while step >= 1 and tag ~= "t" do
      for from = 2, #value, step do
        out[#out + 1] = without(value, from, step)
        if #out > 60 then break end
      end
      step = step // 2
    end
  end
  for i = 2, math.min(#value, 40) do
    if tag == "d" then
      for _, smaller in ipairs(candidates(value[i][2], depth + 1)) do
        out[#out + 1] = with(value, i, { value[i][1], smaller })
      end
    elseif tag == "l" or tag == "t" then
      for _, smaller in ipairs(candidates(value[i], depth + 1)) do
        out[#out + 1] = with(value, i, smaller)
      end
    end
  end
  return out
end

-- Values smaller than this one, boldest first.
function candidates(value, depth)
  local tag, out = value[1], {}
  if depth > 4 then return out end
  if tag == "i" then
    for _, text in ipairs(digits.smaller(value[2])) do out[#out + 1] = { "i", text } end
  elseif tag == "f" then
    for _, smaller in ipairs(floats(value[2])) do
      if is_simpler(value, smaller) then out[#out + 1] = smaller end
    end
  elseif tag == "s" then
    out = strings(value)
  elseif tag == "x" then
    out[1] = value[2]
  elseif tag == "l" or tag == "t" or tag == "d" or tag == "S" or tag == "F" then
    out = containers(value, depth)
  end
  return out
end

function shrink.task(task, fails, tries)
  local again = true
  while again and tries > 0 do
    again = false
    for at = 2, #task do
      for _, smaller in ipairs(candidates(task[at], 1)) do
        if tries <= 0 then return task end
        tries = tries - 1
        local candidate = with(task, at, smaller)
        if fails(candidate) then
          task, again = candidate, true
          break
        end
      end
    end
  end
  return task
end

return shrink
