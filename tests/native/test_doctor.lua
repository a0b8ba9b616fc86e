-- What doctor makes of machines that are not this one: facts in, findings out.
local check = require "check"
local doctor = require "payoff.doctor"

local quiet = { pythons = {} }

local function finding(topic, facts, probes)
  for _, one in ipairs(doctor.examine(facts, probes or quiet)) do
    if one.topic == topic then return one end
  end
end

-- topic, facts, level, what it says, what it advises
local cases = {
  { "processor", { cpu = { model = "X", types = { "big", "little" } } }, "caution", "cores differ",
    "taskset" },
  { "processor", {}, "ok", "unknown model" },
  { "cores", { cpus_usable = 1 }, "caution", "take turns" },
  { "cores", { cpus_usable = 4, cpu = { cores = 4, threads = 8 } }, "ok",
    "4 usable of 4 cores with 8" },
  { "SMT", { smt = true }, "caution", "slow each other", "smt/control" },
  { "SMT", { smt = false }, "ok", "off" },
  { "governor", { governor = "powersave" }, "caution", "powersave", "performance" },
  { "governor", { governor = "performance" }, "ok", "performance" },
  { "turbo", { turbo = true, frequency_driver = "intel_pstate" }, "caution", "on", "no_turbo" },
  { "turbo", { turbo = true, frequency_driver = "amd-pstate" }, "caution", "on", "cpufreq/boost" },
  { "turbo", { turbo = false }, "ok", "off" },
  { "frequency", { frequency_now_hz = 2.5e9 }, "ok", "2.50 GHz" },
  { "virtual machine", { virtual_machine = "none" }, "ok", "bare metal" },
  { "virtual machine", { virtual_machine = "kvm" }, "caution", "neighbours" },
  { "load", { load = { 0.1 }, cpus_usable = 4 }, "ok", "0.1" },
  { "load", { load = { 3 }, cpus_usable = 4 }, "caution", "something else", "ps aux" },
  { "ASLR", { aslr = 0 }, "ok", "same layout" },
  { "ASLR", { aslr = 2 }, "ok", "sampled" },
  { "swap", { swap_bytes = 1 << 30, swap_free_bytes = 1 << 29 }, "caution", "in use" },
  { "swap", { swap_bytes = 1 << 30, swap_free_bytes = 1 << 30 }, "ok", "none" },
  { "limits", { cpus_limit = 1.5, memory_limit_bytes = 1 << 30 }, "caution",
    "1.5 CPUs and 1024 MiB" },
  { "limits", { memory_limit_bytes = 1 << 30 }, "ok", "1024 MiB" },
  { "container", {}, "ok", "none" },
  { "perf rights", { aslr = 2 }, "blocks", "no perf_event_open" },
  { "perf rights", {}, "unknown", "perf_event_paranoid" }, -- none of /proc/sys can be read
  { "perf rights", { perf_event_paranoid = 4 }, "blocks", "nothing may be counted", "sysctl" },
  { "perf rights", { perf_event_paranoid = 2 }, "caution", "user space only", "sysctl" },
  { "perf rights", { perf_event_paranoid = 1 }, "ok", "is 1" },
  { "perf rights", { perf_event_paranoid = 4, cap_perfmon = true }, "ok", "CAP_PERFMON" },
  { "seccomp", { seccomp = "filter" }, "caution", "may refuse" },
  { "NMI watchdog", { nmi_watchdog = true }, "caution", "one hardware counter", "nmi_watchdog=0" },
  { "clock", { clocksource = "hpet" }, "caution", "system call" },
  { "clock", { clocksource = "tsc" }, "ok", "tsc" },
  { "Python", {}, "blocks", "no interpreter", "apt-get" },
}

check.test("every finding says how bad it is, and what would help", function()
  for _, case in ipairs(cases) do
    local topic, facts, level, text, remedy = table.unpack(case)
    local one = finding(topic, facts)
    check.truthy(one, topic)
    check.equal(one.level, level, topic .. ": " .. one.text)
    check.contains(one.text, text)
    if remedy then check.contains(one.remedy, remedy) else check.equal(one.remedy, nil, topic) end
  end
end)

check.test("what counters do here is what they were seen to do", function()
  local function counters(probe)
    return finding("hardware counters", {}, { pythons = {}, instructions = probe })
  end
  check.equal(counters(nil).level, "unknown")
  check.equal(counters({ state = "exact", name = "instructions:u" }).level, "ok")
  check.contains(counters({ state = "exact", name = "instructions:u" }).text, "instructions:u")
  check.equal(counters({ state = "unsupported", reason = "no PMU" }).text, "no PMU")
end)

check.test("what is not known is unknown, and never good news", function()
  local known = { processor = true, container = true, ["perf rights"] = true, limits = true,
    Python = true }
  for _, one in ipairs(doctor.examine({}, quiet)) do
    if not known[one.topic] then
      check.equal(one.level, "unknown", one.topic)
      check.contains(one.text, "cannot be read here", one.topic)
    end
  end
end)
