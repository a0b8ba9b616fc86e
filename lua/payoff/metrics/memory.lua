-- memory: what had to come from main memory, and pages that were touched for the first time.
return {
  name = "memory",
  title = "Memory",
  events = { "llc-load-misses", "instructions", "page-faults" },
  values = {
    { name = "llc_mpki", title = "Last-level load misses per 1000 instructions", unit = "",
      formula = function(e) return e["llc-load-misses"] / e["instructions"] * 1000 end },
    { name = "memory_read_gb_s", title = "Read from memory by missing loads", unit = "GB/s",
      -- One miss fetches one line of 64 bytes, on every x86-64 and nearly every arm64 processor.
      formula = function(e) return e["llc-load-misses"] * 64 / e.wall_ns end },
  },
  prose = "More than some ten misses per thousand instructions mean that memory sets the pace, "
    .. "and a port with fewer instructions will wait for it all the same. What prefetchers fetched "
    .. "in time is not in this figure: it is a lower bound.",
}
