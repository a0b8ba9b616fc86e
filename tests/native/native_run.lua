-- native_run: run one file of Lua tests where payoff.native.* is there (see native_main.c).
-- tests/lua/check.lua has the words; the file gets the native tests' folder as its argument.

local check = require "check"
local run = {}

function run.main(file)
  print("TAP version 13")
  local chunk, trouble = loadfile(file)
  if not chunk then
    print("Bail out! " .. trouble)
    return 1
  end
  local ok, message = xpcall(chunk, debug.traceback, file:match("^(.*)/") or ".")
  if not ok then
    print("Bail out! " .. message:gsub("\n", "\n# "))
    return 1
  end
  print("1.." .. check.count)
  return check.failed == 0 and check.count > 0 and 0 or 1
end

return run
