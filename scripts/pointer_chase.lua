-- pointer_chase: waiting for memory, which takes as long in C as in Python.
--
--   payoff run scripts/pointer_chase.lua
--   payoff run scripts/pointer_chase.lua --set size=4194304      a table of 16 MiB
--
-- The size is the number of entries of the table, 4 bytes each, rounded up to a power of two: from
-- one that fits the smallest cache to one that fits none but the largest. The number of steps is
-- always the same, so that what changes from size to size is where the entries are.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local steps = payoff.setting("steps", 100000)
local kernel = "../kernel/pointer_chase"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

-- i -> a*i + c modulo a power of two visits every number once before it is back (Hull and Dobell:
-- c odd, a-1 a multiple of 4), and jumps so that no prefetcher foresees it.
local function table_of(entries)
  local mask = 1
  while mask < entries do mask = mask * 2 end
  mask = mask - 1
  local following = {}
  for place = 0, mask do following[place + 1] = (1664525 * place + 1013904223) & mask end
  return payoff.array("I", following)
end

local signature = "int64(const uint32[n], size n, int64)"

return payoff.experiment {
  name = "pointer_chase",
  title = "pointer_chase: waiting for memory",
  reference = payoff.python {
    name = "python", module = "reference", func = "pointer_chase", path = kernel,
    teaches = "The interpreter's work per step is much, as long as memory answers at once.",
  },
  subjects = {
    payoff.python {
      name = "cython", module = "pointer_chase_cython", func = "pointer_chase", path = out,
      build = make("cython", "cython|cython3", "python headers"),
      teaches = "A typed memoryview reads the array where it lies; indices are still checked.",
    },
    payoff.native {
      name = "c", library = out .. "/libpointer_chase.so", symbol = "pointer_chase",
      signature = signature, build = make("c"),
      teaches = "One load and one check per step: nothing left but the waiting.",
    },
    payoff.native {
      name = "rust", library = out .. "/libpointer_chase_rust.so", symbol = "pointer_chase",
      signature = signature, build = make("rust", "rustc"),
      teaches = "The language checks the index; beside a wait for memory that is free.",
    },
  },
  sizes = size > 0 and { size } or { 256, 4096, 65536, 1048576 },
  workload = function(entries) return { { table_of(entries), steps } } end,
  metrics = { "ipc", "cache", "os" },
  budget = 20,
}
