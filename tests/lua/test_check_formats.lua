local check = require "check"
local github = require "payoff.check.github"
local hash = require "payoff.check.hash"
local junit = require "payoff.check.junit"
local words = require "payoff.check.words"

local hostile = "a\"<b>&'|`c`\n::error::x,\1\u{202E}\u{FFFE}]]>"

local function result(fields)
  local row = {
    id = "c/serial/1/warm/1", name = "c, serial", state = "slower", slower_by = "time",
    head = { subject = "c", of = { where = "x.lua:7" } }, evidence = "cpu", screen = {},
    confirm = { 1 }, pairs = 14, above = 14, p = 6.1e-05, base_ns = 1e6, head_ns = 1.03e6,
    interval = { median = 1.031, low = 1.029, high = 1.034, level = 0.99, n = 14 },
  }
  for key, value in pairs(fields or {}) do row[key] = value end
  return {
    experiment = "x", title = "x", file = "x.lua", rows = { row }, seconds = 1.5, alpha = 0.01,
    effect = 0.03, power = 0.95, base_text = "main", against = { "--base-ref", "main" }, seed = 3,
  }, row
end

check.test("a message names cell, change with interval, evidence, and the command", function()
  local it, row = result()
  check.equal(words.row(it, row), "c, serial is slower: +3.1 % [+2.9, +3.4] CPU time (14 of 14 "
    .. "fresh pairs of processes took more CPU time, p = 6.1e-05)")
  check.equal(words.reproduce(it, row),
    "payoff check x.lua --base-ref main --only c/serial/1/warm/1 --seed 3")
end)

check.test("a verdict says by what a row is slower, where it is not by time", function()
  local _, row = result()
  check.equal(words.verdict(row), "SLOWER")
  row.slower_by = "promise"
  check.equal(words.verdict(row), "PROMISE BROKEN")
  check.contains(github.summary((result { slower_by = "instructions" })), "MORE INSTRUCTIONS")
  check.equal(words.verdict((select(2, result { state = "unresolved" }))), "unresolved")
end)

check.test("words are quoted for a shell, and stay on one line", function()
  check.equal(words.quote("c/serial"), "c/serial")
  check.equal(words.quote("a b'c"), [['a b'\''c']])
  check.equal(words.quote("a\n'"), [[$'a\x0a\x27']])
end)

check.test("what could be seen is said in times where percent say little", function()
  check.equal(words.seen(0.021), "could see ≥ 2.1 %")
  check.equal(words.seen(42.5), "could see only what is 44 times as slow")
end)

check.test("JUnit keeps a hostile name in its place", function()
  local it = result { name = hostile, id = hostile }
  local xml = junit.render(it)
  check.lacks(xml, "<b>")
  check.lacks(xml, "\1")
  check.lacks(xml, "\u{FFFE}")
  check.contains(xml, 'failures="1" errors="0"')
  check.equal(select(2, xml:gsub("<testcase ", "")), 1)
end)

check.test("unresolved rows are errors for JUnit, new ones are skipped", function()
  check.contains(junit.render((result { state = "unresolved", reason = "noise" })), "<error type=")
  check.contains(junit.render((result { state = "new" })), "<skipped message=")
  check.contains(junit.render((result { state = "ok" })), "<system-out>")
end)

check.test("one annotation is one line", function()
  local text = github.annotations((result { name = hostile, id = hostile }))
  check.equal(select(2, text:gsub("\n", "")), 1)
  check.contains(text, "::error file=x.lua,line=7,title=payoff%3A a")
  check.lacks(text, "\n::error::x")
end)

check.test("a hostile name is one cell of the summary's table", function()
  local text = github.summary((result { name = hostile, id = hostile }))
  for line in text:gmatch("[^\n]+") do
    if line:find("^| a") then check.equal(select(2, line:gsub("|", "")), 6) end
  end
  check.lacks(text, "<b>")
end)

check.test("rows that the budget did not reach are told once, with one that would do", function()
  local it, row = result { state = "unresolved", cut = true, spent_s = 6, wanted = 12 }
  row.screen, it.budget_s = { 1, 1, 1 }, 5
  check.contains(words.cut(it), "1 row is unresolved: the budget of 5 s ended after 3 pairs; "
    .. "--budget 40,")
  check.equal(words.cut((result())), nil)
end)

check.test("the hash is FNV-1a", function()
  check.equal(hash.of(""), "cbf29ce484222325")
  check.equal(hash.of("a"), "af63dc4c8601ec8c")
  check.equal(hash.of("foobar"), "85944171f73967e8")
end)
