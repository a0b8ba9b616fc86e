-- clock: how fast the processor really ran while it ran this.
return {
  name = "clock",
  title = "Effective clock",
  events = { "cycles", "task-clock" },
  values = {
    { name = "effective_ghz", title = "Effective clock", unit = "GHz",
      -- task-clock includes the kernel's share; cycles of user space alone would make the clock
      -- look slow.
      formula = function(e, counted_as)
        if counted_as["cycles"] ~= "cycles" then return nil end
        return e["cycles"] / e["task-clock"]
      end },
  },
  prose = "Cycles per nanosecond of CPU time. When it differs between two cells, part of their "
    .. "ratio is the clock and not the program: turbo, heat, or wide vector instructions.",
}
