-- os: what the operating system saw: CPU time, page faults, switches, migrations.
return {
  name = "os",
  title = "Operating system",
  events = { "task-clock", "page-faults", "context-switches", "cpu-migrations" },
  values = {
    { name = "cpu_utilisation", title = "CPUs used", unit = "",
      formula = function(e) return e["task-clock"] / e.wall_ns end },
  },
  prose = "CPUs used is CPU time over wall time: 1.0 is one core kept busy, 2.0 two. Well below "
    .. "the number of workers means that they wait: for each other, for the GIL, for a disk.",
}
