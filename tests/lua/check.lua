-- check: named tests and plain assertions, reported as TAP.
--
--   local check = require "check"
--   check.test("a share is a percentage", function()
--     check.equal(units.percent(0.93), "93%")
--   end)
--
-- A failing check ends its test with the line it stands on; the other tests still run.

local check = { count = 0, failed = 0, root = "." }

local function show(value)
  if type(value) == "string" then
    return string.format("%q", value)
  end
  return tostring(value)
end

local function fail(message)
  error(message, 3) -- the caller of the check
end

function check.test(name, body)
  check.count = check.count + 1
  local ok, trouble = xpcall(body, function(message)
    return type(message) == "string" and message or debug.traceback(show(message), 2)
  end)
  if not ok then
    check.failed = check.failed + 1
    print("# " .. trouble:gsub("\n", "\n# "))
  end
  print(string.format("%s %d - %s", ok and "ok" or "not ok", check.count, name))
end

function check.skip(name, reason)
  check.count = check.count + 1
  print(string.format("ok %d - %s # SKIP %s", check.count, name, reason))
end

function check.equal(got, expected, what)
  if got ~= expected then
    fail(string.format("%sgot %s, expected %s", what and what .. ": " or "", show(got),
      show(expected)))
  end
end

function check.truthy(value, what)
  if not value then
    fail((what or "value") .. " is " .. show(value))
  end
end

-- Plain text, not a pattern.
function check.contains(text, part, what)
  if type(text) ~= "string" or not text:find(part, 1, true) then
    fail(string.format("%s lacks %s", what or show(text), show(part)))
  end
end

function check.lacks(text, part, what)
  if type(text) ~= "string" or text:find(part, 1, true) then
    fail(string.format("%s has %s", what or show(text), show(part)))
  end
end

-- Deep equality of plain data; the message names the first place that differs.
function check.same(got, expected, path)
  path = path or "value"
  if type(got) ~= "table" or type(expected) ~= "table" then
    if got ~= expected then
      fail(string.format("%s: got %s, expected %s", path, show(got), show(expected)))
    end
    return
  end
  for key, value in pairs(expected) do
    check.same(got[key], value, path .. "." .. tostring(key))
  end
  for key, value in pairs(got) do
    if expected[key] == nil then
      fail(string.format("%s.%s: got %s, expected nothing", path, tostring(key), show(value)))
    end
  end
end

-- body must raise an error that has `part`; returns the error.
function check.raises(body, part)
  local ok, trouble = pcall(body)
  if ok then
    fail("no error was raised")
  end
  if part and not tostring(trouble):find(part, 1, true) then
    fail(string.format("the error %s lacks %s", show(tostring(trouble)), show(part)))
  end
  return trouble
end

return check
