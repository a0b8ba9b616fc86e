-- A whole experiment for the guest: a native function of 2 n instructions, in every mode and in two
-- sizes, or with `--set brief=1` only once. See guest_payoff.lua.

local payoff = require "payoff"

local brief = payoff.setting("brief", 0) > 0

return payoff.experiment {
  name = "guest",
  reference = payoff.native {
    name = "loop", library = "/tests/libguest_kernel.so", symbol = "spin",
    signature = "int64(int64)",
  },
  workload = function(size) return { {size * 100000}, {size * 100000} } end,
  sizes = brief and { 1 } or { 1, 3 },
  modes = brief and { "serial" } or { "serial", "process", "thread" },
  jobs = { 2 },
  starts = { "warm" },
  counters = { "instructions:u", "cycles:u", "branches" },
  metrics = { "ipc" },
  blocks = 1,
}
