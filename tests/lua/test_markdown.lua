local check = require "check"
local fixtures = require "report.fixtures"
local markdown = require "payoff.formats.markdown"

-- The cells of every table row; a pipe that is escaped does not part cells.
local function rows_of(text)
  local rows = {}
  for line in text:gmatch("[^\n]+") do
    if line:find("^|") then
      local cells = {}
      for cell in line:gsub("\\|", "\1"):gsub("^| ", ""):gmatch("(.-) |") do
        cells[#cells + 1] = cell:gsub("^ ", ""):gsub("\1", "|")
      end
      rows[#rows + 1] = cells
    end
  end
  return rows
end

check.test("the answer comes first, every measurement is folded", function()
  local text = markdown.render(fixtures.article())
  check.contains(text, "| port | right? | how much? | where? | why? |")
  check.contains(text, "| **c-exact** | ✅ identical | 290× [289, 291] | 2 threads, warm | 47.7×")
  check.contains(text, "<details><summary>Every measurement (63 rows)</summary>\n\n| port |")
  check.contains(text, "baseline")
  check.contains(text, "cython-right")
end)

check.test("a wrong port is struck out, with what it returned", function()
  local text = markdown.render(fixtures.article())
  check.contains(text, "| **cython** | ❌ wrong | — |  | returns 2.535e+16 for (0, 1)")
  for _, row in ipairs(rows_of(text)) do
    if row[1] == "cython" then
      check.truthy(row[4]:find("^~~.*~~$"), row[4])
      check.equal(row[5], "—")
    end
  end
end)

check.test("what could not be counted is said, with the reason", function()
  local text = markdown.render(fixtures.article { pmu = false })
  check.contains(text, "not counted here (cycles, instructions, branches, branch-misses)")
  check.lacks(text, "IPC")
end)

check.test("a count without the kernel's share says so", function()
  local run = fixtures.article()
  run.events[3].reason = "counted in user mode only: kernel.perf_event_paranoid is 2"
  check.contains(markdown.render(run),
    "- counted in part (instructions): counted in user mode only: kernel.perf\\_event\\_paranoid")
end)

check.test("names from outside stay in their cell and start nothing", function()
  local text = markdown.render(fixtures.nasty())
  check.truthy(utf8.len(text))
  for _, tag in ipairs { "<img", "<script", "<b>", "</script" } do
    -- In code spans it is shown as it is; nowhere else.
    check.lacks(text:gsub("``*[^`\n]*``*", ""), tag)
  end
  local width
  for _, row in ipairs(rows_of(text)) do
    if row[1] == "port" then width = #row end
    check.equal(#row, width, row[1])
  end
  local run = fixtures.article()
  run.subjects[2].name, run.warnings[1] = "a|b*c_d`e#1", "@someone, see [this](x)"
  text = markdown.render(run)
  check.contains(text, "a\\|b\\*c\\_d\\`e\\#1")
  check.contains(text, "@\u{200B}someone, see \\[this\\](x)")
end)

check.test("an empty run is a short page", function()
  local text = markdown.render(fixtures.empty())
  check.contains(text, "not measured")
  check.contains(text, "interrupted")
  check.truthy(markdown.render({}))
end)
