-- valgrind: a worker under Valgrind, and what it counted there.
--
--   local tool, reason = valgrind.find()     --> { path = "/usr/bin/valgrind", version = "3.19.0" }
--   local guest, reason = valgrind.start(tool, launcher, subject, { way = "bracket" })
--   guest:call { cmd = "run", … };           -- true | nil, reason
--   guest:taken()         --> { Ir = 4021, Dr = …, files = 1 }: what came since the last call
--   guest:total()         --> the same of the whole process, which it ends
--   guest:close()         -- ends the worker and removes its files
--
-- Valgrind translates the program and counts what it executes in user space; the same program on
-- the same input has the same count to the last digit, as long as nothing that it looks at changes
-- (payoff.run.steady). Its threads take turns: one runs at a time.

local simulated = require "payoff.run.simulated"
local steady = require "payoff.run.steady"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"
local worker = require "payoff.native.worker"

local valgrind = {}

local Guest = {}
Guest.__index = Guest
Guest.__close = function(self) self:close() end
-- Where memory ran out between two steps: the folder goes with the guest, at the latest at the end.
Guest.__gc = Guest.__close

function valgrind.find()
  local path = sys.which("valgrind")
  if not path then
    return nil, "Valgrind is not installed (package valgrind of Debian, Ubuntu and Fedora)"
  end
  local result, message = fault.ran(sys.run { argv = { path, "--version" }, timeout_s = 60 })
  local version = result and result.exit == 0 and result.stdout:match("^valgrind%-(%S+)")
  if not version then
    return nil, ("%s cannot be used: %s"):format(path, message or "it does not say its version")
  end
  return { path = path, version = version }
end

-- how.way: "bracket" (callgrind, which the worker's brackets switch on) or "difference"
-- (cachegrind, which counts whole processes). how.from_start: count from the start of the process,
-- and follow programs that it starts.
local function command(tool, how, folder)
  local callgrind = how.way == "bracket"
  local argv = { tool.path, "-q", callgrind and "--tool=callgrind" or "--tool=cachegrind" }
  local function add(...) argv[#argv + 1] = string.format(...) end
  add("--%s-out-file=%s/out.%%p", callgrind and "callgrind" or "cachegrind", folder)
  if callgrind then add("--instr-atstart=%s", how.from_start and "yes" or "no") end
  add("--cache-sim=%s", how.cache and "yes" or "no")
  add("--branch-sim=%s", how.branch and "yes" or "no")
  add("--trace-children=%s", how.from_start and "yes" or "no")
  -- The geometry alone would already switch the caches on.
  for _, option in ipairs(how.cache and simulated.geometry or {}) do add("%s", option) end
  return argv
end

-- guest | nil, reason, code
function valgrind.start(tool, launcher, subject, how)
  local spec, message = launcher:spec(subject)
  if not spec then return nil, message end
  local guest = setmetatable({ folder = false, timeout_s = how.timeout_s, seen = {} }, Guest)
  guest.folder, message = sys.scratch("valgrind") -- a name of always the same length
  if not guest.folder then return nil, message end
  local argv = command(tool, how, guest.folder)
  table.move(spec.argv, 1, #spec.argv, #argv + 1, argv)
  -- A limit of the address space would be Valgrind's, which needs several times the subject's, and
  -- an image would be run in place of Valgrind.
  spec.argv, spec.memory_bytes, spec.image = argv, nil, nil
  spec.env = steady.environment(subject, { PAYOFF_SIMULATOR = how.extension })
  spec.timeout_s = 120
  local code
  guest.process, message, code = worker.start(spec)
  if not guest.process then
    guest:close()
    return nil, message, code
  end
  return guest
end

-- Valgrind ends a program at an instruction that it does not know with SIGILL.
function Guest:explain(message)
  local illegal = message and message:find("SIGILL", 1, true)
  if not illegal and not self.process:alive() then
    illegal = self.process:stop(1).signal_name == "SIGILL"
  end
  return illegal and "it uses instructions that Valgrind does not know (AVX-512?): build it for an "
    .. "older CPU, for example with -march=x86-64-v3, to have it counted" or message
end

function Guest:call(message)
  local reply, why, code = self.process:call(message, self.timeout_s)
  if reply then return reply end
  return nil, self:explain(why), code
end

function Guest:results()
  local results, why, code = self.process:results(self.timeout_s)
  if results then return results end
  return nil, self:explain(why), code
end

-- The numbers of one file: the names stand in a line "events:", what was counted in "totals:" or
-- "summary:".
local function parse(text)
  local names = text and text:match("\nevents: ([^\n]+)")
  local numbers = text and (text:match("\ntotals: ([^\n]+)") or text:match("\nsummary: ([^\n]+)"))
  if not names or not numbers then return nil end
  local columns, each = {}, numbers:gmatch("%d+")
  -- Zeros at the end of the line are left out.
  for name in names:gmatch("%S+") do columns[name] = math.tointeger(tonumber(each() or 0)) end
  return columns
end

-- The sum over all files that are new: of all processes that have written one.
function Guest:taken()
  local sum, files = {}, 0
  for _, name in ipairs(sys.list(self.folder) or {}) do
    if not self.seen[name] then
      self.seen[name] = true
      local columns = parse(sys.read_file(self.folder .. "/" .. name))
      if columns then
        simulated.add(sum, columns)
        files = files + 1
      end
    end
  end
  return sum, files
end

-- Valgrind does not say that it could not write: "" where there is room, or why there is none.
function Guest:no_room()
  local ok, message = sys.write_file(self.folder .. "/room", ("x"):rep(65536))
  return ok and "" or ": " .. tostring(message)
end

-- Ends the process in an orderly way; nil, reason when it does not.
function Guest:total()
  local ending = self.process:stop(120)
  if ending.killed or ending.exit ~= 0 then
    return nil, "its process did not end in an orderly way"
  end
  local sum, files = self:taken()
  if files == 0 then return nil, "Valgrind wrote no counts" .. self:no_room() end
  return sum
end

function Guest:close()
  local process, folder = self.process, self.folder
  if process then
    self.process = nil
    pcall(process.stop, process, 1) -- the folder goes, whatever becomes of this
  end
  if folder then
    for _, name in ipairs(sys.list(folder) or {}) do sys.remove(folder .. "/" .. name) end
    if sys.remove(folder) then self.folder = false end
  end
end

return valgrind
