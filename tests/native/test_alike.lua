-- The same function twice in a runtime that compiles while it runs, on a machine that does not let
-- both be studied as well: played processes, of which a call takes 1 ms until the 400th, then 0.5.
local alike = require "payoff.run.alike"
local check = require "check"
local sampling = require "payoff.run.sampling"
local warmup = require "payoff.run.warmup"

local function call_ns(n) return n <= 400 and 1e6 or 5e5 end

local function process()
  local calls = 0
  return function(phase, loops)
    local sum = 0
    for _ = 1, loops do
      calls = calls + 1
      sum = sum + call_ns(calls)
    end
    return { phase = phase, loops = loops, wall_ns = sum, index = calls }
  end
end

local function subject(name, more)
  local out = { name = name, kind = "python", runtime = { name = "pypy" }, path = { "/x" } }
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

local function cell(of)
  return { subject = of.name, of = of, mode = "serial", jobs = 1, start = "warm", size = 1,
    cost_ns = 1e6 }
end

local function printed(name, hash, more)
  local out = { name = name, kind = "python", calls = "f", interpreter = "pypy 3.9",
    files = { { path = "/x/" .. name .. ".py", sha256 = hash } } }
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

-- The study of the second comes to its end early: its core was shared.
local function studied(cells)
  warmup.study(cells, 60, function(one)
    if one.subject == "second" then
      return { state = "unknown", reason = "its core was shared with others" }
    end
    return warmup.study_once(process(), 1)
  end)
  -- What is looked for at the end of a study: the first's is compiled, the second's is not.
  cells[1].loops, cells[2].loops = 20, 10
end

-- The fastest sample of a process, as a run takes it.
local function fastest_ns(one)
  local take, samples, best = process(), {}, math.huge
  take("first", 1)
  if warmup.before(one) > 1 then take("warming", warmup.before(one) - 1) end
  repeat
    samples[#samples + 1] = take(nil, one.loops)
    best = math.min(best, samples[#samples].wall_ns / one.loops)
  until sampling.enough(sampling.new(), #samples, samples, samples[1].wall_ns)
  return best
end

check.test("the same code twice is measured at the same place of its way", function()
  local cells = { cell(subject "first"), cell(subject "second") }
  studied(cells)
  check.equal(fastest_ns(cells[1]), 5e5)
  check.equal(fastest_ns(cells[2]), 1e6) -- each by its own study: 0.5 times as fast as itself
  local fingerprint = { subjects = { printed("first", "1a"), printed("second", "1a") } }
  alike.of(cells, fingerprint):share_warmup()
  check.equal(fastest_ns(cells[1]), 5e5)
  check.equal(fastest_ns(cells[2]), 5e5)
  check.equal(cells[2].loops, 20)
  check.equal(warmup.before(cells[2]), warmup.before(cells[1]))
  check.contains(cells[2].warmup.text, "not known: its core was shared with others; ")
  check.contains(cells[2].warmup.text, "loops before its samples, as first, the same code")
end)

check.test("the longer of two ways is everybody's, in pools as well", function()
  local cells = { cell(subject "first"), cell(subject "second") }
  local found = { first = 40, second = 90 }
  warmup.study(cells, 60, function(one)
    return { state = "warms up", loops_before = found[one.subject], speedup = 2,
      first_over_steady = 2 }
  end)
  local pool = setmetatable({ mode = "process", jobs = 2 }, { __index = cells[1] })
  local fingerprint = { subjects = { printed("first", "1a"), printed("second", "1a") } }
  alike.of({ cells[1], cells[2], pool }, fingerprint):share_warmup()
  check.equal(warmup.before(cells[1]), 90)
  check.equal(warmup.before(cells[2]), 90)
  check.equal(warmup.before(pool), 180)
  check.equal(cells[2].warmup.like, nil)
end)

check.test("loops that one of them found are the other's", function()
  local cells = { cell(subject "first"), cell(subject "second") }
  local it = alike.of(cells, { subjects = { printed("first", "1a"), printed("second", "1a") } })
  it:share_loops(cells[1])
  check.equal(cells[1].loops, nil) -- nobody has found any
  cells[2].loops = 7
  it:share_loops(cells[1])
  check.equal(cells[1].loops, 7)
  cells[2].start, cells[2].loops = "cold", nil
  it:share_loops(cells[2])
  check.equal(cells[2].loops, nil)
end)

check.test("what is not surely the same is left alone", function()
  local others = {
    { printed("second", "2b") }, -- another text
    { printed("second", "1a", { calls = "g" }) },
    { printed("second", "1a", { interpreter = "cpython 3.9" }) },
    { printed("second", nil) }, -- not known
    { printed("second", "1a"), { env = { X = "1" } } },
    { printed("second", "1a"), { path = { "/y" } } },
    { printed("second", "1a"), { file = "/y/second.py" } }, -- may import what lies beside it
  }
  for i, other in ipairs(others) do
    local cells = { cell(subject "first"), cell(subject("second", other[2])) }
    studied(cells)
    alike.of(cells, { subjects = { printed("first", "1a"), other[1] } }):share_warmup()
    check.equal(cells[2].loops, 10, i)
    check.equal(warmup.before(cells[2]), 0, i)
  end
  alike.of({ cell(subject "first") }, nil):share_warmup() -- a run without a fingerprint
end)
