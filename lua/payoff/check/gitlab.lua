-- gitlab: a check as GitLab's code quality report, and as its metrics report (OpenMetrics text).
--
--   sys.write_file("gl-code-quality.json", gitlab.quality(result))
--   sys.write_file("metrics.txt", gitlab.metrics(result))

local fault = require "payoff.fault"
local hash = require "payoff.check.hash"
local json = require "payoff.native.json"
local text = require "payoff.text"
local words = require "payoff.check.words"

local gitlab = {}

local severities = { wrong = "critical", slower = "major", failed = "major", unresolved = "minor" }

-- One finding per row that is not well. The fingerprint is of the row and its kind alone, so that
-- GitLab knows the finding again when its size changes.
function gitlab.quality(result)
  local list = {}
  for _, row in ipairs(result.rows) do
    local severity = severities[row.state]
    if severity then
      local line = row.head.of.where and row.head.of.where:match(":(%d+)$")
      list[#list + 1] = {
        description = ("%s. Again: %s"):format(text.clean(words.row(result, row)),
          text.clean(words.reproduce(result, row))),
        check_name = "payoff-" .. row.state, severity = severity,
        fingerprint = hash.of(("%s\0%s\0%s"):format(result.experiment, row.id, row.state)),
        location = { path = text.clean(result.file), lines = { begin = tonumber(line) or 1 } },
      }
    end
  end
  return fault.check("internal", "gitlab", json.encode(json.array(list), { indent = 2 })) .. "\n"
end

local function label(value)
  return (text.clean(value):gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("\n", "\\n"))
end

local values = {
  { "payoff_head_seconds", function(row) return row.head_ns and row.head_ns / 1e9 end },
  { "payoff_base_seconds", function(row) return row.base_ns and row.base_ns / 1e9 end },
  { "payoff_change_ratio", function(row) return row.interval and row.interval.median end },
  { "payoff_instructions", function(row) return row.counts and row.counts.head end },
}

-- What is not known has no line.
function gitlab.metrics(result)
  local out = {}
  for _, metric in ipairs(values) do
    for _, row in ipairs(result.rows) do
      local value = metric[2](row)
      if value then
        out[#out + 1] = ('%s{experiment="%s",row="%s"} %.9g\n'):format(metric[1],
          label(result.experiment), label(row.id), value)
      end
    end
  end
  return table.concat(out)
end

return gitlab
