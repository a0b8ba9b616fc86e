-- energy: what the processor's packages used, where they tell (RAPL): the whole machine's.
return {
  name = "energy",
  title = "Energy",
  events = { "package-energy" }, -- µJ; read by payoff.run.energy
  values = {
    { name = "package_energy", title = "Package energy per task", unit = "J",
      formula = function(e) return e["package-energy"] / 1e6 / e.tasks end },
    { name = "package_power", title = "Package power", unit = "W",
      formula = function(e) return e["package-energy"] / 1e6 / (e.wall_ns / 1e9) end },
  },
  prose = "The counters belong to whole packages: other programs' share is in it, and that of idle "
    .. "cores. On a quiet machine, and for samples of many milliseconds (the counters are renewed "
    .. "about once in one), it is what a run of the tasks costs the machine.",
}
