-- data: values carried from Lua to the page's script, as JSON that no HTML parser can be led astray
-- by: "<", ">" and "&" stand in it as \u003c, \u003e and \u0026.
--
--   data.encode({ id = "speedup-1", spec = spec })

local clean = require("payoff.text").clean
local fault = require "payoff.fault"
local json = require "payoff.native.json"

local data = {}

local ESCAPES = { ["<"] = "\\u003c", [">"] = "\\u003e", ["&"] = "\\u0026",
  ["\u{2028}"] = "\\u2028", ["\u{2029}"] = "\\u2029" }

data.array = json.array
data.null = json.null

-- A copy that JSON can carry: strings cleaned, numbers that are none left out. Keeps the mark of
-- an array.
local function plain(value)
  local kind = type(value)
  if kind == "string" then
    return clean(value)
  elseif kind == "number" then
    if value ~= value or value == math.huge or value == -math.huge then
      return json.null
    end
    return value
  elseif kind ~= "table" then
    return value
  end
  local out = {}
  for key, item in pairs(value) do
    out[type(key) == "string" and clean(key) or key] = plain(item)
  end
  return setmetatable(out, getmetatable(value))
end

function data.encode(value)
  local text = fault.check("internal", "html", json.encode(plain(value)))
  return (text:gsub("[<>&]", ESCAPES):gsub("\u{2028}", ESCAPES):gsub("\u{2029}", ESCAPES))
end

return data
