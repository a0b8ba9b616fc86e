-- steady: the environment in which a simulated subject runs: the same each time, to the byte.
--
--   local env, reason = steady.environment(subject, { PAYOFF_SIMULATOR = path })
--
-- What moves counts from run to run, and what is done about it here:
--
-- hash seed        PYTHONHASHSEED=0
-- random bytes     getrandom and its like give the same bytes each time (workers/steady.h)
-- environment      a subject finds a handful of variables, and padding that makes them as many and
--                  as long for every user, so that the stack begins at the same place
-- .pyc files       not written: what one process leaves, the next would read
-- addresses        Valgrind gives a program the same ones each time, whatever the kernel would do
--
-- Not held still: clocks, process numbers, files, the network; whoever looks at them may differ.

local assets = require "payoff.native.assets"
local kept = require "payoff.run.kept"
local sys = require "payoff.native.sys"

local steady = {}

-- What a subject may need to be found at all; the rest of the caller's environment stays outside.
local needed = { "PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV",
  "VALGRIND_LIB" }

local variables, bytes = 32, 4096 -- in all, or a multiple of them

local function rounded(n, unit) return (n + unit - 1) // unit * unit end

-- Fills up with PAYOFF_PAD_01=… until there are so many variables and bytes.
local function pad(env)
  local count, length = 0, 0
  for name, value in pairs(env) do count, length = count + 1, length + #name + #value + 2 end
  local more = rounded(count + 1, variables) - count
  local empty = #"PAYOFF_PAD_01=" + 1
  local filler = rounded(length + more * empty, bytes) - length - more * empty
  for i = 1, more do env[("PAYOFF_PAD_%02d"):format(i)] = i == 1 and ("x"):rep(filler) or "" end
  return env
end

function steady.environment(subject, extra)
  local own, env = sys.environ(), {}
  for _, name in ipairs(needed) do env[name] = own[name] end
  env.LANG, env.PYTHONHASHSEED, env.PYTHONDONTWRITEBYTECODE = "C.UTF-8", "0", "1"
  env.PAYOFF_STEADY = "1"
  for name, value in pairs(subject.env or {}) do env[name] = tostring(value) end
  for name, value in pairs(extra or {}) do env[name] = value end
  local preload, reason = kept.file("steady.so", assets.read("workers/steady.so"))
  if preload then
    env.LD_PRELOAD = preload .. (env.LD_PRELOAD and ":" .. env.LD_PRELOAD or "")
  end
  return pad(env), reason
end

return steady
