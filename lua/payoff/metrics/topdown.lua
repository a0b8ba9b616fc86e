-- topdown: where the processor's chances to start an operation (its slots) went: level 1.
--
-- A. Yasin, A Top-Down Method for Performance Analysis (ISPASS 2014), as each maker has it:
-- Intel     from Ice Lake on the processor counts the four shares itself (the kernel's topdown-*).
-- AMD       Zen 4: six slots per cycle, "Pipeline utilization" of AMD's Processor Programming
--           Reference, as Linux has it in tools/perf/pmu-events/arch/x86/amdzen4/pipeline.json.
-- Arm       Neoverse V1, V2, N2: Arm's telemetry specifications of these cores, as Linux has them
--           in tools/perf/pmu-events/arch/arm64/arm/neoverse-v1 and -n2-v2/metrics.json. How many
--           slots a cycle has, the kernel tells (caps/slots; 8, 8 and 5). Up to revision 2 the N2
--           counts one empty slot too many in each cycle. An N1 knows cycles in place of slots, and
--           nothing of guesses.

local function intel(pmu)
  local events = {}
  for i, name in ipairs { "slots", "topdown-retiring", "topdown-bad-spec", "topdown-fe-bound",
                          "topdown-be-bound" } do
    events[i] = ("%s/%s/"):format(pmu, name)
  end
  local function share(i)
    return function(e)
      return e[events[i]] / (e[events[2]] + e[events[3]] + e[events[4]] + e[events[5]])
    end
  end
  return { events = events, formulas = { td_retiring = share(2), td_bad_speculation = share(3),
    td_frontend = share(4), td_backend = share(5) } }
end

local ZEN4 = "amd64_fam19h_zen4::"
local CYCLES, RETIRED = ZEN4 .. "CYCLES_NOT_IN_HALT", ZEN4 .. "RETIRED_OPS"
local FRONT, BACK = ZEN4 .. "DISPATCH_STALLS_1:FE_NO_OPS", ZEN4 .. "DISPATCH_STALLS_1:BE_STALLS"
local SMT = ZEN4 .. "DISPATCH_STALLS_1:SMT_CONTENTION"

local function zen4(name)
  return function(e) return e[name] / (6 * e[CYCLES]) end
end

-- The corrections for wrong guesses are rounded ones: they may lead a little below nothing. What is
-- far from a share was counted at different times.
local function as_share(x)
  if x < -0.02 or x > 1.02 then return nil end
  return math.min(1, math.max(0, x))
end

-- A wrong guess takes so many cycles, of what is charged to the front end and to the back end.
local function neoverse(model, of_front, of_back, corrected_from)
  local name = {}
  for _, event in ipairs { "CPU_CYCLES", "STALL_SLOT", "STALL_SLOT_FRONTEND", "STALL_SLOT_BACKEND",
                           "OP_RETIRED", "OP_SPEC", "BR_MIS_PRED" } do
    name[event], name[#name + 1] = model .. "::" .. event, model .. "::" .. event
  end
  local function of(body)
    return function(e)
      local cycles, slots = e[name.CPU_CYCLES], e.slots_per_cycle
      if not slots or slots < 1 then return nil end
      local extra = 0
      if corrected_from then -- which revision this is must be known, then
        extra = e.cpu_revision < corrected_from and cycles or 0
      end
      return as_share(body(e, cycles * slots, cycles, extra, e[name.BR_MIS_PRED] / cycles))
    end
  end
  local function used(e, all, extra) return 1 - (e[name.STALL_SLOT] - extra) / all end
  return { events = name, formulas = {
    td_retiring = of(function(e, all, _, extra)
      return e[name.OP_RETIRED] / e[name.OP_SPEC] * used(e, all, extra)
    end),
    td_bad_speculation = of(function(e, all, _, extra, guesses)
      return (1 - e[name.OP_RETIRED] / e[name.OP_SPEC]) * used(e, all, extra)
        + (of_front + of_back) * guesses
    end),
    td_frontend = of(function(e, all, _, extra, guesses)
      return (e[name.STALL_SLOT_FRONTEND] - extra) / all - of_front * guesses
    end),
    td_backend = of(function(e, all, _, _, guesses)
      return e[name.STALL_SLOT_BACKEND] / all - of_back * guesses
    end),
  } }
end

local N1 = { "arm_n1::CPU_CYCLES", "arm_n1::STALL_FRONTEND", "arm_n1::STALL_BACKEND" }

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
    intel "cpu",
    intel "cpu_core", -- of a hybrid processor: of the time on its large cores
    { events = { CYCLES, RETIRED, FRONT, BACK, SMT }, formulas = {
      td_retiring = zen4(RETIRED), td_frontend = zen4(FRONT), td_backend = zen4(BACK),
      -- What neither retired nor waited was thrown away.
      td_bad_speculation = function(e)
        local rest = 1 - (e[RETIRED] + e[FRONT] + e[BACK] + e[SMT]) / (6 * e[CYCLES])
        return rest >= 0 and rest or nil
      end } },
    neoverse("arm_v1", 4, 0), neoverse("arm_v2", 1, 3), neoverse("arm_n2", 1, 3, 3),
    { events = N1, formulas = {
      td_frontend = function(e) return e[N1[2]] / e[N1[1]] end,
      td_backend = function(e) return e[N1[3]] / e[N1[1]] end } },
  },
  prose = "Every cycle a core has some slots in which an operation can start. A slot does useful "
    .. "work, is wasted on a branch guessed wrong, or stays empty: for want of instructions (front "
    .. "end: large, jumpy code) or for want of data and units (back end: memory, long chains). The "
    .. "largest share besides useful work says what to mend first.",
}
