-- compare: `payoff compare FILE.db RUN_A RUN_B`, or of two stores the last run of each.
--
-- Prints, for every row that both runs have, whether B is faster, slower, equal or unresolved.

local compare = require "payoff.run.compare"
local derive = require "payoff.run.derive"
local fault = require "payoff.fault"
local json = require "payoff.native.json"
local layout = require "payoff.layout"
local runs = require "payoff.commands.runs"
local sys = require "payoff.native.sys"
local units = require "payoff.units"

local command = {}

function command.define(parser)
  local it = parser:command("compare")
    :summary("Compare two stored runs: what became faster, slower, or stayed equal.")
    :description("Compares run B with run A, row by row: `payoff compare FILE.db A B`, or "
      .. "`payoff compare A.db B.db` for the last run of each. Times of different machines are "
      .. "shown, but nothing is concluded from them (exit status 3).")
  it:argument("what", "FILE.db RUN_A RUN_B, or A.db B.db."):args("2-3"):argname("WHAT")
  it:option("--margin", "Differences below this many percent count as equal (default: 1).")
    :argname("PERCENT"):default("1")
  it:option("--time", "What to compare: wall (default) or cpu time."):argname("KIND")
    :default("wall"):choices { "wall", "cpu" }
  it:flag("--json", "The same as JSON.")
end

local function margin_of(arguments)
  local percent = tonumber(arguments.margin)
  if not percent or not (percent > 0 and percent < 100) then
    fault.raise("usage", "--margin %s: percent, above 0 and below 100, are wanted",
      arguments.margin)
  end
  return percent / 100
end

local function load_both(what)
  if what[3] then return runs.load(what[1], what[2]), runs.load(what[1], what[3]) end
  if not sys.stat(what[2]) then
    fault.raise("usage", "%s is no file: write FILE.db RUN_A RUN_B, or A.db B.db", what[2])
  end
  return runs.load(what[1]), runs.load(what[2])
end

local words = { missing = "—", invalid = "—" }

local function grid(result)
  local rows = {}
  for i, row in ipairs(result.rows) do
    rows[i] = { row.name, units.interval(row.old, units.time), units.interval(row.new, units.time),
      words[row.state] or row.state, row.text .. (row.reason and " (" .. row.reason .. ")" or "") }
    if row.state == "equal" then
      rows[i][4] = ("equal within ±%.3g %%"):format(result.margin * 100)
    end
  end
  return layout.grid({ "row", "A", "B", "B is", "B against A" }, rows, { false, true, true })
end

local function head(name, run)
  return ("%s: %s, started %s\n"):format(name, run.id, run.started or units.UNKNOWN)
end

local function footer(result, arguments)
  local lines = {
    ("Times are %s time; [ ] holds the true value with %.4g %% confidence; the verdicts together "
      .. "are wrong at most as often as that leaves (Holm)."):format(
      arguments.time == "cpu" and "CPU" or "elapsed", result.level * 100),
    "Whatever else changed on the machine between the two runs is part of the difference. To be "
      .. "sure, measure both versions as two subjects of one run.",
  }
  if #result.differences > 0 then
    lines[#lines + 1] = ("These are different machines (%s): their times are no evidence, and "
      .. "nothing is concluded."):format(table.concat(result.differences, "; "))
  end
  if #result.cautions > 0 then
    lines[#lines + 1] = "caution: not the same in both runs: "
      .. table.concat(result.cautions, "; ")
  end
  local width = math.max(60, (sys.columns() or 80) - 1)
  for i, line in ipairs(lines) do lines[i] = layout.wrap(line, width, "  ") end
  return table.concat(lines, "\n") .. "\n"
end

local function as_json(result, old, new)
  return fault.check("internal", "compare", json.encode({
    a = old.id, b = new.id, level = result.level, margin = result.margin,
    rows = json.array(result.rows), differences = json.array(result.differences),
    cautions = json.array(result.cautions),
  }, { indent = 2, sort = true })) .. "\n"
end

function command.run(arguments)
  local margin = margin_of(arguments)
  local old, new = load_both(arguments.what)
  local by = { old = old, new = new }
  local result = compare.runs(old, new, { margin = margin, time = arguments.time,
    valid = function(cell, which) return derive.valid(by[which], cell) end })
  local text = arguments.json and as_json(result, old, new)
    or table.concat { head("A", old), head("B", new), "\n", grid(result), "\n",
      footer(result, arguments) }
  fault.shown(sys.write(1, text))
  return #result.differences > 0 and fault.status.unresolved or fault.status.ok
end

return command
