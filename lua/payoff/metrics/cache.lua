-- cache: how often data was not where the processor looked first, and how often nowhere near.
return {
  name = "cache",
  title = "Caches",
  events = { "l1-dcache-loads", "l1-dcache-load-misses", "cache-references", "cache-misses" },
  values = {
    { name = "l1d_miss_rate", title = "L1d misses", unit = "%",
      formula = function(e) return e["l1-dcache-load-misses"] / e["l1-dcache-loads"] end },
    { name = "cache_miss_rate", title = "Last-level misses", unit = "%",
      formula = function(e) return e["cache-misses"] / e["cache-references"] end },
  },
  prose = "A load that misses the first-level cache costs some 15 cycles, one that misses the last "
    .. "level some 100 ns. What cache-references counts differs between processors; on most it is "
    .. "requests to the last level. The share alone says little: look at misses per task too.",
}
