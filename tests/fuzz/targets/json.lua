-- JSON of a stranger's: what is understood comes back the same after writing and reading.

local json = require "payoff.native.json"
local must = require "targets.must"
local values = require "payoff.native.value"

return function(bytes)
  local data, message = json.decode(bytes)
  if data == nil then return must.line(message) end
  local written = json.encode(data)
  if written then
    local again = json.decode(written) -- may be false
    assert(again ~= nil, written)
    assert(json.encode(again) == written, written)
  end
  local decoded = values.decode(bytes)
  if decoded ~= nil then values.text(decoded) end
end
