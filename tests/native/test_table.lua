-- The terminal's table: within its width, and nothing that is measured is hidden in silence.

local check = require "check"
local fixtures = require "report.fixtures"
local layout = require "payoff.formats.table"
local units = require "payoff.units"

local function widest(text)
  local most = 0
  for line in text:gmatch("[^\n]+") do most = math.max(most, units.width(line)) end
  return most
end

local function article()
  local run = fixtures.article()
  run.comparisons, run.scaling = {}, {}
  return run
end

check.test("80 columns hold the table, the answers and what is to say", function()
  local text = layout.render(article(), { columns = 80 })
  check.truthy(widest(text) <= 79, widest(text))
  check.contains(text, "For want of width not shown: efficiency")
  check.contains(text, "±")
  check.contains(text, "port ")
  check.contains(text, "█")
end)

check.test("from which size on, in each place", function()
  local run = fixtures.sizes()
  require("payoff.model").derive(run, function() return true end)
  check.truthy(not layout.render(run, { columns = 80 }):find("\nBy size ", 1, true)) -- serial alone
  for i = 1, 30 do
    run.break_even[#run.break_even + 1] = { subject = "c", mode = "process", jobs = i,
      start = "cold", state = "from", text = "from 118 [104, 131]", at = { median = 118 } }
  end
  local text = layout.render(run, { columns = 80 })
  check.contains(text, "2 processes, cold  from 118 [104, 131]")
  check.contains(text, "… and 8 more places")
  check.truthy(widest(text) <= 79, widest(text))
end)

check.test("a long heading is broken, and its title alone is bold", function()
  local run = article()
  run.sizes[1].example = "([774, 153, 196, 870, 34, 795, …], 250, 750, 'and a text that is long')"
  local text = layout.render(run, { columns = 80, color = true })
  check.contains(text, "\27[1m" .. run.experiment.title .. "\27[0m — ")
  local plain = text:gsub("\27%[[%d;]*m", "")
  check.truthy(widest(plain) <= 79, widest(plain))
  check.contains(layout.render(run, { columns = 200 }), run.experiment.title .. " — 2 tasks, for "
    .. "example " .. run.sizes[1].example .. "\n")
end)

check.test("a wide terminal shows intervals and every column", function()
  local text = layout.render(article(), { columns = 160 })
  check.lacks(text, "For want of width")
  check.contains(text, "efficiency")
  check.contains(text, "IPC")
  check.truthy(widest(text) <= 159, widest(text))
end)

check.test("a wrong port has a time in brackets, no bar and no figure", function()
  local text = layout.render(article(), { columns = 120 })
  local row = text:match("\n(cython  +serial[^\n]*)")
  check.contains(row, "WRONG")
  check.contains(row, "(81")
  check.lacks(row, "█")
  check.contains(text:match("\n(cython  +WRONG[^\n]*)"), "—")
end)

check.test("hostile names do not break it", function()
  local run = fixtures.nasty()
  run.comparisons, run.scaling = {}, {}
  check.truthy(#layout.render(run, { columns = 80 }) > 0)
end)
