-- layout: grids of text, wrapped paragraphs and numbered notes for a terminal.
--
--   layout.grid({ "event", "count" }, { { "cycles", "1.2 G" } })   --> two aligned lines
--   layout.wrap("a long sentence …", 79, "  ")
--   local notes = layout.notes()
--   notes:mark("the reason")          --> "[1]"; the same text again: "[1]"

local units = require "payoff.units"

local layout = {}

function layout.pad(text, width, right)
  local space = (" "):rep(width - units.width(text))
  return right and space .. text or text .. space
end

-- Breaks at blanks; following lines start with `indent`.
function layout.wrap(text, width, indent)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if line ~= "" and units.width(line) + 1 + units.width(word) > width then
      lines[#lines + 1], line = line, indent .. word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- right[i] true: column i is aligned to the right. paint(row, column, text) may colour a cell.
function layout.grid(header, rows, right, paint)
  right = right or {}
  local widths, out = {}, {}
  for i, title in ipairs(header) do widths[i] = units.width(title) end
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do widths[i] = math.max(widths[i], units.width(text)) end
  end
  local function line(row, index)
    local parts = {}
    for i, text in ipairs(row) do
      local padded = layout.pad(text, widths[i], right[i])
      parts[i] = paint and paint(index, i, padded) or padded
    end
    return (table.concat(parts, "  "):gsub("%s+$", "")) .. "\n"
  end
  out[1] = line(header, 0)
  for index, row in ipairs(rows) do out[#out + 1] = line(row, index) end
  return table.concat(out)
end

-- A grid whose last column is wrapped so that lines stay within `width`.
function layout.table(header, rows, width, paint)
  local used = 0
  for i = 1, #header - 1 do
    local widest = units.width(header[i])
    for _, row in ipairs(rows) do widest = math.max(widest, units.width(row[i])) end
    used = used + widest + 2
  end
  local lines, owner = {}, {}
  for index, row in ipairs(rows) do
    local first = true
    local last = layout.wrap(row[#header], math.max(20, width - used), "")
    for part in (last .. "\n"):gmatch("(.-)\n") do
      local line = {}
      for i = 1, #header - 1 do line[i] = first and row[i] or "" end
      line[#header] = part
      lines[#lines + 1], owner[#lines + 1] = line, index
      first = false
    end
  end
  return layout.grid(header, lines, nil, paint and function(row, column, text)
    return paint(owner[row] or 0, column, text)
  end)
end

local Notes = {}
Notes.__index = Notes

function layout.notes() return setmetatable({ list = {}, number = {} }, Notes) end

function Notes:mark(text)
  if not self.number[text] then
    self.list[#self.list + 1] = text
    self.number[text] = #self.list
  end
  return ("[%d]"):format(self.number[text])
end

function Notes:text(columns)
  local out = {}
  for i, text in ipairs(self.list) do
    out[i] = layout.wrap(("[%d] %s"):format(i, text), columns - 1, "    ") .. "\n"
  end
  return (#out > 0 and "\n" or "") .. table.concat(out)
end

return layout
