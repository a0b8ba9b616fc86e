-- run: `payoff run FILE.lua`: measure an experiment, print its table, write its reports.

local go = require "payoff.tour.go"
local measure = require "payoff.measure"
local options = require "payoff.options"
local payoff = require "payoff"
local script = require "payoff.script"

local run = {}

function run.define(parser)
  local command = parser:command("run")
    :summary("Measure an experiment, print its table, write its reports.")
    :description("Runs FILE.lua, an experiment: builds its subjects, checks every one against the "
      .. "reference, measures them in random order, prints the table and writes the CSV and the "
      .. "HTML report.")
  command:argument("file", "The experiment or the tour, a Lua script."):argname("FILE.lua")
  command:option("--set", "A setting that the script reads with payoff.setting.")
    :argname("NAME=VALUE"):count("*")
  measure.options(command)
end

function run.run(arguments)
  measure.check(arguments)
  local experiment = script.load(arguments.file,
    { settings = options.settings(arguments), quick = arguments.quick, tours = true })
  if getmetatable(experiment) == payoff.Tour then return go.run(experiment, arguments) end
  return measure.run(experiment, arguments)
end

return run
