-- growth: does a port's process grow with every call, where the reference's does not?
--
--   local finding = growth.find(state, port)     --> nil, or { category = "growth", text = … }
--
-- The same task, several times as often as warms it up; resident memory before and after two equal
-- stretches. What grows in both, by a page's worth and by a few bytes per call, is kept.

local words = require "payoff.verify.words"

local growth = {}

local LEAST_BYTES = 1 << 20 -- what allocators do by themselves stays below
local STRETCH_S = 0.15

-- bytes per call | nil
local function measure(side, task)
  local seconds = side:repeat_task(task, 100, 30)
  if not seconds then return nil end
  local loops = math.floor(STRETCH_S / math.max(seconds / 100, 1e-6))
  loops = math.min(loops, 50000)
  if loops < 200 then return nil end -- too slow to be sure within a moment
  local before
  local grown = {}
  for stretch = 0, 2 do
    if not side:repeat_task(task, loops, 30) then return nil end
    local after = side:rss_bytes()
    if not after then return nil end
    if stretch > 0 then grown[stretch] = after - before end
    before = after
  end
  if grown[1] < LEAST_BYTES or grown[2] < LEAST_BYTES then return 0, loops end
  return math.min(grown[1], grown[2]) / loops, loops
end

function growth.find(state, port)
  local chosen
  for _, entry in ipairs(state.fast) do
    if not entry.raised and not entry.mutates then
      chosen = chosen or entry
    end
  end
  if not chosen or chosen.seconds > 0.1 then return nil end
  local bytes, loops = measure(port.side, chosen.task)
  if not bytes or bytes < 16 then return nil end
  local own = measure(state.reference, chosen.task)
  if own and own >= bytes / 2 then return nil end
  return {
    category = "growth", failing = true, count = 1, task = chosen.task,
    text = ("its process grows by about %d bytes with each call of %s (%d calls)"):format(
      math.floor(bytes + 0.5), words.call(chosen.task), loops),
  }
end

return growth
