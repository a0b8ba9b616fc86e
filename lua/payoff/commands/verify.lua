-- verify: `payoff verify EXPERIMENT.lua`, or `payoff verify REF PORT…`: is every port right?
--
--   payoff verify scripts/cpu_intensive.lua --only 'c-*' --budget 30
--   payoff verify reference.py:f port:f --args '[0, 1]'

local later = require "payoff.later"
local corpus = later "payoff.verify.corpus"
local engine = later "payoff.verify.engine"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local options = later "payoff.options"
local paths = later "payoff.paths"
local payoff = require "payoff"
local progress = later "payoff.run.progress"
local report = later "payoff.verify.report"
local script = later "payoff.script"
local sys = require "payoff.native.sys"
local text = later "payoff.text"

local verify = {}

function verify.define(parser)
  local command = parser:command("verify")
    :summary("Try to find an input for which a port is wrong.")
    :description("Calls the reference and each port with the experiment's own tasks, recorded "
      .. "calls, boundary values, random and mutated inputs, each in a process of its own, and "
      .. "says what differs, for which smallest input, and why. Without a script: REF and PORTs "
      .. "as for `payoff try`.")
  command:argument("what", "EXPERIMENT.lua, or the reference and its ports."):argname("WHAT")
    :args("+")
  command:option("--args", "The arguments of one task, as JSON: '[0, 1]'. Give it once per task; "
    .. "without it, the annotations of the reference are gone by."):argname("JSON"):count("*")
  command:option("--only", "Only ports that match, like 'rust-*'."):argname("GLOB"):count("*")
  command:option("--set", "A setting that the script reads with payoff.setting.")
    :argname("NAME=VALUE"):count("*")
  command:option("--budget", "Seconds for inputs that payoff makes up (default: 10).")
    :argname("SECONDS")
  command:option("--inputs", "At most so many of them."):argname("N")
  command:option("--seed", "Seed of the random inputs (default: drawn, and printed)."):argname("N")
  command:option("--tolerance", "Without a script: ulp=N, relative=X, absolute=X, sum or order.")
    :argname("NAME=X"):count("*")
  command:option("--corpus", "Kept failures and recorded calls (default: EXPERIMENT.corpus.json; "
    .. "without a script: none)."):argname("FILE")
  command:option("--json", "Write what was found, as JSON."):argname("FILE")
  command:option("--python", "The interpreter for Python subjects that name none."):argname("PATH")
end

local function tolerance(arguments)
  local out = {}
  for _, item in ipairs(arguments.tolerance) do
    local name, value = item:match("^(%a+)=?(.*)$")
    if item == "sum" or item == "order" then
      out[item] = true
    else
      out[name or item] = tonumber(value) or fault.raise("usage",
        "--tolerance %s: ulp=N, relative=X, absolute=X, sum or order is wanted", item)
    end
  end
  return out
end

-- REF PORT…: the experiment that a script would have made.
local function experiment_of(arguments)
  payoff.begin(".", {})
  local subjects = {}
  for i, item in ipairs(options.subjects(arguments.what)) do
    subjects[i] = payoff[item.kind](item.fields)
  end
  if #subjects < 2 then fault.raise("usage", "verify: which port is to be compared with %s?",
    arguments.what[1]) end
  local first = subjects[1]
  return payoff.experiment {
    name = paths.stem(first.func or first.symbol), reference = table.remove(subjects, 1),
    subjects = subjects, tasks = options.with_none(options.tasks(arguments)),
    check = { tolerance = tolerance(arguments) },
  }
end

local function status_of(result)
  if result.interrupted then return fault.status.interrupted end
  local status = fault.status.ok
  for i, port in ipairs(result.ports) do
    local subject = port.subject or result.expect[i + 1]
    if port.state == "wrong" and subject.expect ~= "wrong" then return fault.status.wrong end
    if port.state == "failed" and subject.expect ~= "wrong" then status = fault.status.failed end
  end
  return status
end

local function show(result)
  fault.shown(sys.write(1, text.clean(report.render(result))))
end

function verify.run(arguments)
  local by_script = #arguments.what == 1 and arguments.what[1]:match("%.lua$")
  local wanted = {
    budget_s = options.number(arguments, "budget", 0.01) or 10, only = arguments.only,
    inputs_max = options.number(arguments, "inputs", 0, true), python = arguments.python,
    seed = options.number(arguments, "seed", 0, true)
      or fault.check("system", nil, sys.random_seed()) % 1000000,
    guess = not by_script and #arguments.args == 0,
  }
  local experiment, file
  if by_script then
    experiment = script.load(arguments.what[1], { settings = options.settings(arguments) })
    file = arguments.what[1]:gsub("%.lua$", "") .. ".corpus.json"
  else
    experiment = experiment_of(arguments)
  end
  file = arguments.corpus or file
  wanted.kept = file and corpus.read(file) or { version = 1, entries = {} }
  local line = progress.new()
  wanted.note = function(message) line:show(nil, message) end
  local ok, result = xpcall(engine.run, function(problem)
    return fault.is(problem) and problem or debug.traceback(tostring(problem), 2)
  end, experiment, wanted)
  line:clear()
  if not ok then error(result, 0) end
  if file and wanted.kept.changed then
    wanted.kept.changed = nil
    corpus.write(file, wanted.kept)
  end
  if arguments.json then
    local encoded = fault.check("internal", "--json", json.encode(report.data(result)))
    fault.check("io", "--json", sys.write_file(arguments.json, encoded .. "\n"))
  end
  show(result)
  return status_of(result)
end

return verify
