-- github: a check as GitHub shows it: annotations on the experiment, and a step summary.
--
--   sys.write(1, github.annotations(result))   -- ::error file=x.lua,title=…::c, serial is slower
--   github.summary(result)                        -- Markdown, for $GITHUB_STEP_SUMMARY

local text = require "payoff.text"
local units = require "payoff.units"
local words = require "payoff.check.words"

local github = {}

-- The characters that end a message or a property of a workflow command.
local function data(value)
  return (text.clean(value):gsub("%%", "%%25"):gsub("\r", "%%0D"):gsub("\n", "%%0A"))
end

local function property(value)
  return (data(value):gsub(":", "%%3A"):gsub(",", "%%2C"))
end

local levels = { slower = "error", wrong = "error", failed = "error", unresolved = "warning" }

function github.annotations(result)
  local out = {}
  for _, row in ipairs(result.rows) do
    local level = levels[row.state]
    if level then
      local line = row.head.of.where and row.head.of.where:match(":(%d+)$")
      out[#out + 1] = ("::%s file=%s,line=%s,title=%s::%s\n"):format(level, property(result.file),
        line or "1", property(("payoff: %s %s"):format(row.name, words.verdict(row))),
        data(("%s. Again: %s"):format(words.row(result, row), words.reproduce(result, row))))
    end
  end
  return table.concat(out)
end

-- Nothing in a name may become a column, a link or HTML.
local function cell(value)
  return (text.line(value):gsub("[\\`*_{}%[%]<>()#+!|~&$-]", function(c)
    return ("&#%d;"):format(c:byte())
  end))
end

-- Code spans show backslashes as they are; backquotes would end them.
local function code(value)
  return "`" .. text.line(value):gsub("`", "'"):gsub("|", "\\|") .. "`"
end

local marks = { ok = "✅", slower = "❌", wrong = "❌", failed = "❌", unresolved = "⚠️", new = "🆕",
  skipped = "⏭️" }

function github.summary(result)
  local out = { ("### payoff check: %s\n\n%s, against %s.\n\n"):format(cell(result.title),
    cell(words.summary(result)), cell(result.base_text)),
    "| row | base | head | change | verdict |\n|---|--:|--:|--:|---|\n" }
  for _, row in ipairs(result.rows) do
    local counts = row.counts
    local by_count = not row.interval and counts and counts.change
    out[#out + 1] = ("| %s | %s | %s | %s | %s %s |\n"):format(cell(row.name),
      by_count and units.count(counts.base) or units.time(row.base_ns),
      by_count and units.count(counts.head) or units.time(row.head_ns),
      by_count and words.percent(counts.change, 3) .. " %" or words.change(row), marks[row.state],
      words.verdict(row))
  end
  for _, row in ipairs(result.rows) do
    if levels[row.state] then
      out[#out + 1] = ("\n- %s: %s\n"):format(cell(words.row(result, row)),
        code(words.reproduce(result, row)))
    end
  end
  local sees = words.sees(result)
  if sees then
    out[#out + 1] = ("\nCould see &ge; %s %% today (power %g %%, false alarms &le; %g %%).\n")
      :format(units.two_digits(sees * 100), result.power * 100, result.alpha * 100)
  end
  return table.concat(out)
end

return github
