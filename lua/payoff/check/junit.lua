-- junit: a check as JUnit XML: one test case per row. Slower and wrong rows are failures, those
-- that could not be judged are errors, so that neither is taken for a pass.
--
--   sys.write_file("payoff.xml", junit.render(result))

local text = require "payoff.text"
local words = require "payoff.check.words"

local junit = {}

local replacements = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
  ["'"] = "&apos;", ["\n"] = "&#10;", ["\t"] = "&#9;", ["\r"] = "&#13;" }

-- Names may come from anywhere: valid UTF-8 without the characters that XML 1.0 forbids.
function junit.escape(value)
  local clean = text.clean(value):gsub("\u{FFFE}", "\u{FFFD}"):gsub("\u{FFFF}", "\u{FFFD}")
  return (clean:gsub("[&<>\"'\n\t\r]", replacements))
end

local escape = junit.escape

local kinds = { slower = "failure", wrong = "failure", failed = "error", unresolved = "error",
  skipped = "skipped", new = "skipped" }

local function case(result, row)
  local class = ("%s.%s"):format(result.experiment, row.head.subject)
  local open = ('  <testcase classname="%s" name="%s"'):format(escape(class), escape(row.id))
  local kind = kinds[row.state]
  local message = words.row(result, row)
  if not kind then
    return ("%s>\n    <system-out>%s</system-out>\n  </testcase>\n"):format(open, escape(message))
  elseif kind == "skipped" then
    return ('%s>\n    <skipped message="%s"/>\n  </testcase>\n'):format(open, escape(message))
  end
  return ('%s>\n    <%s type="%s" message="%s">%s</%s>\n  </testcase>\n'):format(open, kind,
    row.state, escape(message), escape(("again: %s"):format(words.reproduce(result, row))), kind)
end

function junit.render(result)
  local count = { failure = 0, error = 0, skipped = 0 }
  local cases = {}
  for i, row in ipairs(result.rows) do
    local kind = kinds[row.state]
    if kind then count[kind] = count[kind] + 1 end
    cases[i] = case(result, row)
  end
  return ('<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="%s" tests="%d" failures="%d" '
    .. 'errors="%d" skipped="%d" time="%.3f">\n%s</testsuite>\n'):format(
    escape("payoff check " .. result.experiment), #result.rows, count.failure, count.error,
    count.skipped, result.seconds, table.concat(cases))
end

return junit
