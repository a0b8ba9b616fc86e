-- Ports with planted costs (planted.c); tests/model/test_planted.py reads what is found of them.

local payoff = require "payoff"

local library = payoff.setting("library", "libplanted.so")

local function planted(name, modes)
  return payoff.native { name = name, library = library, symbol = name, signature = "int64(int64)",
    modes = modes }
end

local auto = payoff.setting("auto", false)

return payoff.experiment {
  name = "planted",
  reference = planted "reference",
  subjects = { planted "port", planted "always", planted "never", planted "bent" },
  sizes = auto and "auto" or { 1, 100, 150, 400, 800 },
  bounds = auto and { 1, 2000 } or nil,
  workload = function(n) return { { n } } end,
  metrics = { "os" },
  blocks = 6, samples = 2,
}
