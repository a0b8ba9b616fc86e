-- render: write fixtures as report files, for the browser test and for looking at:
--
--   LUA_PATH='tests/?.lua;tests/lua/?.lua;tests/native/?.lua' REPORT_OUT=/tmp/x \
--     build/tests/native/native_main tests/report/render.lua

local fixtures = require "report.fixtures"
local out = assert(os.getenv("REPORT_OUT"), "REPORT_OUT names the folder")

local function write(name, run)
  for _, format in ipairs { "html", "csv", "json", "markdown" } do
    local writer = require("payoff.formats." .. format)
    local file = assert(io.open(out .. "/" .. name .. writer.extension, "wb"))
    assert(file:write(writer.render(run, {})))
    assert(file:close())
  end
end

require("check").test("the fixtures are written", function()
  write("article", fixtures.article())
  write("nopmu", fixtures.article { pmu = false })
  write("nasty", fixtures.nasty())
  write("empty", fixtures.empty())
end)
