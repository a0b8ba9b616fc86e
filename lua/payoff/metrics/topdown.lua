-- topdown: where the processor's chances to start an operation (its slots) went: level 1.
--
-- Formulas: A. Yasin, A Top-Down Method for Performance Analysis (ISPASS 2014), as each maker has
-- it: Intel from Ice Lake on counts the four shares itself; AMD Zen 4 has six slots per cycle; an
-- Arm Neoverse N1 knows cycles in place of slots, and nothing of guesses.

local INTEL = { "cpu/slots/", "cpu/topdown-retiring/", "cpu/topdown-bad-spec/",
  "cpu/topdown-fe-bound/", "cpu/topdown-be-bound/" }

local function intel(name)
  return function(e)
    return e[name] / (e[INTEL[2]] + e[INTEL[3]] + e[INTEL[4]] + e[INTEL[5]])
  end
end

local ZEN4 = "amd64_fam19h_zen4::"
local CYCLES, RETIRED = ZEN4 .. "CYCLES_NOT_IN_HALT", ZEN4 .. "RETIRED_OPS"
local FRONT, BACK = ZEN4 .. "DISPATCH_STALLS_1:FE_NO_OPS", ZEN4 .. "DISPATCH_STALLS_1:BE_STALLS"
local SMT = ZEN4 .. "DISPATCH_STALLS_1:SMT_CONTENTION"

local function zen4(name)
  return function(e) return e[name] / (6 * e[CYCLES]) end
end

local ARM = { "arm_n1::CPU_CYCLES", "arm_n1::STALL_FRONTEND", "arm_n1::STALL_BACKEND" }

return {
  name = "topdown",
  title = "Top-down",
  values = {
    { name = "td_retiring", title = "Useful work", unit = "%" },
    { name = "td_bad_speculation", title = "Wrong guesses", unit = "%" },
    { name = "td_frontend", title = "Front-end bound", unit = "%" },
    { name = "td_backend", title = "Back-end bound", unit = "%" },
  },
  variants = {
    { events = INTEL, formulas = { td_retiring = intel(INTEL[2]),
      td_bad_speculation = intel(INTEL[3]), td_frontend = intel(INTEL[4]),
      td_backend = intel(INTEL[5]) } },
    { events = { CYCLES, RETIRED, FRONT, BACK, SMT }, formulas = {
      td_retiring = zen4(RETIRED), td_frontend = zen4(FRONT), td_backend = zen4(BACK),
      -- What neither retired nor waited was thrown away.
      td_bad_speculation = function(e)
        local rest = 1 - (e[RETIRED] + e[FRONT] + e[BACK] + e[SMT]) / (6 * e[CYCLES])
        return rest >= 0 and rest or nil
      end } },
    { events = ARM, formulas = {
      td_frontend = function(e) return e[ARM[2]] / e[ARM[1]] end,
      td_backend = function(e) return e[ARM[3]] / e[ARM[1]] end } },
  },
  prose = "Every cycle a core has some slots in which an operation can start. A slot does useful "
    .. "work, is wasted on a branch guessed wrong, or stays empty: for want of instructions (front "
    .. "end: large, jumpy code) or for want of data and units (back end: memory, long chains). The "
    .. "largest share besides useful work says what to mend first.",
}
