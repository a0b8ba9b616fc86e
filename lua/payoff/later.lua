-- later: a module that is loaded when something of it is first used.
--
--   local engine = later "payoff.run.engine"
--   engine.run(experiment, options)            -- loads it, unless somebody has
--
-- For the modules of commands: every start of payoff defines all of them, and runs one. To read
-- and compile what the others need took 20 of the 30 ms that `payoff --version` did.

return function(name)
  return setmetatable({}, { __index = function(self, key)
    local module = require(name)
    setmetatable(self, { __index = module })
    return module[key]
  end })
end
