-- reading: how to read the report, for someone who meets it for the first time.

local h = require "payoff.html.node"

local reading = { id = "reading", title = "How to read this", short = "Reading" }

local WORDS = {
  { "identical, in tolerance, wrong", "Each measured process returns its results and they are "
    .. "compared with the reference: the same to the last bit, within the tolerance that the "
    .. "experiment declares, or not. A wrong port's time is struck out and has no speed-up: doing "
    .. "something else quickly is no gain." },
  { "no difference found, not verified", "Before anything is timed, payoff looks for inputs for "
    .. "which a port differs: boundary values, recorded calls, random ones. What it found is "
    .. "evidence against a port; that it found nothing is no proof. Not verified: it did not look, "
    .. "and the reason is given." },
  { "57.4 s [57.1, 57.9]", "The median over blocks, and the interval that holds the true median "
    .. "with at least the stated confidence. It is made of order statistics and assumes no "
    .. "distribution. A block is one fresh process of every row, in random order; samples within "
    .. "a process resemble each other and are never pooled." },
  { "speed-up", "The baseline's time over this row's time, block by block. When the interval "
    .. "holds 1, no difference was shown." },
  { "efficiency", "The speed-up over the same port run serially, divided by the number of workers "
    .. "that have a task. 100% is perfect scaling." },
  { "cold, warm", "Cold: the processes or threads are started and ended inside the clock, as in a "
    .. "program that uses them once. Warm: they were already running." },
  { "—", "Unknown. The reason stands beside it, or appears when you point at it. A zero is only "
    .. "ever a counted zero." },
  { "~1.43 G", "An estimate: the event shared its counter with others and was seen part of the "
    .. "time." },
  { "event:u", "Counted in user space alone; what the kernel did for the program is not in it." },
}

function reading.render()
  local items = {}
  for _, word in ipairs(WORDS) do
    items[#items + 1] = h.dt({}, word[1])
    items[#items + 1] = h.dd({}, word[2])
  end
  return h.dl({ class = "prose" }, items)
end

return reading
