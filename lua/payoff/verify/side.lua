-- side: one subject in a process of its own, asked for outcomes one call at a time.
--
--   local side <close> = side.open(subject, { launcher = …, memory_bytes = 2 << 30 })
--   local outcome = side:ask({ "t", { "i", "0" } }, { limit_s = 2 })
--   --> { value = … } | { exception = { type =, message = } } | { argument = "cannot be passed" }
--       | { timeout = true } | { died = "was killed by SIGSEGV" }, and what else `examine` tells
--
-- A process that dies or hangs is ended and a new one started for the next call. Workers that do
-- not know `examine` are asked by `prepare`, `run` and `results`, which tells less.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"
local worker = require "payoff.native.worker"

local side = {}

local Side = {}
Side.__index = Side

local GRACE_S = 2 -- for what a worker cannot interrupt by itself

function side.open(subject, options)
  return setmetatable({
    subject = subject, launcher = options.launcher, memory_bytes = subject.memory
      or options.memory_bytes, signature = nil, plain = false, starts = 0, want = options.signature,
  }, Side)
end

local function check_cancelled(code)
  if code == "cancelled" then fault.raise("interrupted", "interrupted") end
end

-- true | nil, reason: the subject cannot be used at all.
function Side:start()
  if self.process then return true end
  local spec, reason = self.launcher:spec(self.subject, { PYTHONHASHSEED = "0" })
  if not spec then return nil, reason end
  spec.memory_bytes, spec.timeout_s = self.memory_bytes, 60
  local process, message, code = worker.start(spec)
  check_cancelled(code)
  if not process then return nil, message end
  self.process, self.starts = process, self.starts + 1
  local subject = self.launcher:load(self.subject).subject
  local command = { cmd = "load", subject = subject, signature = self.want or nil }
  local reply
  reply, message, code = process:call(command, 120)
  check_cancelled(code)
  if not reply then
    self:bury()
    return nil, message
  end
  self.signature = reply.signature or self.signature
  return true
end

local function how_it_ended(ending)
  if not ending then return "died" end
  if ending.signal_name or ending.signal then
    return ("was killed by %s"):format(ending.signal_name or ("signal %d"):format(ending.signal))
  end
  return ("ended its process, status %s"):format(tostring(ending.exit))
end

function Side:bury()
  local ending = self.process and self.process:stop(0.1)
  self.process = nil
  return ending
end

-- What became of a call that was not answered in order.
function Side:broken(message, code)
  check_cancelled(code)
  if code == "timeout" then
    self:bury()
    return { timeout = true }
  end
  local ending = self:bury()
  if ending and (ending.exit or ending.signal) and not ending.killed then
    return { died = how_it_ended(ending), stderr = ending.stderr }
  end
  return { died = message }
end

function Side:ask_plainly(task, options)
  local limit_s = (options.limit_s or 600) + GRACE_S
  local steps = {
    { cmd = "prepare", tasks = { task } },
    { cmd = "run", mode = "serial", jobs = 1, start = "warm", loops = 1 }, { cmd = "results" },
  }
  local reply
  for i, command in ipairs(steps) do
    local message, code, problem
    reply, message, code, problem = self.process:call(command, limit_s)
    if not reply then
      if not problem then return self:broken(message, code) end
      if i == 1 or problem.kind == "argument" then return { argument = problem.message } end
      return { exception = { type = problem.type or problem.kind,
                             message = problem.message or "" } }
    end
    if reply.unraisable then options.unraisable = reply.unraisable end
  end
  return { value = reply.results[1], unraisable = options.unraisable }
end

function Side:ask(task, options)
  local ok, reason = self:start()
  if not ok then return { unusable = reason } end
  local began = sys.monotonic_s()
  local outcome
  if not self.plain then
    local reply, message, code, problem = self.process:call({
      cmd = "examine", tasks = { task }, limit_s = options.limit_s,
      coverage = options.coverage or nil, sums = options.sums or nil,
    }, (options.limit_s or 600) + GRACE_S)
    if reply then
      outcome, self.coverage = reply.outcomes[1], reply.coverage or self.coverage
    elseif problem and problem.kind == "usage" then
      self.plain = true
    elseif problem then
      outcome = { argument = problem.message }
    else
      outcome = self:broken(message, code)
    end
  end
  outcome = outcome or self:ask_plainly(task, { limit_s = options.limit_s })
  outcome.seconds = sys.monotonic_s() - began
  return outcome
end

-- Resident memory of the process now, in bytes; nil if unknown.
function Side:rss_bytes()
  local text = self.process and sys.read_file(("/proc/%d/status"):format(self.process:pid()))
  local kib = text and text:match("VmRSS:%s*(%d+) kB")
  return kib and tonumber(kib) * 1024
end

-- Runs one task `loops` times; seconds, or nil.
function Side:repeat_task(task, loops, limit_s)
  if not self:start() then return nil end
  if not self.process:call({ cmd = "prepare", tasks = { task } }, limit_s) then return nil end
  local reply = self.process:call(
    { cmd = "run", mode = "serial", jobs = 1, start = "warm", loops = loops }, limit_s)
  if not reply and not self.process:alive() then self:bury() end
  return reply and reply.wall_ns / 1e9
end

function Side:close() self:bury() end
Side.__close = Side.close

return side
