-- The HTML report as text: what a browser would be given. The browser test looks at it in one.

local assets = require "payoff.native.assets"
local check = require "check"
local fixtures = require "report.fixtures"
local h = require "payoff.html.node"
local html = require "payoff.formats.html"
local json = require "payoff.native.json"
local model = require "payoff.model"
local strip = require "payoff.html.strip"

local MOST_BYTES = 2 * 2 ^ 20

-- The page without its constant scripts, and the JSON that stands between them.
local function parts_of(page)
  local data = page:match('<script type="application/json" id="charts">(.-)</script>')
  return page:gsub("<script[^>]*>.-</script>", ""), data
end

check.test("elements escape what they are given", function()
  check.equal(tostring(h.p({ title = "a\"b'<&" }, "<b>", h.b({}, "x"), nil, { "&", 1 })),
    "<p title=\"a&quot;b&#39;&lt;&amp;\">&lt;b&gt;<b>x</b>&amp;1</p>")
  check.equal(tostring(h.br({})), "<br>")
  check.equal(tostring(h.a({ hidden = true, href = false }, h.raw("<i>"))), "<a hidden><i></a>")
end)

check.test("positions on a strip are within it", function()
  local scale = strip.scale({ { median = 100, low = 90, high = 120 }, { median = 0.5 } }, 1)
  for _, x in ipairs { 0.5, 1, 90, 120 } do
    local at = tonumber(tostring(strip.draw({ median = x }, scale)):match('cx="([%d.]+)%%"'))
    check.truthy(at > 0 and at < 100, x)
  end
  check.equal(strip.scale({}), nil)
end)

check.test("a page has one policy, and it names every script and the style", function()
  local page = html.render(fixtures.article())
  local policy = page:match('http%-equiv="Content%-Security%-Policy" content="([^"]*)"')
  check.contains(policy, "default-src 'none'")
  check.lacks(policy, "unsafe")
  check.lacks(policy, "http")
  local hashes = {}
  for hash in assets.read("reports/hashes"):gmatch("sha256%S+") do
    hashes[#hashes + 1] = hash
    check.contains(policy, hash)
  end
  local scripts = select(2, page:gsub("<script>", ""))
  check.equal(scripts, #hashes - 1, "scripts, and one style")
  check.truthy(page:find(policy, 1, true) < page:find("<style>", 1, true), "the policy comes first")
  check.truthy(#page < MOST_BYTES, "size")
end)

check.test("the same run is the same bytes", function()
  check.truthy(html.render(fixtures.article()) == html.render(fixtures.article()))
end)

check.test("the first screen answers", function()
  local page = parts_of(html.render(fixtures.article()))
  check.contains(page, "9 of 12 ports return what <bdi>python</bdi>, the reference, returns.")
  check.contains(page, "Warm: the processes or threads were already running")
  check.contains(page, "2 are wrong and 1 is missing.")
  check.contains(page, ">292.0× faster</strong>")
  check.contains(page, "returns 2.535e+16 for (0, 1) instead of 1.264911011363067e+17")
  check.contains(page, "52.2× fewer instructions")
  for _, id in ipairs { "glance", "speedups", "cells", "times", "noise", "counters", "subjects",
    "machine", "origin", "reading" } do
    check.contains(page, '<section aria-labelledby="' .. id .. '-title" id="' .. id .. '">')
    check.contains(page, 'href="#' .. id .. '"')
  end
end)

check.test("a wrong time is struck out and has no speed-up", function()
  local page = parts_of(html.render(fixtures.article()))
  local rows = 0
  for row in page:gmatch('<tr class="wrong">(.-)</tr>') do
    rows = rows + 1
    check.contains(row, "<s>")
    check.lacks(row, "×")
  end
  check.equal(rows, 10)
  check.lacks(page:match('id="speedups".-</section>'), "cython-32")
end)

check.test("what cannot be counted is one line with the reason", function()
  local page = parts_of(html.render(fixtures.article { pmu = false }))
  local _, times = page:gsub("Not counted here %(cycles, instructions", "")
  check.equal(times, 1)
  check.lacks(page, "Instr. per task")
end)

check.test("what is counted without the kernel's share is one line with the reason", function()
  local run = fixtures.article()
  run.events[3].reason = "counted in user mode only: kernel.perf_event_paranoid is 2"
  check.contains(parts_of(html.render(run)), "Counted in part (instructions): ")
end)

check.test("every id is used once, and every reference has its target", function()
  local page = parts_of(html.render(fixtures.article()))
  local ids = {}
  for id in page:gmatch(' id="([^"]*)"') do
    check.equal(ids[id], nil, id)
    ids[id] = true
  end
  for id in page:gmatch(' href="#([^"]*)"') do
    check.truthy(ids[id], id)
  end
  for id in page:gmatch(' aria%-labelledby="([^"]*)"') do
    check.truthy(ids[id], id)
  end
end)

check.test("nothing from outside becomes markup, in text or in data", function()
  local page = html.render(fixtures.nasty())
  local text, data = parts_of(page)
  check.equal(select(2, page:gsub("<script", "")), 6)
  check.equal(select(2, page:gsub("</script", "")), 6)
  check.lacks(text, "<img")
  check.lacks(text, "<b>bold")
  check.lacks(data, "<")
  check.lacks(data, "\u{2028}")
  check.truthy(utf8.len(page))
  local charts = json.decode(data)
  check.equal(charts[1].spec.data.values[1].subject, "</script><img src=x onerror=alert(1)>")
  check.truthy(#page < MOST_BYTES, "size")
end)

check.test("many samples are thinned, and it is said how", function()
  local page, data = parts_of(html.render(fixtures.nasty()))
  check.truthy(page:find("%d+ of 10080 samples are drawn"))
  for _, chart in ipairs(json.decode(data)) do
    for _, layer in ipairs(chart.spec.layer) do
      check.truthy(not layer.data or #layer.data.values <= 800)
    end
  end
end)

check.test("a run without figures is a page without scripts", function()
  for _, run in ipairs { fixtures.empty(), {} } do
    local page = html.render(run)
    check.lacks(page, "<script")
    check.contains(page, "script-src 'none'")
    check.lacks(page, "{{")
  end
  check.contains(html.render(fixtures.empty()), "interrupted")
end)

check.test("without intervals nothing looks surer than it is", function()
  local run = fixtures.article()
  for _, cell in ipairs(run.cells) do
    for _, estimate in pairs { cell.time, cell.speedup, cell.efficiency } do
      estimate.low, estimate.high, estimate.level, estimate.reason = nil, nil, nil, "2 blocks"
    end
  end
  local page, data = parts_of(html.render(run))
  check.contains(page, "× faster</strong> (no interval)")
  check.contains(page, "There are no intervals: 2 blocks.")
  check.equal(json.decode(data)[1].spec.data.values[1].low, nil)
end)

check.test("what the experiment expects to be wrong is said to be expected", function()
  local run = fixtures.article()
  run.subjects[5].expect = "wrong"
  local _, times = html.render(run):gsub("as expected", "")
  check.equal(times, 1)
end)

check.test("the machine is told in words, whatever is known of it", function()
  local run = fixtures.article()
  run.machine = { cpu = { model = "X<1>", cores = 4, threads = 8, caches = {
    { level = 1, kind = "data", size_bytes = 49152, shared_by = 2 } } }, smt = true,
    load = { 1, 0.5, 0.25 }, pressure = { cpu = 0.98 }, pmus = { { name = "cpu" } },
    memory_bytes = "odd", novelty = 7, frequency_max_hz = 2.6e9 }
  local page = parts_of(html.render(run))
  for _, part in ipairs { "X&lt;1&gt;", "4 cores, 8 threads", "L1 data 48.0 KiB for 2 threads",
    "1.00, 0.50, 0.25 over", "cpu 98%", "odd", "novelty", "2.60 GHz" } do
    check.contains(page:match('id="machine".-</section>'), part)
  end
end)

check.test("several sizes have a table and charts each", function()
  local run = fixtures.article()
  run.sizes[2] = { size = 10, tasks = 2, example = "(0, 10)" }
  for _, cell in ipairs(fixtures.article().cells) do
    cell.size, cell.id = 10, cell.id .. "0"
    run.cells[#run.cells + 1] = cell
  end
  local page = parts_of(html.render(run))
  check.contains(page, 'data-chart="speedup-2"')
  check.contains(page, "Size 10: 2 tasks, for example (0, 10)")
end)

check.test("what the boundary takes of a price adds up to it", function()
  local run = fixtures.sizes()
  local function price(median)
    return { median = median, low = median - 1, high = median + 1, level = 0.95, n = 6 }
  end
  run.boundary = { measured = "2026", entries = {
    { case = "arguments", binding = "c-ext", per = "call", price = price(5000) },
    { case = "ints", binding = "c-ext", per = "element", price = price(8) } } }
  model.derive(run, function() return true end)
  local page = parts_of(html.render(run))
  check.contains(page, "What of it the boundary takes")
  check.contains(page, "c-api<span class=\"i\"> (found in its file)</span>")
  check.contains(page, "the call through c-api")
  check.contains(page, "5.000 µs")
  check.contains(page, "a list of integers through c-api")
  check.contains(page, "Not priced here (")
  check.contains(page, "rust hides it.")
  -- 15 µs a run and 20 ns a unit: what is left is what was planted less the prices.
  local priced
  for _, entry in ipairs(run.break_even) do
    if entry.subject == "rust" then priced = entry.priced end
  end
  check.truthy(math.abs(priced.run[2].price.median / 10000 - 1) < 0.02)
  check.truthy(math.abs(priced.size[2].price.median / 12 - 1) < 0.02)
  check.contains(run.verdicts[2].text, "of which the call through c-api takes")
  -- The same in a pull request: its tables, and why a port has no share, once.
  run.program = { text = "The whole *program* …" }
  local text = require("payoff.formats.markdown").render(run)
  check.contains(text, "The whole \\*program\\* …")
  check.contains(text, "<summary>Where it pays off, and what it costs</summary>")
  check.contains(text, "| port | where | pays | one run costs | of it the boundary |")
  check.contains(text, "5.000 µs [4.999, 5.001]")
  local _, reasons = text:gsub("%- The boundary is not %(all%) priced of %*%*", "")
  check.equal(reasons, 1)
  check.contains(text, "| port | import | start of a pool | peak memory |")
end)

check.test("the curve of a scaling law goes through points that follow it", function()
  local run = fixtures.sizes()
  local made = require("payoff.html.charts.scaling").make(run, { has_sizes = true })[1]
  check.equal(#made.rows, 8)
  for _, row in ipairs(made.rows) do
    check.truthy(math.abs(row[7] / row[3] - 1) < 1e-9, row[1])
  end
  check.equal(made.rows[1][6], "USL")
  check.equal(made.rows[8][6], "Amdahl")
end)
