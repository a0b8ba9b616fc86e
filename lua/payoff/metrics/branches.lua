-- branches: how often the processor guesses wrong which way the program goes on.
return {
  name = "branches",
  title = "Branches",
  events = { "branches", "branch-misses" },
  values = {
    { name = "branch_miss_rate", title = "Branch misses", unit = "%",
      formula = function(e) return e["branch-misses"] / e["branches"] end },
  },
  prose = "The processor runs ahead along the way it guesses. A wrong guess throws away 15 to 20 "
    .. "cycles of work. An interpreter's dispatch loop is full of branches that depend on the "
    .. "program; a compiled loop usually has one, and it is almost always guessed right.",
}
