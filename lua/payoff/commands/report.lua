-- report: `payoff report [FILE.db] [RUN]`: a stored run in any format, or through a user's script.
--
--   payoff report cpu_intensive.payoff.db --html report.html --csv samples.csv
--   payoff report cpu_intensive.payoff.db 3 --script reports/custom/slowest.lua

local later = require "payoff.later"
local fault = later "payoff.fault"
local formats = later "payoff.formats"
local history = later "payoff.history"
local paths = later "payoff.paths"
local payoff = require "payoff"
local profile = later "payoff.model.profile"
local runs = later "payoff.commands.runs"
local script = later "payoff.script"
local sys = require "payoff.native.sys"
local timing = later "payoff.run.timing"

local report = {}

-- The formats that have an option of their own; the table is what is printed without any.
local function written()
  local list = {}
  for _, name in ipairs(formats.names) do
    if name ~= "table" then list[#list + 1] = name end
  end
  return list
end

function report.define(parser)
  local command = parser:command("report")
    :summary("Write a stored run as HTML, CSV, or what other tools read.")
    :description("Writes what `payoff run` kept in its store. Every option takes a file to write, "
      .. "or - for standard output; with none of them the table is printed.")
  command:argument("db", "The store (default: the one *.payoff.db of this folder).")
    :argname("FILE.db"):args("?")
  command:argument("run", "The run's number or id (default: the last one)."):argname("RUN")
    :args("?")
  for _, name in ipairs(written()) do
    command:option("--" .. name, formats.describe(name):gsub("^%l", string.upper) .. ".")
      :argname("FILE")
  end
  command:option("--script", "A Lua file that returns payoff.report { render = function(run) … "
    .. "end }; its text goes to --out."):argname("FILE.lua")
  timing.option(command, timing.stored)
  profile.define(command)
  command:option("--out", "Where --script's text goes (default: standard output)."):argname("FILE")
end

local function is_database(path) return path:find("%.db$") ~= nil or sys.stat(path) ~= nil end

-- `payoff report 3` means run 3 of the store that is there.
local function find(arguments)
  local db, run = arguments.db, arguments.run
  if db and not run and not is_database(db) then db, run = nil, db end
  if db then return db, run end
  local found = {}
  for _, name in ipairs(fault.check("system", nil, sys.list("."))) do
    if name:find("%.payoff%.db$") then found[#found + 1] = name end
  end
  if #found ~= 1 then
    fault.raise("usage", "which store? There %s: write `payoff report FILE.db%s`",
      #found == 0 and "is no *.payoff.db in this folder"
        or "are several in this folder (" .. table.concat(found, ", ") .. ")",
      run and " " .. run or "")
  end
  return found[1], run
end

local function put(path, text)
  if path == "-" then
    fault.shown(sys.write(1, text))
  else
    fault.check("io", nil, sys.write_file(path, text))
  end
end

local function render_script(path, run)
  local made = script.run(path, {})
  if getmetatable(made) ~= payoff.Report then
    fault.raise("data", "%s: the script must end with `return payoff.report { render = "
      .. "function(run) … end }`", path)
  end
  local text = script.call(path, made.render, run, {})
  if type(text) ~= "string" then
    fault.raise("data", "%s: render must return the report's text, not a %s", made.where or path,
      type(text))
  end
  return text
end

-- Is there anything to write but CSV, which needs nothing of the run worked out?
local function only_csv(arguments)
  for _, name in ipairs(written()) do
    if name ~= "csv" and arguments[name] then return false end
  end
  return arguments.csv and not arguments.script and not arguments.out
end

-- Where a path leads, whether its file is there yet or not.
local function place_of(path)
  local folder = sys.realpath(paths.folder(path))
  return sys.realpath(path) or folder and paths.join(folder, paths.name(path)) or path
end

-- Two texts for one file, or one for the store itself, would be a loss that nobody asked for.
local function check_targets(arguments, db)
  local taken = { [place_of(db)] = "the store" }
  local names = written()
  names[#names + 1] = "out"
  for _, name in ipairs(names) do
    local target = arguments[name]
    if target == "" then fault.raise("usage", "--%s: which file? (- is standard output)", name) end
    local place = target == "-" and "-" or target and place_of(target)
    if place and taken[place] then
      fault.raise("usage", "--%s %s: that is %s; give it another file", name, target, taken[place])
    elseif place then
      taken[place] = "where --" .. name .. " goes"
    end
  end
end

function report.run(arguments)
  local db, number = find(arguments)
  check_targets(arguments, db)
  local asked = arguments.csv ~= nil
  if asked then runs.write_csv(db, number, arguments.csv) end
  if only_csv(arguments) then return fault.status.ok end
  local names = {}
  for _, name in ipairs(written()) do
    if name ~= "csv" and arguments[name] then names[#names + 1] = name end
  end
  local run = runs.load(db, number, arguments,
    not arguments.script and runs.samples_for(names) or nil)
  if arguments.html then history.attach(run, db) end
  for _, name in ipairs(written()) do
    if name ~= "csv" and arguments[name] then
      asked = true
      put(arguments[name], formats.of(name).render(run, {}))
    end
  end
  if arguments.script then
    asked = true
    put(arguments.out or "-", render_script(arguments.script, run))
  elseif arguments.out then
    fault.raise("usage", "--out belongs to --script; the formats take their file themselves, like "
      .. "--html %s", arguments.out)
  end
  if not asked then
    put("-", formats.of("table").render(run, {
      color = sys.isatty(1) and not sys.environ().NO_COLOR, columns = sys.columns(),
    }))
  end
  return fault.status.ok
end

return report
