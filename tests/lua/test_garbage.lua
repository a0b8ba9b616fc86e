local check = require "check"
local garbage = require "payoff.run.garbage"

-- The pauses that were set, where the heap has these sizes in KiB.
local function pauses(sizes)
  local set, at = {}, 0
  local seldom = garbage.seldom(function()
    at = at + 1
    return sizes[at]
  end, function(percent)
    set[#set + 1] = percent
    return 123
  end)
  for _ = 2, #sizes do seldom:note() end
  seldom:close()
  return set
end

check.test("a small heap may grow tenfold, a larger one by 32 MiB, others as always", function()
  check.same(pauses { 1000 }, { 200, 1000, 123 })
  check.same(pauses { 8192 }, { 200, 500, 123 })
  check.same(pauses { 32768 }, { 200, 200, 123 })
  check.same(pauses { 500000 }, { 200, 200, 123 })
end)

check.test("what counts is the heap after a collection", function()
  check.same(pauses { 8192, 20000, 40000, 16384, 30000 }, { 200, 500, 300, 123 })
end)

check.test("the collector is as it was before, afterwards", function()
  local before = collectgarbage("setpause", 170)
  do
    local seldom <close> = garbage.seldom()
    seldom:note()
  end
  -- Lua keeps a pause in steps of 4.
  check.truthy(math.abs(collectgarbage("setpause", before) - 170) < 4)
end)

-- What is asked of a collector with so much in use.
local function asked(in_use_kib, is_running)
  local list = {}
  do
    local _ <close> = garbage.none(function(what)
      list[#list + 1] = what
      if what == "count" then return in_use_kib end
      return what == "isrunning" and is_running
    end)
  end
  return table.concat(list, " ")
end

check.test("at the end little is not looked through, much is; who had stopped it, had", function()
  check.equal(asked(20000, true), "isrunning count stop restart")
  check.equal(asked(100000, true), "isrunning count")
  check.equal(asked(20000, false), "isrunning")
  do
    local _ <close> = garbage.none()
    check.equal(collectgarbage("isrunning"), false)
  end
  check.equal(collectgarbage("isrunning"), true)
end)
