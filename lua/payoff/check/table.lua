-- table: what a check found, for a terminal.
--
--   sys.write(1, table_of.render(result, 80))

local layout = require "payoff.layout"
local text = require "payoff.text"
local units = require "payoff.units"
local words = require "payoff.check.words"

local table_of = {}

local function grid(result)
  local rows, times = {}, false
  for _, row in ipairs(result.rows) do times = times or row.base_ns ~= nil end
  for i, row in ipairs(result.rows) do
    local counts = row.counts
    local change = times and words.change(row)
      or counts and counts.change and words.percent(counts.change, 3) .. " %" or units.UNKNOWN
    local kind = times and (row.evidence and row.interval and words.time[row.evidence] or "")
      or counts and counts.source or ""
    rows[i] = {
      text.line(row.name),
      times and units.time(row.base_ns) or counts and units.count(counts.base) or units.UNKNOWN,
      times and units.time(row.head_ns) or counts and units.count(counts.head) or units.UNKNOWN,
      change, (kind:gsub(" time$", "")), words.verdict(row),
    }
  end
  return layout.grid({ "row", "base", "head", "change", "by", "verdict" }, rows,
    { false, true, true, true })
end

local function paragraph(line, width) return layout.wrap(line, width, "  ") .. "\n" end

local function needs_words(row)
  if row.state == "unresolved" and row.cut and row.step ~= "fires" then
    return row.counts or row.promise
  end
  return row.state ~= "ok" or row.suspicious or row.counts or row.promise
end

local function footer(result)
  local lines = { words.cut(result) }
  local sees = words.sees(result)
  if sees then
    lines[#lines + 1] = ("Could see ≥ %s %% today, with %g %% power in every row that is not "
      .. "slower; asked for: %g %%."):format(units.two_digits(sees * 100),
      result.power * 100, result.effect * 100)
  end
  if result.alpha then
    lines[#lines + 1] = ("Slower is: at most %g %% false alarms in all rows together (sign test on "
      .. "fresh pairs of processes, Holm), and more than %.2g %%. [ ] holds the true change with "
      .. "%g %% confidence."):format(result.alpha * 100, result.margin * 100,
      (1 - result.alpha) * 100)
  end
  for _, line in ipairs(result.notes or {}) do lines[#lines + 1] = line end
  lines[#lines + 1] = ("%s (%.1f s)"):format(words.summary(result), result.seconds)
  return lines
end

function table_of.render(result, columns)
  local width = math.max(60, columns - 1)
  local out = { ("payoff check: %s, head against %s\n\n"):format(text.line(result.title),
    text.line(result.base_text)), grid(result), "\n" }
  for _, row in ipairs(result.rows) do
    if needs_words(row) then
      out[#out + 1] = paragraph(words.row(result, row) .. ".", width)
      if row.state ~= "ok" and row.state ~= "new" and row.state ~= "skipped" then
        out[#out + 1] = "  again: " .. words.reproduce(result, row) .. "\n"
      end
    end
  end
  for _, line in ipairs(footer(result)) do out[#out + 1] = paragraph(line, width) end
  return table.concat(out)
end

return table_of
