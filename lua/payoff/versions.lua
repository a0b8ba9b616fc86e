-- versions: what payoff is and what is linked into it.
--
--   versions.describe()
--   --> { version = "0.1.0", libraries = { {name = "Lua", version = "5.4.4"}, … } }

local counters = require "payoff.native.counters"
local sys = require "payoff.native.sys"

local versions = {}

function versions.describe()
  local libraries = {}
  local own
  for _, entry in ipairs(sys.versions()) do
    if entry.name == "payoff" then own = entry.version else libraries[#libraries + 1] = entry end
  end
  libraries[#libraries + 1] = { name = "libpfm4", version = counters.version() }
  return { version = own, libraries = libraries }
end

return versions
