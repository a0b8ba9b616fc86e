-- energy: what the processor package used, where it tells (RAPL), for the whole machine alone.
return {
  name = "energy",
  title = "Energy",
  events = { "power/energy-pkg/" },
  values = {
    { name = "package_energy", title = "Package energy", unit = "J",
      -- The kernel's scale of power/energy-pkg/ is 2^-32 J on every processor that has it.
      formula = function(e) return e["power/energy-pkg/"] / 2 ^ 32 end },
  },
  prose = "The counter belongs to a whole package: other programs' share would be in it, so it is "
    .. "not given out as one program's. `perf stat -a -e power/energy-pkg/` shows the machine's.",
}
