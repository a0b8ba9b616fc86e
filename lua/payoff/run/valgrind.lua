-- valgrind: a worker under Valgrind, and how many instructions it executed.
--
--   local tool, reason = valgrind.find()     --> { path = "/usr/bin/valgrind", version = "3.19.0" }
--   local guest, reason = valgrind.start(tool, "callgrind", launcher, subject, 120)
--   guest.process:call { … };  guest.process:stop(60)
--   guest:brackets()      --> { 11, 4021, … }: per bracket of the worker (callgrind alone)
--   guest:total()         --> 51234567: of the whole process (cachegrind alone)
--   guest:close()         -- ends the worker and removes its files
--
-- Valgrind translates the program and counts each instruction that it executes in user space; the
-- same program on the same input has the same count to the last digit, as long as nothing that it
-- looks at changes: the environment, the hash seed, clocks, files. The environment is fixed here.

local sys = require "payoff.native.sys"
local worker = require "payoff.native.worker"

local valgrind = {}

local Guest = {}
Guest.__index = Guest
Guest.__close = function(self) self:close() end

-- What a subject may need to be found at all; the rest of the caller's environment stays outside.
local kept = { "PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV",
  "VALGRIND_LIB" }

local function environment(subject)
  local own, env = sys.environ(), {}
  for _, name in ipairs(kept) do env[name] = own[name] end
  -- A .pyc file that one process writes and the next one reads would be part of their difference.
  env.LANG, env.PYTHONHASHSEED, env.PYTHONDONTWRITEBYTECODE = "C.UTF-8", "0", "1"
  env.PAYOFF_STEADY = "1"
  for name, value in pairs(subject.env or {}) do env[name] = tostring(value) end
  return env
end

-- The cache is not simulated, so its geometry cannot matter; "collect-atstart" is switched on by
-- the worker's brackets (profiler/workers/native/simulator.h).
local options = {
  callgrind = { "--collect-atstart=no", "--callgrind-out-file=%s/out.%%p" },
  cachegrind = { "--cache-sim=no", "--branch-sim=no", "--cachegrind-out-file=%s/out.%%p" },
}

function valgrind.find()
  local path = sys.which("valgrind")
  if not path then
    return nil, "Valgrind is not installed (package valgrind of Debian, Ubuntu and Fedora)"
  end
  local result, message = sys.run { argv = { path, "--version" }, timeout_s = 60 }
  local version = result and result.exit == 0 and result.stdout:match("^valgrind%-(%S+)")
  if not version then
    return nil, ("%s cannot be used: %s"):format(path, message or "it does not say its version")
  end
  return { path = path, version = version }
end

local function scratch_folder()
  local base = sys.environ().TMPDIR
  local path = ("%s/payoff-%d-%x"):format(base and base ~= "" and base or "/tmp", sys.pid(),
    sys.random_seed())
  local made, message = sys.mkdirs(path)
  if not made then return nil, message end
  return path
end

-- guest | nil, reason, code
function valgrind.start(tool, name, launcher, subject, timeout_s)
  local spec, message = launcher:spec(subject)
  if not spec then return nil, message end
  local folder, code
  folder, message = scratch_folder()
  if not folder then return nil, message end
  local argv = { tool.path, "-q", "--tool=" .. name }
  for _, option in ipairs(options[name]) do argv[#argv + 1] = option:format(folder) end
  table.move(spec.argv, 1, #spec.argv, #argv + 1, argv)
  -- A limit of the address space would be Valgrind's, which needs several times the subject's.
  spec.argv, spec.env, spec.memory_bytes = argv, environment(subject), nil
  spec.timeout_s = timeout_s
  local guest = setmetatable({ folder = folder, name = name }, Guest)
  guest.process, message, code = worker.start(spec)
  if not guest.process then
    guest:close()
    return nil, message, code
  end
  guest.pid = guest.process:pid()
  return guest
end

-- Valgrind ends a program at an instruction that it does not know with SIGILL.
function Guest:why_it_ended()
  local ending = self.process:stop(1)
  if ending.signal_name ~= "SIGILL" then return nil end
  return "it uses instructions that Valgrind does not know (AVX-512?): build it for an older CPU, "
    .. "for example with -march=x86-64-v3, to have it counted"
end

function Guest:read(suffix, pattern)
  local text, message = sys.read_file(("%s/out.%d%s"):format(self.folder, self.pid, suffix))
  if not text then return nil, message end
  local count = math.tointeger(tonumber(text:match(pattern)))
  if not count then return nil, ("%s wrote no count"):format(self.name) end
  return count
end

function Guest:brackets()
  local list, part = {}, 1
  while true do
    local count = self:read("." .. part, "\ntotals: (%d+)")
    if not count then return list end
    list[part], part = count, part + 1
  end
end

-- Known when the process has ended.
function Guest:total() return self:read("", "\nsummary: (%d+)") end

function Guest:close()
  if self.process then
    self.process:stop(1)
    self.process = nil
  end
  for _, name in ipairs(sys.list(self.folder) or {}) do sys.remove(self.folder .. "/" .. name) end
  sys.remove(self.folder)
end

return valgrind
