-- machine: the machine that measured, as machine.describe() tells it: any plain table of names,
-- numbers, texts and lists. What it calls unknown is left out.

local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local machine = { id = "machine", title = "The machine", short = "Machine" }

-- Names whose plain form would read badly.
local NAMES = { cpu = "CPU", smt = "SMT", vm = "virtual machine", pmu = "PMU", os = "OS",
  nmi_watchdog = "NMI watchdog" }

local function title_of(key)
  local name = tostring(key):gsub("_bytes$", ""):gsub("_ns$", ""):gsub("_hz$", "")
    :gsub("_[mk]hz$", "")
  return NAMES[name] or name:gsub("_", " ")
end

local function number_text(key, number)
  if key:find("_bytes$") then
    return units.bytes(number)
  elseif key:find("_ns$") then
    return units.time(number)
  elseif key:find("_hz$") then
    return units.count(number) .. "Hz"
  elseif math.type(number) == "float" and number ~= math.floor(number) then
    return units.number(number)
  end
  return string.format("%.0f", number)
end

local function scalar(key, item)
  if type(item) == "boolean" then
    return item and "yes" or "no"
  elseif type(item) == "number" then
    return number_text(tostring(key), item)
  end
  return value.outside(item)
end

local function sorted_keys(source)
  local keys = {}
  for key in pairs(source) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local add

local function list_text(key, list)
  local parts = {}
  for i, item in ipairs(list) do
    if type(item) == "table" then
      return nil
    end
    parts[#parts + 1] = i > 1 and ", " or nil
    parts[#parts + 1] = scalar(key, item)
  end
  return h.list(parts)
end

-- Plain values first, then what is nested, its name in front.
function add(rows, prefix, source, depth)
  local nested = {}
  for _, key in ipairs(sorted_keys(source)) do
    local item = source[key]
    local name = prefix .. (type(key) == "number" and "#" .. key or title_of(key))
    local text = type(item) == "table" and #item > 0 and list_text(key, item)
    if type(item) ~= "table" then
      text = scalar(key, item)
    end
    if text then
      rows[#rows + 1] = h.div({}, h.dt({ dir = "auto" }, name), h.dd({}, text))
    elseif type(item) == "table" and depth < 4 then
      nested[#nested + 1] = { name, item }
    end
  end
  for _, entry in ipairs(nested) do
    add(rows, entry[1] .. ": ", entry[2], depth + 1)
  end
end

function machine.render(run)
  local rows = {}
  add(rows, "", run.machine or {}, 0)
  if #rows == 0 then
    return h.p({ class = "note" }, "The machine was not described.")
  end
  return h.dl({ class = "facts" }, rows)
end

return machine
