-- ipc: how many instructions the processor finishes per clock cycle.
return {
  name = "ipc",
  title = "Instructions per cycle",
  events = { "cycles", "instructions" },
  values = {
    { name = "ipc", title = "IPC", unit = "",
      formula = function(e) return e["instructions"] / e["cycles"] end },
  },
  prose = "A modern core can finish four to eight instructions per cycle. Below one, it mostly "
    .. "waits: for memory, for a branch that was guessed wrong, or for the result of the step "
    .. "before. A port with fewer instructions and a lower IPC can still be much faster.",
}
