local check = require "check"
local noise = require "payoff.run.noise"
local sharing = require "payoff.run.sharing"

local function near(got, wanted, within)
  check.truthy(math.abs(got - wanted) <= within, ("%s is not %s"):format(got, wanted))
end

-- A core whose probe takes ns_at(time) and where time passes by looking and by sleeping.
local function core(ns_at)
  local now_s = 0
  local function probe(cpu)
    now_s = now_s + 5e-5
    return ns_at(now_s, cpu)
  end
  local it = sharing.new(probe, function() return now_s end, function(seconds)
    now_s = now_s + seconds
    return true
  end)
  return it, function(seconds) now_s = now_s + seconds end
end

check.test("a look is held against the best there was", function()
  local it = core(function(now_s) return now_s < 1e-4 and 13600 or 22500 end)
  check.equal(it:look(1), 1)
  near(it:look(1), 22500 / 13600, 1e-9)
  check.equal(sharing.judge(1.05), nil)
  check.contains(sharing.judge(it.last.ratio), "took 1.65 times as long as at best")
  check.same(it:source(), { what = "core sharing", known = true })
end)

check.test("each CPU has its own best", function()
  local it = core(function(_, cpu) return cpu == 1 and 10 or 20 end)
  check.equal(it:look(1), 1)
  check.equal(it:look(2), 1)
end)

check.test("a level that lasts for a minute is the machine's own", function()
  local it, pass = core(function(now_s) return now_s < 1 and 10 or 13 end)
  it:look(1)
  pass(2)
  near(it:look(1), 1.3, 1e-9)
  pass(31)
  near(it:look(1), 1.3, 1e-9)
  pass(31)
  check.equal(it:look(1), 1)
end)

check.test("waits until the neighbour is gone", function()
  local it = core(function(now_s) return now_s > 1e-4 and now_s < 0.5 and 17 or 10 end)
  it:look(1)
  it:look(1)
  local allowance = sharing.allowance(60)
  near(allowance.left_s, 0.5, 1e-9)
  allowance:earn(8)
  check.equal(it:await(1, allowance), 1)
  near(it.waited_s, 0.5, 0.01)
  near(allowance.left_s, 8.5 - it.waited_s, 1e-9)
  near(sharing.share(it, 2), it.waited_s / (2 - it.waited_s), 1e-9)
end)

check.test("but not longer than allowed, and not where nothing is allowed", function()
  local it = core(function(now_s) return now_s > 6e-5 and 17 or 10 end)
  it:look(1)
  local allowance = sharing.allowance(12)
  near(it:await(1, allowance), 1.7, 1e-9)
  near(it.waited_s, 0.2, 0.01)
  near(it:await(1, nil), 1.7, 1e-9)
  near(it.waited_s, 0.2, 0.01)
end)

check.test("where waiting is in vain less is earned, and all again once it was not", function()
  local it = core(function(now_s) return now_s > 6e-5 and now_s < 9 and 17 or 10 end)
  it:look(1)
  local allowance = sharing.allowance(60)
  for _, share in ipairs { 1 / 2, 1 / 4, 1 / 8, 1 / 8 } do
    it:await(1, allowance)
    near(allowance.share, share, 1e-9)
    local before_s = math.max(0, allowance.left_s)
    allowance.left_s = before_s
    allowance:earn(2)
    near(allowance.left_s, before_s + 2 * share, 1e-9)
  end
  allowance.left_s = 30
  check.equal(it:await(1, allowance), 1)
  near(allowance.share, 1, 1e-9)
end)

check.test("a small budget begins with less, and where waiting is forbidden nothing is earned",
  function()
    near(sharing.allowance(6).left_s, 0.1, 1e-9)
    local none = sharing.allowance(60, true)
    none:earn(100)
    check.equal(none.left_s, 0)
  end)

check.test("a look just made is not made again", function()
  local it = core(function() return 10 end)
  it:look(1)
  it:await(1, nil, 0.002)
  check.equal(it.looks, 1)
  it:await(2, nil, 0.002)
  check.equal(it.looks, 2)
end)

check.test("where the probe cannot run nothing is known, nor asked again", function()
  local asked = 0
  local it = sharing.new(function()
    asked = asked + 1
    return nil, "cannot go to CPU 1"
  end, function() return 0 end)
  check.equal(it:await(1, { left_s = 1 }), nil)
  check.equal(it:look(1), nil)
  check.equal(asked, 1)
  check.same(it:source(), { what = "core sharing", known = false, reason = "cannot go to CPU 1" })
end)

check.test("a sample that was taken beside somebody else is marked", function()
  local sample = { wall_ns = 1e7, noise = { core_slowdown = 1.7 } }
  check.contains(noise.judge(sample, { mode = "serial", jobs = 1 }, 2), "its core was shared")
  sample.noise.core_slowdown = 1.02
  check.equal(noise.judge(sample, { mode = "serial", jobs = 1 }, 2), nil)
end)
