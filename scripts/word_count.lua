-- word_count: strings, a dict and integers; a port gains little until it leaves them.
--
--   payoff run scripts/word_count.lua
--   payoff run scripts/word_count.lua --set distinct=100000 --set size=200000
--
-- The size is the number of words in the text; there are at most `distinct` different ones.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local distinct = payoff.setting("distinct", 2000)
local kernel = "../kernel/word_count"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

-- As in a language, some words are frequent: the square of a random share favours small numbers.
local function text_of(length)
  local words, seed = {}, 1
  for i = 1, length do
    seed = seed * 6364136223846793005 + 1442695040888963407
    local share = (seed >> 11) * 2.0 ^ -53
    words[i] = ("word%x"):format(math.floor(distinct * share * share) * 2654435761 % 1048576)
  end
  return table.concat(words, " ")
end

return payoff.experiment {
  name = "word_count",
  title = "word_count: a dict of words",
  reference = payoff.python {
    name = "python", module = "reference", func = "word_count", path = kernel,
    teaches = "split() is C already; the loop around the dict is not.",
  },
  subjects = {
    payoff.python {
      name = "counter", module = "counter", func = "word_count", path = kernel, binding = "none",
      teaches = "The standard library has the port: look there first.",
    },
    payoff.python {
      name = "cython", module = "words_cython", func = "word_count", path = out,
      build = make("cython", "cython|cython3", "python headers"),
      teaches = "The interpreter's loop is gone; every object it handled is still there.",
    },
    payoff.python {
      name = "c-dict", module = "words_ext", func = "word_count", path = out,
      build = make("capi", "python headers"),
      teaches = "By hand in C on the same objects: the same cost, more lines.",
    },
    payoff.python {
      name = "c-table", module = "words_ext", func = "word_count_table", path = out,
      build = make("capi", "python headers"),
      teaches = "A table of C's own; objects are made once per distinct word, at the end.",
    },
  },
  sizes = size > 0 and { size } or { 10, 100, 1000, 10000, 100000 },
  workload = function(length) return { { text_of(length) } } end,
  metrics = { "ipc", "cache", "os" },
  budget = 20,
}
