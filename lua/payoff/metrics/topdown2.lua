-- topdown2: the shares of payoff.metrics.topdown, each taken apart once more: level 2.
--
-- Intel     from Sapphire Rapids on (Alder Lake's large cores, too) the processor counts one half
--           of each share; the other is what remains of it.
-- AMD       Zen 4, of the front and the back end: six counters are enough for these. "Pipeline
--           utilization", level 2, of AMD's Processor Programming Reference, as Linux has it in
--           tools/perf/pmu-events/arch/x86/amdzen4/pipeline.json.
-- Arm       Its telemetry specifications for Neoverse know no second level in slots.

local function intel(pmu)
  local name, events = {}, {}
  for i, short in ipairs { "slots", "retiring", "bad-spec", "fe-bound", "be-bound", "heavy-ops",
                           "br-mispredict", "fetch-lat", "mem-bound" } do
    name[short] = ("%s/%s%s/"):format(pmu, i == 1 and "" or "topdown-", short)
    events[i] = name[short]
  end
  local function share(part, whole)
    return function(e)
      local all = e[name["retiring"]] + e[name["bad-spec"]] + e[name["fe-bound"]]
        + e[name["be-bound"]]
      -- The halves are counted in 1/255 each: one may seem larger than the whole by as much.
      if whole then return math.max(0, e[name[whole]] - e[name[part]]) / all end
      return e[name[part]] / all
    end
  end
  return { events = events, formulas = {
    td2_heavy = share("heavy-ops"), td2_light = share("heavy-ops", "retiring"),
    td2_mispredicts = share("br-mispredict"), td2_clears = share("br-mispredict", "bad-spec"),
    td2_fetch_latency = share("fetch-lat"), td2_fetch_bandwidth = share("fetch-lat", "fe-bound"),
    td2_memory = share("mem-bound"), td2_core = share("mem-bound", "be-bound"),
  } }
end

local ZEN4 = "amd64_fam19h_zen4::"
local CYCLES = ZEN4 .. "CYCLES_NOT_IN_HALT"
local FRONT, BACK = ZEN4 .. "DISPATCH_STALLS_1:FE_NO_OPS", ZEN4 .. "DISPATCH_STALLS_1:BE_STALLS"
local NONE = FRONT .. ":c=6" -- cycles in which all six slots stayed empty
local WAITING = ZEN4 .. "CYCLES_NO_RETIRE:NOT_COMPLETE_LOAD_AND_ALU"
local LOADING = ZEN4 .. "CYCLES_NO_RETIRE:NOT_COMPLETE_MISSING_LOAD"

local zen4 = {
  td2_fetch_latency = function(e) return e[NONE] / e[CYCLES] end,
  td2_fetch_bandwidth = function(e)
    local rest = e[FRONT] - 6 * e[NONE]
    return rest >= 0 and rest / (6 * e[CYCLES]) or nil
  end,
  td2_memory = function(e) return e[BACK] / (6 * e[CYCLES]) * e[LOADING] / e[WAITING] end,
  td2_core = function(e)
    local rest = 1 - e[LOADING] / e[WAITING]
    return rest >= 0 and e[BACK] / (6 * e[CYCLES]) * rest or nil
  end,
}

return {
  name = "topdown2",
  title = "Top-down, level 2",
  values = {
    { name = "td2_light", title = "Useful: light operations", unit = "%" },
    { name = "td2_heavy", title = "Useful: heavy operations", unit = "%" },
    { name = "td2_mispredicts", title = "Wrong guesses: branches", unit = "%" },
    { name = "td2_clears", title = "Wrong guesses: restarts", unit = "%" },
    { name = "td2_fetch_latency", title = "Front end: latency", unit = "%" },
    { name = "td2_fetch_bandwidth", title = "Front end: bandwidth", unit = "%" },
    { name = "td2_memory", title = "Back end: memory", unit = "%" },
    { name = "td2_core", title = "Back end: core", unit = "%" },
  },
  variants = {
    intel "cpu", intel "cpu_core",
    { events = { CYCLES, FRONT, NONE, BACK, WAITING, LOADING }, formulas = zen4 },
  },
  prose = "Heavy operations are instructions of several steps, or of microcode. A front end waits "
    .. "for an instruction cache (latency) or decodes too slowly (bandwidth). A back end waits for "
    .. "memory, or for its own units and chains of results (core).",
}
