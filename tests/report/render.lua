-- render: write fixtures as report files, for the browser test and for looking at:
--
--   LUA_PATH='tests/?.lua;tests/lua/?.lua;tests/native/?.lua' REPORT_OUT=/tmp/x \
--     build/tests/native/native_main tests/report/render.lua

local digest = require "payoff.digest"
local fixtures = require "report.fixtures"
local model = require "payoff.model"
local out = assert(os.getenv("REPORT_OUT"), "REPORT_OUT names the folder")

-- Where it pays off, as the engine would have worked it out.
local function derived(run, evil)
  run.program = { share = { median = 0.35, low = 0.3, high = 0.4, level = 0.95,
    from = evil or "as told" } }
  run.boundary = { measured = evil or "2026", entries = {
    { case = "calls", binding = evil or "cffi", per = "call", reason = evil or "not installed" },
    { case = "calls", binding = evil or "ctypes", per = "call",
      price = { median = 290, low = 280, high = 305, level = 0.97, n = 6, unit = "ns" } },
    { case = "arguments", binding = "c-ext", per = "call",
      price = { median = 36, low = 33, high = 40, level = 0.97, n = 6, unit = "ns" } },
    { case = "ints", binding = "c-ext", per = "element",
      price = { median = 9, low = -2, high = 14, level = 0.97, n = 6, unit = "ns" } },
    { case = "ints", binding = evil or "c-ext", per = "element",
      price = { median = 9, low = -2, high = 14, level = 0.97, n = 6, unit = "ns" } } } }
  return model.derive(run, function(cell)
    return digest.is_right(cell.verdict) and #cell.samples > 0
  end)
end

local function write(name, run)
  for _, format in ipairs { "html", "csv", "json", "markdown" } do
    local writer = require("payoff.formats." .. format)
    local file = assert(io.open(out .. "/" .. name .. writer.extension, "wb"))
    assert(file:write(writer.render(run, {})))
    assert(file:close())
  end
end

require("check").test("the fixtures are written", function()
  write("article", derived(fixtures.article()))
  write("nopmu", derived(fixtures.article { pmu = false }))
  write("nasty", derived(fixtures.nasty(), fixtures.nasty().warnings[1]))
  write("sizes", derived(fixtures.sizes()))
  write("nasty_sizes", derived(fixtures.sizes(fixtures.EVIL), fixtures.EVIL))
  write("empty", fixtures.empty())
end)
