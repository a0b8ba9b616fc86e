local check = require "check"
local counters = require "payoff.native.counters"

local function refused(code, part, value, message, got)
  check.equal(value, nil)
  check.equal(got, code)
  check.contains(message, part)
end

check.test("describe: plain words, one spelling", function()
  local event = counters.describe("perf::PAGE_FAULTS")
  check.equal(event.name, "page-faults")
  check.equal(event.unit, "events")
  check.equal(event.source, "software")
  check.equal(event.pmu, "perf")
  check.contains(event.description, "memory page")
  check.equal(counters.describe("task-clock").unit, "ns")
  check.equal(counters.describe("cycles:u").name, "cycles:u")
  refused("not found", "did you mean 'instructions'?", counters.describe("instructons"))
  refused("usage", "no such modifier", counters.describe("cycles:x"))
  refused("usage", "read 0", counters.describe("context-switches:u"))
end)

check.test("list: all, or those with a pattern in the name", function()
  local all, faults = counters.list(), counters.list("FAULT")
  check.truthy(#all >= 40 and #faults >= 3 and #faults < #all)
  for _, event in ipairs(faults) do
    check.contains(event.name:lower(), "fault")
    check.equal(counters.describe(event.name).source, event.source)
  end
  check.equal(#counters.list("there is no such event"), 0)
end)

check.test("plan: every event has a place or a reason", function()
  local plan = assert(counters.plan({ {"cycles", "instructions"}, {"page-faults", "faults"} },
                                    { source = "perf" }))
  local events = plan:events()
  check.equal(#events, 4)
  local groups = plan:groups()
  for _, event in ipairs(events) do
    if event.state == "exact" then
      check.truthy(event.group >= 1 and event.group <= groups and event.slot >= 1)
    else
      check.equal(event.group, nil)
      check.equal(event.slot, nil)
      check.truthy(#event.reason > 20)
    end
  end
  check.equal(events[1].asked, "cycles")
  check.equal(events[1].source, "hardware")
  check.equal(events[4].group, events[3].group)
  check.equal(events[4].slot, events[3].slot)
  plan = assert(counters.plan({}))
  check.equal(plan:groups(), 0)
  check.equal(#plan:events(), 0)
end)

check.test("plan: passes", function()
  local lists = { {"task-clock", "page-faults"}, {"cycles", "instructions"} }
  local plan = assert(counters.plan(lists))
  check.equal(plan:passes(), 1)
  check.equal(plan:pass(1), plan)
  plan = assert(counters.plan(lists, { exact = true }))
  check.truthy(plan:passes() >= 1)
  local counted = 0
  for i = 1, plan:passes() do
    local events = plan:pass(i):events()
    check.equal(#events, #plan:events())
    if events[1].state == "exact" then counted = counted + 1 end
  end
  -- A software event never has to take turns.
  check.equal(counted, plan:events()[1].state == "exact" and plan:passes() or 0)
  check.equal(pcall(plan.pass, plan, 0), false)
  check.equal(pcall(plan.pass, plan, plan:passes() + 1), false)
  check.equal(pcall(plan.pass, plan), false)
end)

check.test("plan: refusals", function()
  refused("not found", "did you mean 'branches'?", counters.plan({ {"branchs"} }))
  check.equal(pcall(counters.plan, "cycles"), false)
  check.equal(pcall(counters.plan, { "cycles" }), false)
  check.equal(pcall(counters.plan, { {7} }), false)
  check.equal(pcall(counters.plan, { {"cycles", {} } }), false)
  check.equal(pcall(counters.plan, {}, { source = "guess" }), false)
  local plan = assert(counters.plan({ {"task-clock"} }))
  do local _ <close> = plan end
  check.equal(pcall(plan.events, plan), false)
end)

check.test("probe and version", function()
  local event = assert(counters.probe("task-clock"))
  check.equal(event.asked, "task-clock")
  check.truthy(event.state == "exact" or #event.reason > 20)
  refused("not found", "unknown event", counters.probe("nothing-of-the-kind"))
  check.truthy(counters.version():match("^%d+%.%d+$"))
end)

check.test("energy: none below a root that has none, with the reason", function()
  local energy, reason, code = counters.energy("/nonexistent")
  check.equal(energy, nil)
  check.contains(reason, "no energy counter")
  check.equal(code, "unavailable")
end)
