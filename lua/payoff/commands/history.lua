-- history: `payoff history [CELL]`: how a row's time went over the runs of a store.

local later = require "payoff.later"
local fault = later "payoff.fault"
local history = later "payoff.history"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local options = later "payoff.options"
local store = later "payoff.store"
local sys = require "payoff.native.sys"
local units = later "payoff.units"

local command = {}

function command.define(parser)
  local it = parser:command("history")
    :summary("Show how times went over the runs, and where their level changed.")
    :description("One line per row: its median in every run, oldest first, as a sparkline on a "
      .. "logarithmic scale, and the points where its level changed. Only runs of the same "
      .. "machine, compilers and interpreters are compared; others stand apart.")
  it:argument("cell", "A row's id like c/serial/1/warm/1, the beginning of one, or a subject "
    .. "(default: every row)."):argname("CELL"):args("?")
  it:option("--db", "The store (default: the one *.payoff.db of this folder)."):argname("FILE.db")
  it:option("--experiment", "Of which experiment, where the store has several (default: the last "
    .. "run's)."):argname("NAME")
  it:option("--last", "So many runs at most."):argname("N"):default("200")
  it:flag("--json", "The same as JSON.")
end

local function find_store()
  local found = {}
  for _, name in ipairs(fault.check("system", nil, sys.list("."))) do
    if name:find("%.payoff%.db$") then found[#found + 1] = name end
  end
  if #found == 1 then return found[1] end
  fault.raise("usage", "which store? There %s in this folder: give --db FILE.db",
    #found == 0 and "is no *.payoff.db" or "are several *.payoff.db")
end

local function change_text(one, index)
  local stretch, before = one.stretches[index], one.stretches[index - 1]
  local point, ratio = one.points[stretch.first], stretch.level / before.level
  return ("    %s at run %s, %s%s: %s to %s"):format(
    ratio > 1 and ("+%s %%"):format(units.number((ratio - 1) * 100))
      or ("-%s %%"):format(units.number((1 - ratio) * 100)),
    point.run, (point.started or "?"):sub(1, 10),
    point.commit and ", commit " .. point.commit or "",
    units.time(before.level), units.time(stretch.level))
end

local function series_lines(lines, row, one, width)
  local values, last = {}, one.points[#one.points]
  for i = math.max(1, #one.points - 40 + 1), #one.points do
    values[#values + 1] = one.points[i].median
  end
  lines[#lines + 1] = ("%s  %s  %s"):format(layout.pad(row.name, width),
    layout.pad(history.sparkline(values), math.min(40, #values)), units.time(last.median))
  if #one.differences > 0 then
    lines[#lines + 1] = layout.wrap(("    %d run%s apart: %s"):format(#one.points,
      #one.points == 1 and "" or "s", table.concat(one.differences, "; ")), 79, "    ")
  end
  for i = 2, #one.stretches do lines[#lines + 1] = change_text(one, i) end
end

local function text_of(name, models, list)
  local lines, width = {}, 0
  for _, row in ipairs(list) do width = math.max(width, units.width(row.name)) end
  for _, row in ipairs(list) do
    for _, one in ipairs(row.series) do series_lines(lines, row, one, width) end
  end
  return ("%s: %d run%s, from %s to %s\n\n%s\n\n%s\n"):format(name, #models,
    #models == 1 and "" or "s", models[1].started:sub(1, 10), models[#models].started:sub(1, 10),
    table.concat(lines, "\n"), layout.wrap("Medians of elapsed time, oldest run first, then the "
      .. "newest. A change is one of the level over several runs, of at least 0.5 %; a single odd "
      .. "run is none, and fewer than five runs say nothing.", 79, ""))
end

local function as_json(name, list)
  for _, row in ipairs(list) do
    for _, one in ipairs(row.series) do
      one.differences, one.stretches = json.array(one.differences), json.array(one.stretches)
    end
  end
  return fault.check("internal", "history", json.encode(
    { format = 1, experiment = name, rows = json.array(list) },
    { indent = 2, sort = true })) .. "\n"
end

function command.run(arguments)
  local most = options.number(arguments, "last", 1, true)
  local path = arguments.db or find_store()
  local db = store.must_open(path, { read_only = true })
  local all = store.checked(db:runs())
  if #all == 0 then fault.raise("data", "%s holds no run", path) end
  local name = arguments.experiment or all[#all].experiment.name
  local models = store.checked(history.load(db, name, most))
  db:close()
  if #models == 0 then fault.raise("usage", "%s has no run of '%s'", path, name) end
  local list = history.of(models, { cell = arguments.cell,
    level = models[#models].confidence or 0.95 })
  if #list == 0 then
    fault.raise("usage", arguments.cell and "no run of %s has a valid time of '%s'"
      or "no run of %s has a valid time", name, arguments.cell)
  end
  local text = arguments.json and as_json(name, list) or text_of(name, models, list)
  fault.shown(sys.write(1, text))
  return fault.status.ok
end

return command
