-- heapq: a pair of the standard library as its user would compare it: written in Python, and in C.
--
--   payoff verify scripts/heapq.lua      is the C module right?
--   payoff run scripts/heapq.lua         and where does it pay off?
--
-- heapq_pair.py imports heapq without `_heapq` for the reference. The heap is an argument that both
-- change: `verify` compares what became of it, too. The size is that of the heap.

local payoff = require "payoff"

local size = payoff.setting("size", 0)

-- A list of n numbers without order: a generator of Lehmer's.
local function numbers(n, seed)
  local out, state = {}, seed
  for i = 1, n do
    state = state * 48271 % 2147483647
    out[i] = state % 100000
  end
  return out
end

return payoff.experiment {
  name = "heapq",
  title = "heapq: a module of the standard library, in Python and in C",
  reference = payoff.python {
    name = "python", file = "heapq_pair.py", func = "through_python",
    teaches = "heapq.py as it is written: each comparison and each move is a step of bytecode.",
  },
  subjects = {
    payoff.python {
      name = "c-module", file = "heapq_pair.py", func = "through_c",
      teaches = "The same algorithm in C; the items stay Python's, and are compared by Python.",
    },
  },
  sizes = size > 0 and { size } or { 10, 1000, 30000 },
  workload = function(n) return { { numbers(n, 7), numbers(n, 11) } } end,
  budget = 20,
}
