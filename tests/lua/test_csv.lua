local check = require "check"
local csv = require "payoff.formats.csv"
local fixtures = require "report.fixtures"
local reader = require "csv_reader"

local function find(records, subject, mode)
  for _, record in ipairs(records) do
    if record.subject == subject and (not mode or record.mode == mode) then
      return record
    end
  end
end

check.test("one row per sample, and each sample's figures to the last digit", function()
  local run = fixtures.article()
  local records = reader.records(csv.render(run))
  local at = 0
  for _, cell in ipairs(run.cells) do
    for _, sample in ipairs(cell.samples) do
      at = at + 1
      local record = records[at]
      check.equal(record.subject, cell.subject)
      check.equal(math.tointeger(record.wall_ns), sample.wall_ns)
      check.equal(math.tointeger(record.block), sample.block)
      check.equal(math.tointeger(record["instructions:u.count"]), sample.counts[3].count)
      check.equal(record["instructions:u.state"], "exact")
      check.equal(record["instructions:u.share"], "1")
      check.equal(record.marked, sample.marked or "")
    end
    if #cell.samples == 0 then
      at = at + 1
    end
  end
  check.equal(#records, at)
  check.truthy(at > 1000)
end)

check.test("what was not measured has a row that says why", function()
  local records = reader.records(csv.render(fixtures.article()))
  local missing = find(records, "c-cffi", "serial")
  check.equal(missing.state, "missing")
  check.contains(missing.verdict, "pip install cffi")
  for _, name in ipairs { "block", "wall_ns", "cpu_ns", "instructions:u.count", "marked" } do
    check.equal(missing[name], "", name)
  end
  local wrong = find(records, "cython", "serial")
  check.equal(wrong.state, "wrong")
  check.truthy(tonumber(wrong.wall_ns))
  check.equal(find(records, "cython-right", "process").state, "failed")
end)

check.test("a subject without cells is not lost", function()
  local run = fixtures.empty()
  run.subjects[2] = { name = "rust", kind = "native", state = "missing", reason = "no cargo" }
  local records = reader.records(csv.render(run))
  check.equal(#records, 2)
  check.equal(records[1].state, "unmeasured")
  check.equal(records[2].subject, "rust")
  check.equal(records[2].state, "missing")
  check.equal(records[2].verdict, "no cargo")
  check.equal(records[2].mode, "")
end)

check.test("what cannot be counted is empty, with its state", function()
  local records = reader.records(csv.render(fixtures.article { pmu = false }))
  check.equal(records[1]["instructions.count"], "")
  check.equal(records[1]["instructions.state"], "unsupported")
  check.equal(records[1]["instructions.share"], "")
  check.equal(records[1]["page-faults.state"], "exact")
end)

check.test("names from outside survive, and none is a formula", function()
  local run = fixtures.nasty()
  local text = csv.render(run)
  check.truthy(utf8.len(text), "valid UTF-8")
  local records = reader.records(text)
  check.equal(#records, 10080)
  check.truthy(find(records, "</script><img src=x onerror=alert(1)>"))
  check.truthy(find(records, "two\nlines\tand\r\na tab"))
  check.truthy(find(records, "'=cmd|' /C calc'!A0"), "defused with an apostrophe")
  check.truthy(find(records, "bad\u{FFFD}\u{FFFD}␀utf8"))
  for _, record in ipairs(records) do
    for name, value in pairs(record) do
      check.truthy(not value:find("^[=+@\t\r\n]"), name)
      check.truthy(not value:find("^%-") or tonumber(value), name)
    end
  end
  local scaled = records[1]
  check.equal(scaled["cycles:u.state"], "scaled")
  check.equal(scaled["cycles:u.share"], "0.5")
  check.equal(tonumber(scaled["cycles:u.count"]), run.cells[1].samples[1].counts[2].estimate)
end)

check.test("floats keep seventeen digits, and what is no number is unknown", function()
  local run = fixtures.empty()
  run.events = { { asked = "x", name = "x" }, { asked = "x", name = "x" } }
  run.cells[1].samples = { { block = 1, wall_ns = 0.1, cpu_ns = 0 / 0,
    counts = { { state = "scaled", estimate = 1 / 3, enabled_ns = 3, running_ns = 1 } } } }
  local records, header = reader.records(csv.render(run))
  check.equal(tonumber(records[1].wall_ns), 0.1)
  check.equal(records[1].cpu_ns, "")
  check.equal(tonumber(records[1]["x.count"]), 1 / 3)
  check.equal(tonumber(records[1]["x.share"]), 1 / 3)
  check.equal(header[#header], "x#2.share")
  check.equal(records[1]["x#2.count"], "")
end)

check.test("every column of the file is documented", function()
  local file = assert(io.open(check.root .. "/reports/CSV.md"))
  local page = file:read("a")
  file:close()
  local _, header = reader.records(csv.render(fixtures.empty()))
  for _, name in ipairs(header) do
    check.contains(page, "| `" .. name .. "` |")
  end
end)
