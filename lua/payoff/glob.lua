-- glob: names chosen by patterns as in a shell; only * and ? are special.
--
--   glob.matches("rust-*", "rust-ext")     --> true

local glob = {}

function glob.matches(pattern, name)
  local text = pattern:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
  return name:find("^" .. text .. "$") ~= nil
end

return glob
