-- csv_reader: RFC 4180 to the letter, for tests: raises on anything that it does not allow.
--
--   local rows = require("csv_reader").read(text)   --> rows[1] is the header

local reader = {}

-- One field from `at`: value, position after it.
local function read_field(text, at)
  if text:sub(at, at) ~= '"' then
    local stop = text:find("[,\r\n\"]", at) or error("the last line has no end")
    assert(text:sub(stop, stop) ~= '"', "a quote inside an unquoted field")
    return text:sub(at, stop - 1), stop
  end
  local parts, from = {}, at + 1
  while true do
    local quote = text:find('"', from, true) or error("a quoted field has no end")
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:sub(quote + 1, quote + 1) ~= '"' then
      return table.concat(parts), quote + 1
    end
    parts[#parts + 1] = '"'
    from = quote + 2
  end
end

function reader.read(text)
  local rows, row, at = {}, {}, 1
  while at <= #text do
    local value
    value, at = read_field(text, at)
    row[#row + 1] = value
    if text:sub(at, at) == "," then
      at = at + 1
    else
      assert(text:sub(at, at + 1) == "\r\n", "a row ends with CR LF, at byte " .. at)
      assert(#rows == 0 or #row == #rows[1], "row " .. #rows + 1 .. " has " .. #row .. " fields")
      rows[#rows + 1], row, at = row, {}, at + 2
    end
  end
  return rows
end

-- The rows as tables by column name.
function reader.records(text)
  local rows = reader.read(text)
  local records = {}
  for i = 2, #rows do
    records[i - 1] = {}
    for j, name in ipairs(rows[1]) do
      assert(records[i - 1][name] == nil, "two columns are called " .. name)
      records[i - 1][name] = rows[i][j]
    end
  end
  return records, rows[1]
end

return reader
