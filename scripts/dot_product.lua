-- dot_product: an array of numbers, handed over as memory or element by element.
--
--   payoff run scripts/dot_product.lua
--   payoff run scripts/dot_product.lua --set size=1000000
--
-- The size is the length of the two arrays.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local kernel = "../kernel/dot_product"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

-- Numbers between 0 and 1, the same in every run.
local function array_of(length, seed)
  local numbers = {}
  for i = 1, length do
    seed = seed * 6364136223846793005 + 1442695040888963407
    numbers[i] = (seed >> 11) * 2.0 ^ -53
  end
  return payoff.array("d", numbers)
end

local signature = "double(const double[n], const double[n], size n)"

return payoff.experiment {
  name = "dot_product",
  title = "dot_product: arrays of numbers across the boundary",
  reference = payoff.python {
    name = "python", module = "reference", func = "dot_product", path = kernel,
    teaches = "The array holds plain numbers; the interpreter makes objects of them.",
  },
  subjects = {
    payoff.native {
      name = "c", library = out .. "/libdot_product.so", symbol = "dot_product",
      signature = signature, build = make("c"),
      teaches = "The same order of additions, hence the same bits, and no vector registers.",
    },
    payoff.native {
      name = "c-lanes", library = out .. "/libdot_lanes.so", symbol = "dot_product",
      signature = signature, build = make("c-lanes"),
      teaches = "Sixteen sums side by side: another order of additions, other last bits.",
    },
    payoff.python {
      name = "c-ext", module = "dot_ext", func = "dot_product", path = out,
      build = make("capi", "python headers"),
      teaches = "The buffer protocol passes an address: its cost does not depend on the length.",
    },
    payoff.python {
      name = "ctypes-buffer", module = "ctypes_buffer", func = "dot_product", path = out,
      binding = "ctypes", crosses = "once",
      build = make("ctypes-buffer"),
      teaches = "ctypes can pass the array's own memory, too: a slower call, and no conversion.",
    },
    payoff.python {
      name = "ctypes-copy", module = "ctypes_copy", func = "dot_product", path = out,
      binding = "ctypes", crosses = "once",
      build = make("ctypes-copy"),
      teaches = "Converted element by element: the boundary costs more than the work.",
    },
  },
  sizes = size > 0 and { size } or { 10, 100, 1000, 10000 },
  workload = function(length) return { { array_of(length, 1), array_of(length, 2) } } end,
  check = { tolerance = { relative = 1e-12 } },
  metrics = { "ipc", "os" },
  budget = 20,
}
