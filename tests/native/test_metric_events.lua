-- Every event that a shipped metric names exists: in libpfm4, for that model of processor, whatever
-- this one is (LIBPFM_ENCODE_INACTIVE=1 makes libpfm4 encode for others), or among those that the
-- kernel names. libpfm4 knows the models of its own architecture alone: Arm's are looked up in the
-- guest of tests/guest.

local check = require "check"
local counters = require "payoff.native.counters"
local machine = require "payoff.native.machine"
local metrics = require "payoff.metrics"

-- arch/x86/events/intel/core.c: what cpu and cpu_core have from Ice Lake, Sapphire Rapids on;
local KERNEL = {}
for _, name in ipairs { "slots", "topdown-retiring", "topdown-bad-spec", "topdown-fe-bound",
  "topdown-be-bound", "topdown-heavy-ops", "topdown-br-mispredict", "topdown-fetch-lat",
  "topdown-mem-bound" } do
  KERNEL["cpu/" .. name .. "/"], KERNEL["cpu_core/" .. name .. "/"] = true, true
end

KERNEL["package-energy"] = true -- payoff.run.energy

local ARCHITECTURES = { arm = "aarch64", amd64 = "x86_64" }
local here = machine.describe().cpu.architecture

local function events_of(metric)
  if not metric.variants then return metric.events end
  local out = {}
  for _, variant in ipairs(metric.variants) do
    table.move(variant.events, 1, #variant.events, #out + 1, out)
  end
  return out
end

local seen = { model = 0, kernel = 0, elsewhere = 0 }

for _, metric in ipairs(metrics.load(metrics.shipped, ".")) do
  check.test(metric.name .. ": all its events exist", function()
    for _, name in ipairs(events_of(metric)) do
      local model = name:match("^(%w+)[%w_]*::")
      if KERNEL[name] or name:find("/", 1, true) then
        check.truthy(KERNEL[name], name .. ": the kernel names no such event")
        seen.kernel = seen.kernel + 1
      elseif model and ARCHITECTURES[model] ~= here then
        check.truthy(ARCHITECTURES[model], name)
        seen.elsewhere = seen.elsewhere + 1
      else
        local event, message = counters.describe(name)
        check.truthy(event, message)
        if model then
          -- What is asked for is what is counted: the same model, event and unit mask.
          check.equal(event.name, name)
          seen.model = seen.model + 1
        end
      end
    end
  end)
end

check.test("the events of this architecture were looked up", function()
  check.truthy(ARCHITECTURES.amd64 ~= here or seen.model >= 11, seen.model)
  check.truthy(ARCHITECTURES.arm ~= here or seen.model >= 24, seen.model)
  check.truthy(seen.kernel >= 28 and seen.elsewhere > 0)
  print(("# looked up: %d in libpfm4, %d of the kernel's; %d are of the other architecture")
    :format(seen.model, seen.kernel, seen.elsewhere))
end)

check.test("a name that is none is found out", function()
  local model = here == "aarch64" and "arm_v1" or "amd64_fam19h_zen4"
  check.equal(counters.describe(model .. "::NO_SUCH_EVENT"), nil)
end)
