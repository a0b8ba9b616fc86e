-- tlb: how often the processor had to look up where in memory a page really is.
return {
  name = "tlb",
  title = "Address translation",
  events = { "dtlb-loads", "dtlb-load-misses", "instructions" },
  values = {
    { name = "dtlb_miss_rate", title = "dTLB misses", unit = "%",
      formula = function(e) return e["dtlb-load-misses"] / e["dtlb-loads"] end },
    { name = "dtlb_mpki", title = "dTLB misses per 1000 instructions", unit = "",
      formula = function(e) return e["dtlb-load-misses"] / e["instructions"] * 1000 end },
  },
  prose = "The TLB remembers where pages of memory are. Programs that jump about in large data "
    .. "miss it; larger pages (transparent huge pages) or tighter data help.",
}
