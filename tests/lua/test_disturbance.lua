local check = require "check"
local disturbance = require "payoff.run.disturbance"

local stat = "7 (a) b) S 1 7 7 0 -1 4194560 500 0 %d 0 1 2 0 0 20 0 1 0 9 9 9"
  .. " 18446744073709551615 1 1 0 0 0 0 0 16781312 134217730 0 0 0 17 %d 0 0"
local cpu = "/sys/devices/system/cpu/cpu1/"

local function machine()
  local files = {
    ["/proc/7/stat"] = stat:format(3, 0), ["/proc/7/sched"] = "se.nr_migrations  :  4\n",
    ["/proc/meminfo"] = "MemTotal: 9 kB\nSwapTotal:  1024 kB\n",
    ["/proc/vmstat"] = "pswpin 10\npswpout 20\n",
    ["/proc/self/cgroup"] = "0::/a.slice\n",
    ["/sys/fs/cgroup/a.slice/cpu.stat"] = "usage_usec 1\nnr_throttled 2\n",
    [cpu .. "cpufreq/scaling_cur_freq"] = "3000000\n",
    [cpu .. "thermal_throttle/core_throttle_count"] = "5\n",
    [cpu .. "thermal_throttle/package_throttle_count"] = "6\n",
  }
  return files, disturbance.new(function(path) return files[path] end)
end

local function sample_of(change, mode)
  local files, watch = machine()
  local before = watch:read(7, 1)
  local first = { wall_ns = 1e7, noise = watch:between(before, before, {}, "cell") }
  check.equal(disturbance.judge(first, { mode = mode or "serial" }), nil)
  for path, text in pairs(change) do files[path] = text end
  local sample = { wall_ns = 1e7 }
  sample.noise = watch:between(before, watch:read(7, 1), {}, "cell")
  return disturbance.judge(sample, { mode = mode or "serial" }) or "fine", sample.noise
end

check.test("nothing happened", function()
  local said, seen = sample_of {}
  check.equal(said, "fine")
  check.same(seen, { major_faults = 0, migrations = 0, limited = 0, swapped = 0, throttles = 0,
    khz = 3000000, khz_highest = 3000000 })
end)

check.test("each disturbance has its reason", function()
  for _, case in ipairs {
    { cpu .. "thermal_throttle/package_throttle_count", "7", "throttled itself" },
    { "/sys/fs/cgroup/a.slice/cpu.stat", "nr_throttled 3", "CPU limit" },
    { cpu .. "cpufreq/scaling_cur_freq", "2600000", "2.60 GHz instead of 3.00" },
    { "/proc/7/stat", stat:format(5, 0), "the disk 2 times" },
    { "/proc/vmstat", "pswpin 11\npswpout 20\n", "swap" },
    { "/proc/7/sched", "se.nr_migrations : 5", "between CPUs 1 time" },
  } do
    check.contains((sample_of { [case[1]] = case[2] }), case[3])
  end
end)

check.test("small changes are none, and pools may move", function()
  check.equal((sample_of { [cpu .. "cpufreq/scaling_cur_freq"] = "2800000" }), "fine")
  check.equal((sample_of({ ["/proc/7/sched"] = "se.nr_migrations : 5" }, "process")), "fine")
end)

check.test("what a machine does not show is unknown", function()
  local asked = 0
  local watch = disturbance.new(function() asked = asked + 1 end)
  local seen = watch:between(watch:read(7, 1), watch:read(7, 1), {}, "cell")
  check.same(seen, {})
  check.equal(disturbance.judge({ wall_ns = 1, noise = seen }, { mode = "serial" }), nil)
  local before = asked
  watch:read(7, 1)
  check.equal(asked - before, 2) -- of the process itself alone
  check.equal(disturbance.new(function(path)
    return path == "/proc/meminfo" and "SwapTotal: 0 kB" or nil
  end):read(7).swapped, 0)
end)

check.test("whether a pinned worker has moved is told by where it is", function()
  local files, watch = machine()
  files["/proc/7/sched"] = nil -- not read
  files["/proc/7/stat"] = stat:format(3, 1)
  local home = watch:read(7, 1)
  check.equal(watch:between(home, watch:read(7, 1), {}, "cell").migrations, 0)
  files["/proc/7/stat"] = stat:format(3, 0)
  local away = watch:read(7, 1)
  check.equal(watch:between(home, away, {}, "cell").migrations, 1)
  check.equal(watch:between(away, home, {}, "cell").migrations, 1)
  check.equal(watch:between(away, away, {}, "cell").migrations, nil)
end)
