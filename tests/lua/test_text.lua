local check = require "check"
local text = require "payoff.text"

check.test("good text is left alone", function()
  for _, s in ipairs { "", "plain", "µ × “” 😀", "two\nlines\ttab\r\n" } do
    check.equal(text.clean(s), s)
  end
  check.equal(text.clean(12), "12")
end)

check.test("bad bytes become U+FFFD, one each, and the rest stays", function()
  check.equal(text.clean("a\xffb"), "a\u{FFFD}b")
  check.equal(text.clean("\xc3"), "\u{FFFD}")
  check.equal(text.clean("é\xc3\x28é"), "é\u{FFFD}(é")
  check.equal(text.clean("\xed\xa0\x80"), "\u{FFFD}\u{FFFD}\u{FFFD}") -- a lone surrogate
  check.truthy(utf8.len(text.clean("\xf8\x88\x80\x80\x80 \xfe\xff")))
end)

check.test("control characters become visible", function()
  check.equal(text.clean("a\0b\27[31m\127"), "a␀b␛[31m␡")
  check.equal(text.clean("a\u{85}b\u{9B}31m"), "a\u{FFFD}b\u{FFFD}31m")
end)

check.test("nothing turns the direction of what stands after it", function()
  check.equal(text.clean("a\u{202E}b\u{2066}c"), "a\u{FFFD}b\u{FFFD}c")
  local letters = "\u{5E9}\u{5DC}\u{200B}\u{2065}\u{206A}"
  check.equal(text.clean(letters), letters)
end)

check.test("every text of a table", function()
  local inner = { "a\27b", { c = "d\r\ne\rf" } }
  local made = { x = "\0", list = inner, kept = { "\27" }, n = 7 }
  check.equal(text.clean_all(made, { kept = true }), made)
  check.equal(made.x, "␀")
  check.equal(inner[1], "a␛b")
  check.equal(inner[2].c, "d\ne\nf")
  check.equal(made.kept[1], "\27")
  check.equal(made.n, 7)
  check.equal(text.clean_all("\27"), "␛")
end)

check.test("a sentence ends with a full stop", function()
  check.equal(text.sentence("no PMU"), "no PMU.")
  check.equal(text.sentence("why? "), "why?")
end)

check.test("one line has no line ends", function()
  check.equal(text.line(" a\n  b\r\n\tc\u{2028}\n"), "a b c")
end)
