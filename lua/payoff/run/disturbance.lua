-- disturbance: what slows a CPU, or keeps a process from its memory, during a sample: frequency,
-- throttling, migrations, swapping. payoff.run.noise reads it beside what others did.
--
--   local watch = disturbance.new()            -- or new(read) with a reader of files, for tests
--   local before = watch:read(pid, cpu)        -- cpu: the one it is pinned to; nil: none
--   … the sample …
--   watch:between(before, watch:read(pid, cpu), sample.noise)
--   watch.reader("/proc/stat", 512)            -- reads other files as it does: payoff.run.gauges
--   disturbance.judge(sample, cell)            --> nil | "why it is suspect"
--   watch:sources(cpu)   --> { {what = "frequency", known = false, reason = "…"}, … }
--
-- A sample is marked when, while it was taken,
--   1. the processor counted that it throttled itself, or the container's CPU limit stopped it;
--   2. its CPU ran at less than nine tenths of the highest frequency seen after samples of this
--      cell before (the frequency while a CPU rests says nothing);
--   3. the worker waited for its memory or a file to come from the disk (major page faults), or the
--      machine moved pages to or from swap;
--   4. a serial worker was moved between CPUs, more often than once in 100 ms.
-- What the machine does not show is unknown, and said once for the run.

local gauges = require "payoff.run.gauges"

local disturbance = {}

disturbance.frequency_share = 0.9
disturbance.migrations_per_s = 10

local Watch = {}
Watch.__index = Watch

local function default_reader()
  local kept = gauges.new(require("payoff.native.machine").gauge,
    require("payoff.native.sys").read_file)
  return function(path, most) return kept:read(path, most) end
end

-- The CPU bookkeeping of our own container: version 2, then 1; its host's path or the mounted root.
local function find_group(read)
  local text = read("/proc/self/cgroup") or ""
  local path = text:match("0::(/[^\n]*)") or text:match(":cpu[^:\n]*:(/[^\n]*)") or ""
  for _, place in ipairs { path, "/cpu" .. path, "", "/cpu" } do
    local name = ("/sys/fs/cgroup%s/cpu.stat"):format(place):gsub("//", "/")
    local content = read(name)
    if content and content:find("nr_throttled") then return name end
  end
end

function disturbance.new(read)
  local self = setmetatable({
    reader = read or default_reader(), missing = {}, highest = {},
  }, Watch)
  self.group = find_group(self.reader)
  local swap = (self.reader("/proc/meminfo") or ""):match("SwapTotal:%s*(%d+)")
  self.has_swap = swap and tonumber(swap) > 0 -- nil: not known
  return self
end

-- A file of the system that may not be there; what is missing once is not asked for again.
function Watch:file(path)
  if self.missing[path] then return nil end
  local text = self.reader(path)
  if not text then self.missing[path] = true end
  return text
end

local function number(text) return text and math.tointeger(tonumber(text:match("%d+"))) end

local function cpu_file(cpu, name) return ("/sys/devices/system/cpu/cpu%d/%s"):format(cpu, name) end

function Watch:throttles(cpu)
  local core = number(self:file(cpu_file(cpu, "thermal_throttle/core_throttle_count")))
  local package = number(self:file(cpu_file(cpu, "thermal_throttle/package_throttle_count")))
  return (core or package) and (core or 0) + (package or 0)
end

-- /proc/PID/stat: fields count from behind the name, which may hold anything.
local function major_faults(text)
  local own, children = (text or ""):match("^.*%) %S %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+)")
  return own and math.tointeger(tonumber(own)) + math.tointeger(tonumber(children))
end

-- Field 39: the CPU on which its first thread was last.
local last_cpu_at = "^.*%)" .. (" %S+"):rep(36) .. " (%d+)"
local function last_cpu(text) return number((text or ""):match(last_cpu_at)) end

disturbance.major_faults = major_faults

function Watch:read(pid, cpu)
  local out = {}
  local stat = self.reader(("/proc/%d/stat"):format(pid))
  out.major_faults = major_faults(stat)
  -- What is pinned can only have moved if it is elsewhere now: the count is in the dearest file.
  out.at_home = cpu and last_cpu(stat) == cpu
  if not out.at_home then
    out.migrations = number((self.reader(("/proc/%d/sched"):format(pid)) or "")
      :match("nr_migrations%s*:%s*(%d+)"))
  end
  out.limited = number((self.group and self:file(self.group) or ""):match("nr_throttled (%d+)"))
  if self.has_swap then
    local text = self:file("/proc/vmstat") or ""
    local into, from = text:match("pswpin (%d+)"), text:match("pswpout (%d+)")
    out.swapped = into and from and number(into) + number(from)
  elseif self.has_swap == false then
    out.swapped = 0
  end
  if cpu then
    out.khz = number(self:file(cpu_file(cpu, "cpufreq/scaling_cur_freq")))
    out.throttles = self:throttles(cpu)
  end
  return out
end

local counted = { "major_faults", "migrations", "limited", "swapped", "throttles" }

-- Adds to `seen` (sample.noise) what happened in between; what is unknown stays nil.
-- `key`: whose highest frequency it is held against, the cell.
function Watch:between(before, after, seen, key)
  for _, name in ipairs(counted) do
    local a, b = before[name], after[name]
    if a and b then seen[name] = math.max(0, b - a) end
  end
  if before.at_home or after.at_home then -- there and away, or back: once at least
    seen.migrations = before.at_home and after.at_home and 0 or 1
  end
  seen.khz = after.khz
  if after.khz and key then
    seen.khz_highest = math.max(self.highest[key] or 0, after.khz)
    self.highest[key] = seen.khz_highest
  end
  return seen
end

local function some(count) return count ~= nil and count > 0 end

function disturbance.judge(sample, cell)
  local seen = sample.noise
  if not seen then return nil end
  if some(seen.throttles) then
    return "the processor throttled itself: heat or power"
  elseif some(seen.limited) then
    return "the container's CPU limit stopped it"
  elseif seen.khz and seen.khz_highest
    and seen.khz < disturbance.frequency_share * seen.khz_highest then
    return ("its CPU ran at %.2f GHz instead of %.2f"):format(seen.khz / 1e6,
      seen.khz_highest / 1e6)
  elseif some(seen.major_faults) then
    return ("waited for the disk %d time%s (major page faults)"):format(seen.major_faults,
      seen.major_faults == 1 and "" or "s")
  elseif some(seen.swapped) then
    return "the machine moved memory to or from swap"
  elseif cell.mode == "serial" and some(seen.migrations)
    and seen.migrations > disturbance.migrations_per_s * sample.wall_ns / 1e9 then
    return ("was moved between CPUs %d time%s"):format(seen.migrations,
      seen.migrations == 1 and "" or "s")
  end
  return nil
end

-- What is watched here, and why not the rest. cpu: one that workers are pinned to.
function Watch:sources(cpu)
  local unpinned = "workers are not pinned to a CPU whose state could be read"
  local now = self:read(require("payoff.native.sys").pid(), cpu)
  local function entry(what, value, reason)
    return { what = what, known = value ~= nil, reason = value == nil and reason or nil }
  end
  return {
    entry("frequency", now.khz, cpu and "the system shows no CPU frequency (no cpufreq, as in most "
      .. "virtual machines)" or unpinned),
    entry("throttling", now.throttles, cpu and "the system counts no thermal throttling"
      or unpinned),
    entry("CPU limit", now.limited, "no CPU bookkeeping of a container is to be seen"),
    entry("major page faults", now.major_faults, "/proc/PID/stat cannot be read"),
    entry("swapping", now.swapped, "/proc/vmstat or /proc/meminfo cannot be read"),
    entry("migrations", now.migrations, "/proc/PID/sched is not there"),
  }
end

return disturbance
