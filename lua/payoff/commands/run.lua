-- run: `payoff run FILE.lua`: measure an experiment, print its table, write its reports.

local later = require "payoff.later"
local fault = later "payoff.fault"
local go = later "payoff.tour.go"
local measure = later "payoff.measure"
local options = later "payoff.options"
local payoff = require "payoff"
local resume = later "payoff.run.resume"
local script = later "payoff.script"

local run = {}

function run.define(parser)
  local command = parser:command("run")
    :summary("Measure an experiment, print its table, write its reports.")
    :description("Runs FILE.lua, an experiment: builds its subjects, checks every one against the "
      .. "reference, measures them in random order, prints the table and writes the CSV and the "
      .. "HTML report.")
  command:argument("file", "The experiment or the tour, a Lua script."):argname("FILE.lua")
    :args("?")
  command:option("--resume", "Go on with a run that was interrupted or killed: its number, its id "
    .. "or the beginning of it, or last. Plan, seeds and options are those of then; FILE.lua may "
    .. "be left out when --db is given."):argname("RUN")
  command:option("--set", "A setting that the script reads with payoff.setting.")
    :argname("NAME=VALUE"):count("*")
  measure.options(command)
end

local function load(arguments)
  return script.load(arguments.file,
    { settings = options.settings(arguments), quick = arguments.quick, tours = true })
end

local function find_run(arguments)
  if arguments.no_db then
    fault.raise("usage", "--resume needs the store, and --no-db says that there is none")
  elseif arguments.db then
    return resume.find(arguments.db, arguments.resume)
  elseif not arguments.file then
    fault.raise("usage", "--resume needs the experiment: payoff run FILE.lua --resume %s",
      arguments.resume)
  end
  return resume.find(measure.store_path(load(arguments), arguments), arguments.resume)
end

local function go_on(arguments)
  local it = find_run(arguments)
  resume.check_programs(it, arguments)
  resume.overlay(it, arguments)
  measure.check(arguments)
  local experiment = load(arguments)
  resume.check_text(it, experiment)
  arguments.db, arguments.resumed = it.path, it
  return measure.run(experiment, arguments)
end

function run.run(arguments)
  if arguments.resume then return go_on(arguments) end
  if not arguments.file then
    fault.raise("usage", "which experiment? payoff run FILE.lua")
  end
  measure.check(arguments)
  local experiment = load(arguments)
  if getmetatable(experiment) == payoff.Tour then return go.run(experiment, arguments) end
  return measure.run(experiment, arguments)
end

return run
