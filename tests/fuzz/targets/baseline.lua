-- A baseline that somebody committed: read, and used in every comparison that reads its fields.

local baseline = require "payoff.check.baseline"
local counts = require "payoff.check.counts"
local fingerprint = require "payoff.fingerprint"
local must = require "targets.must"
local sys = require "payoff.native.sys"

local content
-- The one way in which the module gets at the file.
sys.read_file = function() return content end -- luacheck: ignore 122

local now = { version = 1, cpu = { vendor = "a", family = 6, model_number = 1 }, libc = "glibc",
  subjects = { { name = "c", compilers = { "GCC" } }, { name = "python" } } }

return function(bytes)
  content = bytes
  local ok, data = pcall(baseline.load, "x.json")
  if not ok then return must.fault(data, { data = true }) end
  -- Guarded there in the same way: fields of a stranger's making may have any type.
  pcall(fingerprint.compare, data.fingerprint, now)
  for _, saved in pairs(data.rows) do
    local row = { head = { of = {} } }
    counts.judge(row, saved, { instructions = 1000, spread = 0.01, source = saved.source })
    assert(row.state == "ok" or row.state == "slower")
    assert(row.counts.limit == row.counts.limit and row.counts.change == row.counts.change)
  end
end
