-- baseline: `payoff baseline save EXPERIMENT.lua`: counts to commit, for `payoff check --baseline`.

local later = require "payoff.later"
local baseline = later "payoff.check.baseline"
local fault = later "payoff.fault"
local launch = later "payoff.run.launch"
local layout = later "payoff.layout"
local options = later "payoff.options"
local progress = later "payoff.run.progress"
local sys = require "payoff.native.sys"
local units = later "payoff.units"

local command = {}

function command.define(parser)
  local it = parser:command("baseline")
    :summary("Count instructions and keep them as JSON, for `payoff check --baseline`.")
    :description("`payoff baseline save EXPERIMENT.lua` builds the experiment, checks its results, "
      .. "counts the instructions of its rows (by the CPU's counter, else by Valgrind) and writes "
      .. "them to a small readable file that can be committed.")
  it:argument("what", "What to do."):choices { "save" }
  it:argument("file", "The experiment, a Lua script."):argname("EXPERIMENT.lua")
  it:option("--out", "The file to write (default: NAME.baseline.json beside the experiment).")
    :argname("FILE.json")
  it:option("--only", "Only subjects or cells that match."):argname("GLOB"):count("*")
  it:option("--set", "A setting that the script reads with payoff.setting.")
    :argname("NAME=VALUE"):count("*")
  it:option("--counts", "Count by the CPU's counter only, or by Valgrind only.")
    :choices { "hardware", "simulated" }
  it:option("--python", "The interpreter for Python subjects that name none."):argname("PATH")
end

function command.run(arguments)
  local wanted = {
    settings = options.settings(arguments), only = arguments.only, counts = arguments.counts,
    launcher = launch.new { python = arguments.python }, progress = progress.new(),
    alpha = 0.01, budget_s = 60, seed = 1,
  }
  local _ <close> = setmetatable({}, { __close = function() wanted.progress:clear() end })
  local path, saved, skipped = baseline.save(arguments.file, arguments.out, wanted)
  local ids, rows = {}, {}
  for id in pairs(saved) do ids[#ids + 1] = id end
  table.sort(ids)
  for i, id in ipairs(ids) do
    rows[i] = { id, units.count(saved[id].instructions), saved[id].source }
  end
  local out = { layout.grid({ "row", "instructions", "counted by" }, rows, { false, true }) }
  for _, line in ipairs(skipped) do
    out[#out + 1] = layout.wrap("not counted: " .. line, 79, "  ") .. "\n"
  end
  out[#out + 1] = ("saved in %s\n"):format(path)
  wanted.progress:clear()
  fault.shown(sys.write(1, table.concat(out)))
  return fault.status.ok
end

return command
