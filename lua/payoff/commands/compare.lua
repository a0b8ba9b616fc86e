-- compare: `payoff compare FILE.db RUN_A RUN_B`, or of two stores the last run of each.
--
-- Prints, for every row that both runs have, whether B is faster, slower, equal or unresolved.

local later = require "payoff.later"
local between = later "payoff.run.between"
local derive = later "payoff.run.derive"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local replicates = later "payoff.run.replicates"
local runs = later "payoff.commands.runs"
local store = later "payoff.store"
local sys = require "payoff.native.sys"
local units = later "payoff.units"

local command = {}

function command.define(parser)
  local it = parser:command("compare")
    :summary("Compare two stored runs: what became faster, slower, or stayed equal.")
    :description("Compares run B with run A, row by row: `payoff compare FILE.db A B`, or "
      .. "`payoff compare A.db B.db` for the last run of each. What the machine did between the "
      .. "runs is seen in the rows whose code is the same in both, and taken off. Times of "
      .. "different machines are shown, but nothing is concluded from them (exit status 3).")
  it:argument("what", "FILE.db RUN_A RUN_B, or A.db B.db."):args("2-3"):argname("WHAT")
  it:option("--margin", "Differences below this many percent count as equal.")
    :argname("PERCENT"):default("1")
  it:option("--time", "What to compare: own, elapsed time without the waits for a CPU "
    .. "that others held; wall, with them; or cpu time."):argname("KIND")
    :default("own"):choices { "own", "wall", "cpu" }
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

-- The newest other runs of the same experiments in these stores: how much the same code differs
-- from run to run.
local most_others, most_samples = 12, 200000 -- every sample is a table while they are compared

local function others_of(paths, old, new)
  local list, seen, samples = {}, { [old.id] = true, [new.id] = true }, 0
  for _, path in ipairs(paths) do
    local db = store.must_open(path, { read_only = true })
    local all = fault.check("data", nil, db:runs())
    db:close()
    for i = #all, 1, -1 do
      local name = all[i].experiment.name
      if #list < most_others and not seen[all[i].id] and all[i].state == "complete"
        and samples + all[i].samples <= most_samples
        and (name == old.experiment.name or name == new.experiment.name) then
        seen[all[i].id], samples = true, samples + all[i].samples
        list[#list + 1] = runs.load(path, tostring(all[i].run))
      end
    end
  end
  return list
end

local function load_both(what)
  if what[3] then return runs.load(what[1], what[2]), runs.load(what[1], what[3]) end
  if not sys.stat(what[2]) then
    fault.raise("usage", "%s is no file: write FILE.db RUN_A RUN_B, or A.db B.db", what[2])
  end
  return runs.load(what[1]), runs.load(what[2])
end

-- Where the two runs have nothing to do with each other, no table would say it as well.
local function check_both(old, new)
  if old.id == new.id then
    fault.raise("usage", "run %s is compared with itself: name two runs", old.id)
  end
  local of_old = {}
  for _, cell in ipairs(old.cells) do of_old[cell.id] = true end
  for _, cell in ipairs(new.cells) do
    if of_old[cell.id] then return end
  end
  fault.raise("usage", "the runs have no row in common: A is of %s (%s), B of %s (%s)",
    old.experiment.name or "?", (old.cells[1] or {}).id or "no row", new.experiment.name or "?",
    (new.cells[1] or {}).id or "no row")
end

local words = { missing = "—", invalid = "—" }

local function grid(result)
  local rows = {}
  for i, row in ipairs(result.rows) do
    rows[i] = { row.name, units.interval(row.old, units.time), units.interval(row.new, units.time),
      words[row.state] or row.state, row.text,
      row.beyond_text or row.same and "same code" or "" }
    if row.state == "equal" then
      rows[i][4] = ("equal within ±%.3g %%"):format(result.margin * 100)
    end
  end
  return layout.grid({ "row", "A", "B", "B is", "B against A", "beyond the machine" }, rows,
    { false, true, true })
end

local function head(name, run)
  return ("%s: %s, started %s\n"):format(name, run.id, run.started or units.UNKNOWN)
end

-- Rows that are held back for the same reason share a line.
local function reasons(result, lines)
  local names, order = {}, {}
  for _, row in ipairs(result.rows) do
    if row.reason then
      if not names[row.reason] then
        names[row.reason] = {}
        order[#order + 1] = row.reason
      end
      table.insert(names[row.reason], row.name)
    end
  end
  for _, reason in ipairs(order) do
    lines[#lines + 1] = ("%s: %s."):format(table.concat(names[reason], "; "), reason)
  end
end

-- What other runs of the same code say; and what to do where there are none.
local function from_run_to_run(result, lines)
  local known, alone = {}, false
  for _, row in ipairs(result.rows) do
    if row.spread then
      known[#known + 1] = ("%s ±%.2g %% in %d runs"):format(row.name, row.spread.sd * 100,
        row.spread.runs)
    elseif row.beyond then
      alone = true
    end
  end
  if #known > 0 then
    lines[#lines + 1] = ("From run to run the same code moves by itself (standard deviation, "
      .. "beyond the machine's change): %s. That is in the intervals."):format(
      table.concat(known, "; "))
  end
  if alone then
    lines[#lines + 1] = ("What touched one row alone between the runs, for as long as a run, no "
      .. "two runs can show. To be sure, measure both versions as two subjects of one run, let "
      .. "`payoff check` do it, or add runs: from %d more of either version on, what the same code "
      .. "does from run to run is counted."):format(replicates.needed)
  end
end

local kinds = {
  own = "elapsed time without the waits for a CPU that others held (of serial rows; of others that "
    .. "is not known)",
  wall = "elapsed time", cpu = "CPU time",
}

local function footer(result)
  local lines = {}
  for _, one in ipairs(result.machine) do lines[#lines + 1] = one.text .. "." end
  reasons(result, lines)
  lines[#lines + 1] = ("Times are %s; [ ] holds the true value with %.4g %% confidence; the "
    .. "verdicts together are wrong at most as often as that leaves (Holm)."):format(
    kinds[result.time], result.level * 100)
  from_run_to_run(result, lines)
  if #result.differences > 0 then
    lines[#lines + 1] = ("These are different machines (%s): their times are no evidence, and "
      .. "nothing is concluded."):format(table.concat(result.differences, "; "))
  end
  if #result.cautions > 0 then
    lines[#lines + 1] = "caution: " .. table.concat(result.cautions, "; ") .. "."
  end
  local width = math.max(60, (sys.columns() or 80) - 1)
  for i, line in ipairs(lines) do lines[i] = layout.wrap((line:gsub("%.%.$", ".")), width, "  ") end
  return table.concat(lines, "\n") .. "\n"
end

local function as_json(result, old, new)
  return fault.check("internal", "compare", json.encode({
    a = old.id, b = new.id, level = result.level, margin = result.margin, time = result.time,
    rows = json.array(result.rows), differences = json.array(result.differences),
    cautions = json.array(result.cautions), machine = json.array(result.machine),
  }, { indent = 2, sort = true })) .. "\n"
end

function command.run(arguments)
  local margin = margin_of(arguments)
  local old, new = load_both(arguments.what)
  check_both(old, new)
  local by = { old = old, new = new }
  local stores = arguments.what[3] and { arguments.what[1] } or arguments.what
  local result = between.runs(old, new, { margin = margin, time = arguments.time,
    others = others_of(stores, old, new),
    valid = function(cell, which) return derive.valid(by[which], cell) end })
  local text = arguments.json and as_json(result, old, new)
    or table.concat { head("A", old), head("B", new), "\n", grid(result), "\n",
      footer(result) }
  fault.shown(sys.write(1, text))
  return #result.differences > 0 and fault.status.unresolved or fault.status.ok
end

return command
