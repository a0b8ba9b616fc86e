-- clamp: many tiny calls. The boundary costs more than the work; where it is drawn decides.
--
--   payoff run scripts/clamp.lua
--
-- The size is the number of integers in the list.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local kernel = "../kernel/clamp"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

local function list_of(length)
  local numbers, seed = {}, 1
  for i = 1, length do
    seed = seed * 6364136223846793005 + 1442695040888963407
    numbers[i] = (seed >> 33) % 1000
  end
  return payoff.list(numbers)
end

return payoff.experiment {
  name = "clamp",
  title = "clamp: many tiny calls",
  reference = payoff.python {
    name = "python", module = "reference", func = "clamp_all", path = kernel,
    teaches = "A Python function called once per number: most of the time is the call.",
  },
  subjects = {
    payoff.python {
      name = "inline", module = "inline", func = "clamp_all", path = kernel, binding = "none",
      teaches = "The same in Python without the call: what a port of the small function must beat.",
    },
    payoff.python {
      name = "ctypes-each", module = "ctypes_each", func = "clamp_all", path = out,
      binding = "ctypes", crosses = "per element",
      build = make("ctypes"),
      teaches = "The small function in C through ctypes: each call costs more than it saves.",
    },
    payoff.python {
      name = "c-ext-each", module = "ext_each", func = "clamp_all", path = out,
      binding = "c-api", crosses = "per element",
      build = make("capi-each", "python headers"),
      teaches = "The small function from a C extension: the cheapest crossing, once per number.",
    },
    payoff.python {
      name = "c-ext-whole", module = "clamp_ext", func = "clamp_all", path = out,
      build = make("capi", "python headers"),
      teaches = "The loop goes along: one crossing for all. The numbers stay Python's objects.",
    },
  },
  sizes = size > 0 and { size } or { 1, 10, 100, 1000, 10000 },
  workload = function(length) return { { list_of(length), 250, 750 } } end,
  -- ctypes-each cuts what is larger, in silence; without this line, verify says so.
  check = { bits = 64 },
  metrics = { "ipc", "branches", "os" },
  budget = 20,
}
