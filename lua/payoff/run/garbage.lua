-- garbage: lets Lua look for garbage seldom while payoff measures, for that is a third of the work
-- that payoff has with a worker.
--
--   local seldom <close> = garbage.seldom()    -- until it is closed
--   seldom:note()                              -- now and then: the heap may have grown
--
-- The heap grows by some 32 MiB between two collections, or by as much as is in use, as always.
--
--   local none <close> = garbage.none()        -- at the end of a run: nothing is collected
--
-- A program that is about to end gives all back at once; looking through everything that a run has
-- brought together takes as long as making a report of it. Not where more than 64 MiB are in use.

local garbage = {}

local room_kib = 32 * 1024
local usual, most = 200, 1000 -- % of what was in use that the heap may reach: Lua's own, its limit

local Seldom = {}
Seldom.__index = Seldom

-- count() -> KiB of the heap; set_pause(percent) -> the one before. Both are Lua's, but in tests.
function garbage.seldom(count, set_pause)
  local self = setmetatable({
    count = count or function() return collectgarbage("count") end,
    set_pause = set_pause or function(percent) return collectgarbage("setpause", percent) end,
    heap_kib = math.huge,
  }, Seldom)
  self.before = self.set_pause(usual)
  self:note()
  return self
end

-- A heap that has shrunk was collected just now, and is what is in use.
function Seldom:note()
  local now_kib = self.count()
  if now_kib < self.heap_kib then
    local percent = math.floor(100 * (1 + room_kib / math.max(1, now_kib)))
    self.set_pause(math.max(usual, math.min(most, percent)))
  end
  self.heap_kib = now_kib
end

function Seldom:close() self.set_pause(self.before) end
Seldom.__close = Seldom.close

local little_kib = 64 * 1024

-- collect(what) is Lua's collectgarbage, but in tests.
function garbage.none(collect)
  collect = collect or collectgarbage
  local stopped = collect("isrunning") and collect("count") <= little_kib
  if stopped then collect("stop") end
  return setmetatable({}, { __close = function() if stopped then collect("restart") end end })
end

return garbage
