-- text: strings from outside (names, messages, scripts) made fit to be shown: valid UTF-8 with no
-- control characters in it, visible or not.
--
--   text.clean("a\xff\0b")     --> "a�␀b"
--   text.line("two\nlines")    --> "two lines"
--   text.clean_all(model)      --> the same table, with every text in it clean

local text = {}

local REPLACEMENT = "\u{FFFD}"

-- C0 and DEL have pictures of their own (U+2400 …); tab and the line ends stay.
local function picture(control)
  local byte = control:byte()
  return utf8.char(byte == 127 and 0x2421 or 0x2400 + byte)
end

-- Valid pieces are kept, each invalid byte becomes U+FFFD.
local function repair(s)
  local out, from = {}, 1
  while from <= #s do
    local ok, bad = utf8.len(s, from)
    if ok then
      out[#out + 1] = s:sub(from)
      break
    end
    out[#out + 1] = s:sub(from, bad - 1)
    out[#out + 1] = REPLACEMENT
    from = bad + 1
  end
  return table.concat(out)
end

function text.clean(value)
  local s = tostring(value)
  if not s:find("[^\t\n\r -~]") then return s end -- nearly all of them
  if not utf8.len(s) then
    s = repair(s)
  end
  s = s:gsub("[\0-\8\11\12\14-\31\127]", picture)
  s = s:gsub("\xC2[\x80-\x9F]", REPLACEMENT) -- C1 controls
  -- Marks that turn the direction of what follows (U+202A to 202E, U+2066 to 2069); right-to-left
  -- letters need none.
  s = s:gsub("\xE2\x80[\xAA-\xAE]", REPLACEMENT):gsub("\xE2\x81[\xA6-\xA9]", REPLACEMENT)
  return s
end

-- Every text in a table of a stranger's, and in the tables in it, but for those under the keys of
-- `but`. The tables are changed.
function text.clean_all(value, but, depth)
  depth = depth or 0
  if type(value) == "string" then return (text.clean(value):gsub("\r\n?", "\n")) end
  if type(value) ~= "table" or depth > 100 then return value end
  for key, inner in pairs(value) do
    if not (but and but[key]) then value[key] = text.clean_all(inner, but, depth + 1) end
  end
  return value
end

-- On one line: runs of white space become one blank, none at the ends.
function text.line(value)
  local s = text.clean(value):gsub("\u{2028}", " "):gsub("\u{2029}", " "):gsub("%s+", " ")
  return (s:gsub("^ ", ""):gsub(" $", ""))
end

-- With a full stop, unless it ends with one or its like.
function text.sentence(value)
  local s = text.clean(value):gsub("%s+$", "")
  return s:find("[.!?…]$") and s or s .. "."
end

return text
