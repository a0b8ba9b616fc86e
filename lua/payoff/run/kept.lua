-- kept: files that payoff makes once and finds again, in the user's cache folder.
--
--   local path, reason = kept.file("steady.so", text)
--   local path, reason = kept.made("simulator.so", key, function(path) return true end)
--
-- A file's name has a digest of what it was made of, so an old one is never taken for a new one; it
-- appears under its name when it is whole, so that two runs at a time do no harm. What is made here
-- has the same path in every run: simulated counts depend on the length of such names.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local kept = {}

-- FNV-1a, 64 bits: tells versions apart, keeps no secrets (Fowler, Noll & Vo 1991).
local function digest(text)
  local hash = 0xcbf29ce484222325
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001b3 end
  return ("%016x"):format(hash)
end

-- nil, reason where no folder can be written.
local function folder()
  local env = sys.environ()
  local base = env.XDG_CACHE_HOME
  if not base or not base:match("^/") then base = env.HOME and env.HOME .. "/.cache" end
  if not base then return nil, "neither HOME nor XDG_CACHE_HOME is set" end
  local path = base .. "/payoff"
  local made, message = sys.mkdirs(path)
  if not made then return nil, message end
  -- What is kept is loaded into programs: nobody else may have put it there.
  local info = sys.stat(path)
  if not info or not info.is_trusted then
    return nil, ("%s is another user's, or everybody may write to it"):format(path)
  end
  return path
end

-- make(path) writes the file and returns true, or nil and why not.
function kept.made(name, key, make)
  local home, reason = folder()
  if not home then return nil, "there is no place to keep files: " .. reason end
  local path = ("%s/%s-%s"):format(home, digest(key), name)
  if sys.stat(path) then return path end
  local fresh = ("%s.%d"):format(path, sys.pid())
  local made, why = make(fresh)
  if made then
    local moved = sys.run { argv = { "mv", "-f", fresh, path }, timeout_s = 60 }
    if moved and moved.cancelled then sys.remove(fresh) end
    fault.ran(moved)
    if not moved or moved.exit ~= 0 then made, why = nil, "cannot write " .. path end
  end
  if not made then
    sys.remove(fresh)
    return nil, why
  end
  return path
end

function kept.file(name, text)
  return kept.made(name, text, function(path) return sys.write_file(path, text) end)
end

return kept
