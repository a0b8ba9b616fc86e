-- stalls: cycles in which nothing could start, for want of instructions or of data.
return {
  name = "stalls",
  title = "Front end and back end",
  events = { "cycles", "stalled-cycles-frontend", "stalled-cycles-backend" },
  values = {
    { name = "frontend_stalls", title = "Waiting for instructions", unit = "%",
      formula = function(e) return e["stalled-cycles-frontend"] / e["cycles"] end },
    { name = "backend_stalls", title = "Waiting for data or units", unit = "%",
      formula = function(e) return e["stalled-cycles-backend"] / e["cycles"] end },
  },
  prose = "The front end fetches and decodes instructions: large programs that jump about, like an "
    .. "interpreter, starve it. The back end computes: it waits for memory, or for a free divider. "
    .. "Many processors of today do not count these; then they are not available.",
}
