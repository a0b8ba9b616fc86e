local check = require "check"
local conflict = require "payoff.run.conflict"

local function experiment(counters) return { counters = counters or {} } end

check.test("no blocks go with simulated counts, by option or by experiment", function()
  conflict.check(experiment(), { blocks = 1 })
  conflict.check(experiment(), {})
  conflict.check(experiment(), { blocks = 0, counts = "simulated" })
  conflict.check(experiment { source = "simulated" }, { blocks = 0 })
  check.raises(function() conflict.check(experiment(), { blocks = 0 }) end, "measures nothing")
  check.raises(function()
    conflict.check(experiment(), { blocks = 0, counts = "simulated", precision = 0.01 })
  end, "--precision ends blocks early")
end)

check.test("counts of one kind are compared", function()
  local rows = { a = { source = "simulated" }, b = { source = "simulated" } }
  conflict.check_baseline(rows, nil, "x.json")
  conflict.check_baseline(rows, "simulated", "x.json")
  check.raises(function() conflict.check_baseline(rows, "hardware", "x.json") end,
    "the counts of x.json are simulated")
  rows.b.source = "hardware"
  conflict.check_baseline(rows, "hardware", "x.json")
end)

-- A plan of three counters, each in a pass of its own.
local function state(blocks_done, options)
  local names, passes = { "cycles", "r0008", "r0011" }, { count = 3, list = {} }
  local function plan(counted)
    return { events = function()
      local out = {}
      for i, name in ipairs(names) do
        out[i] = { asked = name, state = (not counted or counted == i) and "exact"
          or "not counted" }
      end
      return out
    end }
  end
  for i = 1, 3 do passes.list[i] = plan(i) end
  return { experiment = experiment { "r0011", exact = true }, options = options or {},
    passes = passes, counters = plan(), blocks_done = blocks_done }
end

check.test("passes for which there was no block are named", function()
  check.same(conflict.losses(state(3)), {})
  check.same(conflict.losses(state(1)), { "exact = true counts in 3 passes, one to a block, and "
    .. "there was only 1 block: not counted: r0008, r0011." })
  check.contains(conflict.losses(state(2))[1], "only 2 blocks: not counted: r0011.")
end)

check.test("more blocks than were asked for are said", function()
  check.same(conflict.losses(state(3, { blocks = 1 })), { "exact = true counts in 3 passes, one to "
    .. "a block: 3 blocks were measured, where 1 was asked for." })
  check.same(conflict.losses(state(3, { blocks = 3 })), {})
end)

check.test("without blocks nothing of the CPU's was asked", function()
  check.contains(conflict.losses(state(0, { blocks = 0 }))[1],
    "the experiment's counters (r0011) were not asked, and exact = true has no meaning")
end)
