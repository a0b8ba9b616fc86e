-- A whole experiment for the guest: a native function of 2 n instructions, in every mode and in two
-- sizes, or with `--set brief=1` in one size and without threads; with `--set exact=1` more
-- counters than there are, in passes. See guest_payoff.lua.

local payoff = require "payoff"

local exact = payoff.setting("exact", 0) > 0
local brief = exact or payoff.setting("brief", 0) > 0

local few = { "instructions:u", "cycles:u", "branches" }
local many = {
  "instructions:u", "cycles:u", "branches", "instructions:k", "cycles:k", "r0008", "r0008:u",
  "r0008:k", "r0011", "r0011:u", "r0011:k", exact = true,
}

return payoff.experiment {
  name = "guest",
  reference = payoff.native {
    name = "loop", library = "/tests/libguest_kernel.so", symbol = "spin",
    signature = "int64(int64)",
  },
  workload = function(size) return { {size * 100000}, {size * 100000} } end,
  sizes = brief and { 1 } or { 1, 3 },
  modes = exact and { "serial" } or brief and { "serial", "process" }
    or { "serial", "process", "thread" },
  jobs = { 2 },
  starts = { "warm" },
  counters = exact and many or few,
  metrics = { "ipc" },
  blocks = 1,
}
