-- trimmed_sum: sorted() and sum(). Native already, and hard to beat: the answer is no.
--
--   payoff run scripts/trimmed_sum.lua
--   payoff run scripts/trimmed_sum.lua --set runs=0          no order at all
--
-- The size is the length of the list. Like the lines of several log files put one after the other
-- it consists of `runs` ascending parts, which Python's sort finds and merges.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local runs = payoff.setting("runs", 4)
local kernel = "../kernel/trimmed_sum"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

local function list_of(length)
  local numbers, seed, last = {}, 1, 0
  local part = runs > 0 and math.ceil(length / runs) or 1
  for i = 1, length do
    seed = seed * 6364136223846793005 + 1442695040888963407
    local chance = (seed >> 33) % 20000
    last = (i - 1) % part == 0 and chance or last + chance
    numbers[i] = last
  end
  return payoff.list(numbers)
end

return payoff.experiment {
  name = "trimmed_sum",
  title = "trimmed_sum: native already",
  reference = payoff.python {
    name = "python", module = "reference", func = "trimmed_sum", path = kernel,
    teaches = "Three calls, each of them C that knows its objects.",
  },
  subjects = {
    payoff.python {
      name = "cython-unchanged", module = "trimmed_unchanged", func = "trimmed_sum", path = out,
      build = make("cython-unchanged", "cython|cython3", "python headers"),
      teaches = "The same three calls, compiled: what is saved is a fixed amount per call.",
    },
    payoff.python {
      name = "c-ext", module = "trimmed_ext", func = "trimmed_sum", path = out,
      build = make("capi", "python headers"),
      teaches = "Converted, sorted by qsort and added up in C: every part of it meets its match.",
    },
    payoff.native {
      name = "c", library = out .. "/libtrimmed_sum.so", symbol = "trimmed_sum",
      signature = "int64(const int64[n], size n)", build = make("c"),
      teaches = "The same without any conversion: even so, qsort does not know of ascending parts.",
    },
  },
  sizes = size > 0 and { size } or { 100, 1000, 10000, 100000 },
  workload = function(length) return { { list_of(length) } } end,
  metrics = { "ipc", "branches", "os" },
  budget = 20,
}
