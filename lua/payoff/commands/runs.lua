-- runs: `payoff runs`, `payoff show RUN`, `payoff export RUN`: what the store holds.

local later = require "payoff.later"
local derive = later "payoff.run.derive"
local fault = later "payoff.fault"
local formats = later "payoff.formats"
local layout = later "payoff.layout"
local metrics = later "payoff.metrics"
local profile = later "payoff.model.profile"
local store = later "payoff.store"
local sys = require "payoff.native.sys"
local timing = later "payoff.run.timing"
local clean_all = require("payoff.text").clean_all
local units = later "payoff.units"

local runs = {}

local function database_option(command)
  command:argument("db", "The store: a .payoff.db file, written by `payoff run`.")
    :argname("FILE.db")
end

function runs.define(parser)
  local list = parser:command("runs"):summary("List the runs that a store holds.")
    :description("Lists the runs that a store holds, oldest first: number, start, experiment, "
      .. "how it ended, samples, and the time it took.")
  database_option(list)
  local show = parser:command("show"):summary("Print the table of a stored run.")
    :description("Prints the table of a stored run, as `payoff run` printed it then.")
  database_option(show)
  show:argument("run", "Its number or id (default: the last one)."):argname("RUN"):args("?")
  timing.option(show, timing.stored)
  profile.define(show)
  local export = parser:command("export"):summary("Write a stored run as a report.")
    :description("Writes a stored run in one format; `payoff report` writes several at once.")
  database_option(export)
  export:argument("run", "Its number or id (default: the last one)."):argname("RUN"):args("?")
  export:option("--format", table.concat(formats.names, ", ") .. ".")
    :argname("NAME"):default("csv"):choices(formats.names)
  export:option("--out", "The file to write (default: standard output)."):argname("FILE")
  timing.option(export, timing.stored)
  profile.define(export)
end

local function open(path)
  return store.must_open(path, { read_only = true })
end

local function out(text)
  fault.shown(sys.write(1, text))
  return fault.status.ok
end

local function list_runs(arguments)
  local db = open(arguments.db)
  local rows = {}
  for i, run in ipairs(fault.check("data", nil, db:runs())) do
    rows[i] = {
      tostring(run.run), run.started or units.UNKNOWN, run.experiment.name or "", run.state,
      tostring(run.samples), run.wall_s and units.time(run.wall_s * 1e9) or units.UNKNOWN,
    }
  end
  db:close()
  return out(layout.grid({ "run", "started (UTC)", "experiment", "state", "samples", "took" }, rows,
    { true, false, false, false, true, true }))
end

-- The metrics that a stored run was measured with. A metric file of the user's is a program, and a
-- store may be a stranger's: it is never run from here. What was counted is there all the same.
local function metric_list(run)
  local names, list, shipped = run.metric_names or run.experiment.metrics, {}, {}
  for _, name in ipairs(metrics.shipped) do shipped[name] = true end
  for _, name in ipairs(type(names) == "table" and names or { "ipc", "os" }) do
    if shipped[name] then
      list[#list + 1] = name
    else
      table.insert(run.warnings, ("The metric %s is of a file of its own, which a report of a "
        .. "stored run does not execute; the events that it counted are here."):format(
        tostring(name)))
    end
  end
  return metrics.load(list, ".")
end

-- They are many, and numbers but for why one is marked, which formats clean themselves.
local samples_apart = { samples = true, warming = true }

local function load(db, path, which, samples)
  if which == nil then
    local all = fault.check("data", nil, db:runs())
    if #all == 0 then fault.raise("data", "%s holds no run", path) end
    which = all[#all].run
  end
  which = math.tointeger(tonumber(which)) or which
  return fault.check("usage", nil, db:load(which, { samples = samples }))
end

-- arguments: nil, or with share, profile and func: of the whole program. Every sample is a table
-- of its own, unless `samples` says how to keep them (payoff.store).
function runs.load(path, which, arguments, samples)
  local db = open(path)
  local run = load(db, path, which, samples)
  db:close()
  clean_all(run, samples_apart)
  if run.state == "running" then
    table.insert(run.warnings, "This run never ended: it is still being measured, or was killed.")
  end
  if arguments then
    run.rests_on = arguments.time or run.rests_on
    profile.retell(run, arguments)
  end
  return derive.run(run, metric_list(run))
end

-- How to load samples for these formats: in columns, where none of them reads each one.
function runs.samples_for(names)
  for _, name in ipairs(names) do
    if formats.of(name).every_sample then return "all" end
  end
  return "series"
end

-- Every sample of a stored run as CSV, to a file or "-": from file to file, without ever holding
-- the run.
function runs.write_csv(path, which, target)
  local db = open(path)
  local run = load(db, path, which, "phased")
  derive.name_phases(run)
  local stream = formats.of("csv").stream
  if target == "-" then
    stream(run, function(text)
      fault.shown(sys.write(1, text))
    end)
  else
    fault.check("io", nil, sys.write_file(target, function(write) stream(run, write) end))
  end
  db:close()
  return fault.status.ok
end

local function terminal_options()
  return { color = sys.isatty(1) and not sys.environ().NO_COLOR, columns = sys.columns() }
end

local function show_run(arguments)
  local run = runs.load(arguments.db, arguments.run, arguments, "series")
  return out(require("payoff.formats.table").render(run, terminal_options()))
end

local function export_run(arguments)
  if arguments.format == "csv" then
    return runs.write_csv(arguments.db, arguments.run, arguments.out or "-")
  end
  local run = runs.load(arguments.db, arguments.run, arguments,
    runs.samples_for { arguments.format })
  local text = formats.of(arguments.format).render(run, {})
  if not arguments.out then return out(text) end
  fault.check("io", nil, sys.write_file(arguments.out, text))
  return fault.status.ok
end

local actions = { runs = list_runs, show = show_run, export = export_run }

function runs.run(arguments)
  return actions[arguments.command](arguments)
end

return runs
