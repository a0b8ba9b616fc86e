-- escape_html: strings, where Python's own methods are C already and a port can save passes.
--
--   payoff run scripts/escape_html.lua
--   payoff run scripts/escape_html.lua --set every=1000     hardly anything to escape
--
-- The size is the length of the text in characters; one in `every` of its words needs escaping.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local every = payoff.setting("every", 5)
local kernel = "../kernel/escape_html"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

local plain = { "the", "page", "of", "a", "long", "report", "says", "nothing", "new", "about" }
local special = { "<b>bold</b>", "R&D", "'quoted'", '"so"', "a<b", "x>y" }

local function text_of(length)
  local words, characters, i = {}, 0, 0
  while characters < length do
    i = i + 1
    words[i] = i % every == 0 and special[i // every % #special + 1] or plain[i % #plain + 1]
    characters = characters + #words[i] + 1
  end
  return table.concat(words, " "):sub(1, length)
end

return payoff.experiment {
  name = "escape_html",
  title = "escape_html: strings whose methods are C already",
  reference = payoff.python {
    name = "python", module = "reference", func = "escape_html", path = kernel,
    teaches = "Five str.replace, as in the standard library: five searches in C.",
  },
  subjects = {
    payoff.python {
      name = "translate", module = "translate", func = "escape_html", path = kernel,
      binding = "none",
      teaches = "One pass is not always better than five: it depends on what the pass does.",
    },
    payoff.python {
      name = "cython", module = "escape_cython", func = "escape_html", path = out,
      build = make("cython", "cython|cython3", "python headers"),
      teaches = "One pass with types; but each piece of the text becomes an object on the way.",
    },
    payoff.python {
      name = "c-ext", module = "escape_ext", func = "escape_html", path = out,
      build = make("capi", "python headers"),
      teaches = "One pass to count and one to write, on the string's own memory: no piece is made.",
    },
  },
  sizes = size > 0 and { size } or { 10, 100, 1000, 10000, 100000 },
  workload = function(length) return { { text_of(length) } } end,
  metrics = { "ipc", "branches", "os" },
  budget = 20,
}
