-- tour: every kernel that comes with payoff, from those where a port never pays off to those where
-- it always does.
--
--   payoff run scripts/tour.lua                              about four minutes, and the builds
--   payoff run scripts/tour.lua --only sieve --only 'word_*'
--
-- Prints the landscape and writes payoff-reports/tour.html, a page for every kernel beside it.

local payoff = require "payoff"

return payoff.tour {
  name = "tour",
  title = "Where does a port pay off?",
  budget = 240,
  payoff.load "wait_reply.lua",
  payoff.load "trimmed_sum.lua",
  payoff.load "clamp.lua",
  payoff.load "pointer_chase.lua",
  payoff.load "word_count.lua",
  payoff.load "escape_html.lua",
  payoff.load "dot_product.lua",
  payoff.load "sieve.lua",
  payoff.load("cpu_intensive.lua", { steps = 200000 }),
}
