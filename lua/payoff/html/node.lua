-- node: pieces of HTML that are escaped because there is no other way to make them.
--
--   local h = require "payoff.html.node"
--   h.td({ class = "num" }, "a < b", h.small({}, "…"))   --> a node
--   tostring(h.p({}, name))                             --> "<p>&lt;script&gt;</p>"
--
-- h.TAG(attributes, child, …) makes an element. A child is a string or a number (escaped), a node
-- (kept), a list of children, or nil (left out). An attribute is a string or a number (escaped),
-- true (bare) or nil or false (left out). h.raw is for constant text of this program alone.

local text = require "payoff.text"

local node = {}
local class = { __name = "payoff.html.node" }

local VOID = { meta = true, br = true, link = true, wbr = true, col = true }
local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["'"] = "&#39;" }

function class:__tostring()
  return self[1]
end

local function escape(value)
  return (text.clean(value):gsub("[&<>\"']", ENTITIES))
end

node.escape = escape

function node.raw(html)
  return setmetatable({ html }, class)
end

local function add(out, child)
  if child == nil or child == false then
    return
  elseif getmetatable(child) == class then
    out[#out + 1] = child[1]
  elseif type(child) == "table" then
    for _, item in ipairs(child) do
      add(out, item)
    end
  else
    out[#out + 1] = escape(child)
  end
end

local function add_attributes(out, attributes)
  local names = {}
  for name, value in pairs(attributes) do
    if value then
      names[#names + 1] = name
    end
  end
  table.sort(names) -- the same report is the same bytes
  for _, name in ipairs(names) do
    local value = attributes[name]
    out[#out + 1] = value == true and " " .. name
      or string.format(' %s="%s"', name, escape(value))
  end
end

local function element(tag, attributes, ...)
  local out = { "<", tag }
  add_attributes(out, attributes)
  out[#out + 1] = ">"
  if not VOID[tag] then
    for i = 1, select("#", ...) do
      add(out, (select(i, ...)))
    end
    out[#out + 1] = "</" .. tag .. ">"
  end
  return setmetatable({ table.concat(out) }, class)
end

-- Several nodes in a row, without an element around them.
function node.list(...)
  local out = {}
  for i = 1, select("#", ...) do
    add(out, (select(i, ...)))
  end
  return setmetatable({ table.concat(out) }, class)
end

return setmetatable(node, {
  __index = function(self, tag)
    local function make(attributes, ...)
      return element(tag, attributes, ...)
    end
    rawset(self, tag, make)
    return make
  end,
})
