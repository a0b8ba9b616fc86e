local check = require "check"
local host_fixture = require "host_fixture"
local machine = require "payoff.native.machine"
local sys = require "payoff.native.sys"

local fixtures = ... .. "/../fixtures/hosts/"
local scratch = os.tmpname()
os.remove(scratch)

local function fixture(name)
  return host_fixture.unpack(fixtures .. name .. ".txt", scratch .. "/" .. name)
end

check.test("an Intel desktop with two kinds of cores", function()
  local root = fixture "intel-hybrid"
  check.same(machine.describe(root), {
    cpu = {
      model = "12th Gen Intel(R) Core(TM) i7-12700", vendor = "GenuineIntel",
      family = 6, model_number = 151,
      architecture = "x86_64", packages = 1, cores = 12, threads = 20,
      types = { { name = "cpu_core", threads = 16 }, { name = "cpu_atom", threads = 4 } },
      caches = {
        { level = 1, kind = "data", size_bytes = 49152, shared_by = 2 },
        { level = 1, kind = "instruction", size_bytes = 32768, shared_by = 2 },
        { level = 2, kind = "unified", size_bytes = 1310720, shared_by = 2 },
        { level = 3, kind = "unified", size_bytes = 26214400, shared_by = 20 },
      },
    },
    smt = true, cpus_usable = 20, cpus_affinity = 20,
    governor = "powersave", frequency_driver = "intel_pstate",
    energy_preference = "balance_performance", turbo = true,
    frequency_min_hz = 800000000, frequency_max_hz = 4900000000, frequency_now_hz = 2100000000,
    virtual_machine = "none", product = "Tower 12",
    memory_bytes = 32614116 * 1024, memory_available_bytes = 24000000 * 1024,
    swap_bytes = 2097148 * 1024, swap_free_bytes = 2097148 * 1024,
    huge_pages = "madvise", aslr = 2, load = { 0.52, 0.58, 0.59 },
    perf_event_paranoid = 4, kptr_restrict = 1, cap_perfmon = false, cap_sys_admin = false,
    seccomp = "off", nmi_watchdog = true,
    pmus = { { name = "cpu_atom", type = 10, cpus = "16-19" },
      { name = "cpu_core", type = 4, cpus = "0-15" }, { name = "software", type = 1 } },
    clocksource = "tsc", kernel = "Linux 6.8.0-45-generic", distribution = "Ubuntu 24.04.1 LTS",
    uid = 1000,
  })
  local cpus = machine.cpus(root)
  check.equal(#cpus, 20)
  check.same(cpus[4], { id = 3, core = 2, package = 0, type = "cpu_core", usable = true })
  check.same(cpus[20], { id = 19, core = 19, package = 0, type = "cpu_atom", usable = true })
  check.equal(machine.cpu_times(root).steal_ns, 0)
end)

check.test("a container with two and a half CPUs in an AMD virtual machine", function()
  local root = fixture "amd-epyc-vm"
  local got = machine.describe(root)
  check.equal(got.cpu.model, "AMD EPYC 7R13 Processor")
  check.equal(got.cpu.packages, 2)
  check.equal(got.cpu.cores, 4)
  check.equal(got.cpu.types, nil)
  check.equal(got.cpu.caches[3].size_bytes, 16 * 2 ^ 20)
  check.equal(got.cpus_affinity, 6)
  check.equal(got.cpus_limit, 2.5)
  check.equal(got.cpus_usable, 2)
  check.equal(got.memory_limit_bytes, 2147483648)
  check.equal(got.virtual_machine, "kvm")
  check.equal(got.container, "kubernetes")
  check.equal(got.governor, nil)
  check.equal(got.turbo, nil)
  check.equal(got.perf_event_paranoid, -1)
  check.equal(got.cap_perfmon, true)
  check.equal(got.cap_sys_admin, false)
  check.equal(got.seccomp, "filter")
  check.equal(got.huge_pages, "always")
  check.equal(got.distribution, "Amazon-Linux")
  check.same(got.pressure, { cpu = 0.1234 })
  check.equal(machine.cpus(root)[7].usable, false)
  check.same(machine.cpu_times(root), {
    user_ns = 10000000000, nice_ns = 0, system_ns = 3000000000, idle_ns = 400000000000,
    iowait_ns = 500000000, irq_ns = 0, softirq_ns = 70000000, steal_ns = 2500000000,
    resolution_ns = 10000000,
  })
end)

check.test("an arm64 board", function()
  local got = machine.describe(fixture "arm64-board")
  check.equal(got.cpu.model, "Cortex-A53 + Cortex-A72")
  check.equal(got.cpu.vendor, "Arm")
  check.equal(got.cpu.architecture, "aarch64")
  check.same(got.cpu.types,
    { { name = "Cortex-A53", threads = 4 }, { name = "Cortex-A72", threads = 2 } })
  check.equal(got.pmus[1].slots, nil) -- it says 0: it does not know
  check.equal(got.pmus[2].slots, 3)
  check.equal(got.smt, false)
  check.equal(got.governor, "mixed")
  check.equal(got.frequency_max_hz, 1416000000)
  check.equal(got.frequency_min_hz, nil)
  check.equal(got.product, "Pine64 RockPro64 v2.1")
  check.equal(got.virtual_machine, nil) -- nothing says so, either way
  check.equal(got.cpus_limit, nil)
  check.equal(got.cpus_usable, 6)
  check.equal(got.cpu.caches, nil)
end)

check.test("what /proc/stat said", function()
  check.same(machine.cpu_times_in("cpu  1000 0 300 40000 50 0 7 250 0 0\ncpu0 1 2"), {
    user_ns = 10000000000, nice_ns = 0, system_ns = 3000000000, idle_ns = 400000000000,
    iowait_ns = 500000000, irq_ns = 0, softirq_ns = 70000000, steal_ns = 2500000000,
    resolution_ns = 10000000,
  })
  check.equal(select(3, machine.cpu_times_in("what?")), "unavailable")
end)

check.test("a gauge is kept open, and says what is there now", function()
  local gauge = machine.gauge("/proc/self/stat")
  check.equal(math.tointeger(gauge:text():match("^%d+")), sys.pid())
  check.equal(#gauge:text(2), 2)
  check.equal(pcall(gauge.text, gauge, 0), false)
  gauge:close()
  check.equal(pcall(gauge.text, gauge), false)
  local none, message, code = machine.gauge("/proc/nothing")
  check.equal(none, nil)
  check.equal(code, "not found")
  check.contains(message, "/proc/nothing")
end)

check.test("a machine that says nothing is all unknown", function()
  check.same(machine.describe(scratch .. "/nothing"), { cpu = {} })
  check.same(machine.cpus(scratch .. "/nothing"), {})
  local times, message, code = machine.cpu_times(scratch .. "/nothing")
  check.equal(times, nil)
  check.equal(code, "unavailable")
  check.contains(message, "/proc/stat")
end)

check.test("damaged files are unknown facts", function()
  local root = scratch .. "/damaged"
  local bad = {
    ["/proc/cpuinfo"] = "flags", ["/proc/meminfo"] = "MemTotal: many kB\nMemAvailable:",
    ["/proc/self/status"] = "CapEff:\nSeccomp: x\nUid:\nCpus_allowed_list: 5-2,x",
    ["/proc/self/cgroup"] = "0\n::\n1:cpu\n0::" .. ("/x"):rep(2000) .. "\n",
    ["/proc/stat"] = "cpu 1 2", ["/proc/loadavg"] = "high",
    ["/sys/devices/system/cpu/online"] = "0,7-3,zzz",
    ["/sys/devices/system/cpu/cpu0/cache/index0/level"] = "1",
    ["/sys/devices/system/cpu/cpu0/cache/index0/size"] = "big",
    ["/sys/kernel/mm/transparent_hugepage/enabled"] = "[",
    ["/proc/sys/kernel/perf_event_paranoid"] = "99999999999999999999999",
    ["/etc/os-release"] = 'PRETTY_NAME="',
  }
  for path, text in pairs(bad) do
    assert(sys.mkdirs(root .. path:match("^(.*)/")))
    assert(sys.write_file(root .. path, text))
  end
  local got = machine.describe(root)
  check.same(got, { cpu = { threads = 1, caches = { { level = 1 } } }, cpus_usable = 1 })
end)

check.test("a probe of a core goes there and comes back", function()
  local cpus = {}
  for _, cpu in ipairs(machine.cpus()) do
    if cpu.usable then cpus[#cpus + 1] = cpu.id end
  end
  for _, cpu in ipairs(cpus) do
    local ns, message = machine.core_probe(cpu)
    check.truthy(ns and ns > 1000 and ns < 1e8, ns or message)
  end
  local still = 0
  for _, cpu in ipairs(machine.cpus()) do still = still + (cpu.usable and 1 or 0) end
  check.equal(still, #cpus, "payoff may run where it could before")
  local ns, message, code = machine.core_probe(900)
  check.equal(ns, nil)
  check.contains(message, "cannot go to CPU 900")
  check.equal(code, "system")
  check.equal(select(3, machine.core_probe(5000)), "unavailable")
end)

check.test("branches are scattered where that is wanted", function()
  for _, cpu in ipairs(machine.cpus()) do
    if cpu.usable then check.equal(machine.scatter_branches(cpu.id), true) end
  end
  local done, message, code = machine.scatter_branches(900)
  check.equal(done, nil)
  check.contains(message, "cannot go to CPU 900")
  check.equal(code, "system")
  check.equal(select(3, machine.scatter_branches(5000)), "unavailable")
end)

check.test("this machine", function()
  local got = machine.describe()
  check.truthy(got.cpu.threads >= 1)
  check.truthy(got.cpus_usable >= 1 and got.cpus_usable <= got.cpu.threads)
  check.truthy(got.kernel:match("^Linux %d"))
  check.truthy(got.memory_bytes > 2 ^ 24)
  check.equal(#machine.cpus(), got.cpu.threads)
  local before = machine.cpu_times()
  check.truthy(before.user_ns > 0 and before.idle_ns >= 0)
end)

sys.run { argv = { "rm", "-rf", scratch } }
