-- sieve: branches and small integers, where every port wins; and a better Python, which does, too.
--
--   payoff run scripts/sieve.lua
--   payoff run scripts/sieve.lua --set size=1000000 --only cython --only c
--
-- The size is the limit below which primes are counted: the work grows nearly in step with it.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local kernel = "../kernel/sieve"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

return payoff.experiment {
  name = "sieve",
  title = "sieve: counting primes, branches and small integers",
  reference = payoff.python {
    name = "python", module = "reference", func = "sieve", path = kernel,
    teaches = "An object for every index and a look-up for every step.",
  },
  subjects = {
    payoff.python {
      name = "slices", module = "slices", func = "sieve", path = kernel, binding = "none",
      teaches = "No port at all: the same sieve in Python that leaves the inner loop to a slice.",
    },
    payoff.python {
      name = "cython-unchanged", module = "sieve_unchanged", func = "sieve", path = out,
      build = make("cython-unchanged", "cython|cython3", "python headers"),
      teaches = "Compiling the Python file as it is: the interpreter goes, the objects stay.",
    },
    payoff.python {
      name = "cython", module = "sieve_cython", func = "sieve", path = out,
      build = make("cython", "cython|cython3", "python headers"),
      teaches = "The same lines with types: now it is C, and Python still allocates the array.",
    },
    payoff.native {
      name = "c", library = out .. "/libsieve.so", symbol = "sieve", signature = "int64(int64)",
      build = make("c"),
      teaches = "C without Python: the floor. Memory has to be asked for, and given back.",
    },
    payoff.native {
      name = "rust", library = out .. "/libsieve_rust.so", symbol = "sieve",
      signature = "int64(int64)", build = make("rust", "rustc"),
      teaches = "Rust checks every index, and the loop hardly notices.",
    },
  },
  sizes = size > 0 and { size } or { 10, 100, 1000, 10000, 100000 },
  workload = function(limit) return { { limit } } end,
  metrics = { "ipc", "branches", "os" },
  budget = 20,
}
