-- doctor: what this machine can measure and how well: findings as data.
--
--   for _, finding in ipairs(doctor.examine(machine.describe(), probes)) do print(finding.text) end
--   --> { topic = "turbo", level = "ok" | "caution" | "blocks" | "unknown", text, remedy }
--
-- Pure: facts in, findings out; nothing is read and nothing is changed here. A fact that is not
-- known has the level "unknown"; it is never taken for good news.

local units = require "payoff.units"

local doctor = {}

local function finding(topic, level, text, remedy)
  return { topic = topic, level = level, text = text, remedy = remedy }
end

local function unknown(topic, what)
  return finding(topic, "unknown", what .. " cannot be read here")
end

-- One function per question, in the order of the page; each returns a finding.
local examine = {}

function examine.cpu(facts)
  local cpu = facts.cpu or {}
  local text = ("%s, %s"):format(cpu.model or "processor of unknown model",
    cpu.architecture or "unknown architecture")
  if cpu.types and #cpu.types > 1 then
    return finding("processor", "caution", text .. ": its cores differ; where a sample ran matters",
      "taskset -c 0 payoff run … keeps a run on one kind of core")
  end
  return finding("processor", "ok", text)
end

function examine.cores(facts)
  local cpu, usable = facts.cpu or {}, facts.cpus_usable
  if not usable then return unknown("cores", "the number of usable cores") end
  local text = ("%d usable"):format(usable)
  if cpu.cores and cpu.threads then
    text = text .. (" of %d cores with %d hardware threads"):format(cpu.cores, cpu.threads)
  end
  if usable == 1 then
    return finding("cores", "caution", text .. ": payoff and its workers take turns on one core")
  end
  return finding("cores", "ok", text)
end

function examine.smt(facts)
  if facts.smt == nil then return unknown("SMT", "whether cores run two threads each") end
  if facts.smt then
    return finding("SMT", "caution", "on: two threads of one core slow each other down",
      "echo off | sudo tee /sys/devices/system/cpu/smt/control")
  end
  return finding("SMT", "ok", "off, or each thread has a core of its own")
end

function examine.governor(facts)
  if not facts.governor then return unknown("governor", "the frequency governor") end
  if facts.governor ~= "performance" then
    return finding("governor", "caution", facts.governor .. ": the clock follows the load",
      "sudo cpupower frequency-set -g performance")
  end
  return finding("governor", "ok", facts.governor)
end

function examine.turbo(facts)
  if facts.turbo == nil then return unknown("turbo", "whether the clock can be boosted") end
  if facts.turbo then
    return finding("turbo", "caution", "on: the clock depends on heat and on the other cores",
      facts.frequency_driver == "intel_pstate"
        and "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
        or "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost")
  end
  return finding("turbo", "ok", "off")
end

function examine.frequency(facts)
  if not facts.frequency_now_hz then return unknown("frequency", "the clock frequency") end
  return finding("frequency", "ok", ("%.2f GHz now"):format(facts.frequency_now_hz / 1e9))
end

function examine.virtual(facts)
  local kind = facts.virtual_machine
  if not kind then return unknown("virtual machine", "whether this is a virtual machine") end
  if kind == "none" then return finding("virtual machine", "ok", "no: bare metal") end
  return finding("virtual machine", "caution", kind
    .. ": neighbours share the hardware; compare only what was measured in one run")
end

function examine.steal(_, probes)
  local share = probes.steal_share
  if not share then return unknown("steal", "the time that the host takes away") end
  local text = ("%s of the last %s taken by the host"):format(units.percent(share),
    units.time(probes.steal_span_ns))
  return finding("steal", share > 0.01 and "caution" or "ok", text)
end

function examine.load(facts)
  local load, usable = facts.load and facts.load[1], facts.cpus_usable
  if not load then return unknown("load", "the load") end
  local text = ("%.1f over the last minute"):format(load)
  if usable and load > usable / 4 then
    return finding("load", "caution", text .. ": something else is running",
      "ps aux --sort=-%cpu | head shows what")
  end
  return finding("load", "ok", text)
end

function examine.aslr(facts)
  if not facts.aslr then return unknown("ASLR", "address space randomisation") end
  return finding("ASLR", "ok", facts.aslr == 0
    and "off: every process has the same layout, lucky or not"
    or "on: layout is sampled from process to process, as it should be")
end

function examine.huge_pages(facts)
  if not facts.huge_pages then return unknown("huge pages", "the setting") end
  return finding("huge pages", "ok", "transparent huge pages: " .. facts.huge_pages)
end

function examine.swap(facts)
  local total, free = facts.swap_bytes, facts.swap_free_bytes
  if not total or not free then return unknown("swap", "the use of swap") end
  if total == 0 or total == free then return finding("swap", "ok", "none in use") end
  return finding("swap", "caution", units.bytes(total - free) .. " in use: memory is short")
end

function examine.limits(facts)
  local parts = {}
  if facts.cpus_limit then parts[#parts + 1] = ("%g CPUs"):format(facts.cpus_limit) end
  if facts.memory_limit_bytes then
    parts[#parts + 1] = units.bytes(facts.memory_limit_bytes) .. " of memory"
  end
  if #parts == 0 then return finding("limits", "ok", "no limit of CPU or memory by a cgroup") end
  return finding("limits", facts.cpus_limit and "caution" or "ok", "the cgroup allows "
    .. table.concat(parts, " and "))
end

function examine.container(facts)
  if not facts.container then return finding("container", "ok", "none seen") end
  return finding("container", "ok", facts.container)
end

function examine.paranoid(facts)
  local level = facts.perf_event_paranoid
  if not level then
    -- Every kernel tells of ASLR in the same folder: where that cannot be read, nothing there can.
    if not facts.aslr then return unknown("perf rights", "perf_event_paranoid") end
    return finding("perf rights", "blocks", "the kernel offers no perf_event_open")
  end
  local text = ("perf_event_paranoid is %d"):format(level)
  if facts.cap_perfmon or facts.cap_sys_admin then
    return finding("perf rights", "ok", text .. "; this user may count everything (CAP_PERFMON)")
  end
  if level > 2 then
    return finding("perf rights", "blocks", text .. ": nothing may be counted",
      "sudo sysctl kernel.perf_event_paranoid=1")
  elseif level == 2 then
    return finding("perf rights", "caution", text .. ": user space only; no context switches",
      "sudo sysctl kernel.perf_event_paranoid=1")
  end
  return finding("perf rights", "ok", text)
end

function examine.seccomp(facts)
  if not facts.seccomp then return unknown("seccomp", "the filter of system calls") end
  if facts.seccomp == "off" then return finding("seccomp", "ok", "no filter of system calls") end
  return finding("seccomp", "caution", facts.seccomp
    .. ": a filter may refuse perf_event_open, as containers do")
end

function examine.counters(_, probes)
  local probe = probes.instructions
  if not probe then return unknown("hardware counters", "whether they count") end
  if probe.state == "exact" then
    return finding("hardware counters", "ok", "they count here, as " .. probe.name)
  end
  return finding("hardware counters", "blocks", probe.reason or probe.state)
end

function examine.watchdog(facts)
  if facts.nmi_watchdog == nil then return unknown("NMI watchdog", "the watchdog") end
  if facts.nmi_watchdog then
    return finding("NMI watchdog", "caution", "on: it holds one hardware counter",
      "sudo sysctl kernel.nmi_watchdog=0")
  end
  return finding("NMI watchdog", "ok", "off")
end

function examine.clock(facts)
  if not facts.clocksource then return unknown("clock", "the clock source") end
  local fast = {
    tsc = true, arch_sys_counter = true, ["kvm-clock"] = true, hyperv_clocksource_tsc_page = true,
  }
  if fast[facts.clocksource] then return finding("clock", "ok", facts.clocksource) end
  return finding("clock", "caution", facts.clocksource .. ": reading it takes a system call")
end

function examine.python(_, probes)
  if #probes.pythons == 0 then
    return finding("Python", "blocks", "no interpreter found on the PATH",
      "apt-get install python3")
  end
  local names = {}
  for i, python in ipairs(probes.pythons) do names[i] = python.name end
  return finding("Python", "ok", table.concat(names, ", "))
end

local order = {
  "cpu", "cores", "smt", "governor", "turbo", "frequency", "virtual", "steal", "load", "aslr",
  "huge_pages", "swap", "limits", "container", "paranoid", "seccomp", "counters", "watchdog",
  "clock", "python",
}

function doctor.examine(facts, probes)
  local list = {}
  for i, name in ipairs(order) do list[i] = examine[name](facts, probes) end
  return list
end

return doctor
