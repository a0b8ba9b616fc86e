-- cache: how much of what the program asks of the last-level cache has to come from memory.
return {
  name = "cache",
  title = "Cache",
  events = { "cache-references", "cache-misses" },
  values = {
    { name = "cache_miss_rate", title = "Cache misses", unit = "%",
      formula = function(e) return e["cache-misses"] / e["cache-references"] end },
  },
  prose = "What cache-references counts differs between processors; on most it is requests to the "
    .. "last-level cache. A miss goes to memory and costs some 100 ns. The share alone says "
    .. "little: look at misses per task too.",
}
