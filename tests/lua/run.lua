-- run: run one file of Lua tests under the plain interpreter.
--
--   lua5.4 tests/lua/run.lua tests/lua/test_units.lua
--
-- require finds the modules in lua/ and the helpers in tests/; native modules (payoff.native.*) are
-- not there: what needs them takes them as an argument or is tested with the real command.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local root = here .. "/../.."
package.path = table.concat({
  root .. "/lua/?.lua", root .. "/lua/?/init.lua", root .. "/lua/vendor/?.lua",
  here .. "/?.lua", root .. "/tests/?.lua",
}, ";")

local check = require "check"
check.root = root

print("TAP version 13")
local chunk, trouble = loadfile(arg[1])
if not chunk then
  print("Bail out! " .. trouble)
  os.exit(1)
end
local ok, message = xpcall(chunk, debug.traceback)
if not ok then
  print("Bail out! " .. message:gsub("\n", "\n# "))
  os.exit(1)
end
print("1.." .. check.count)
os.exit(check.failed == 0 and check.count > 0 and 0 or 1)
