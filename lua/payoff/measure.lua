-- measure: what `payoff run` and `payoff try` share: options, the run itself, reports, exit status.
--
--   measure.options(command)                       -- adds --only, --budget, … to a command
--   return measure.run(experiment, arguments)      --> exit status

local later = require "payoff.later"
local boundary = later "payoff.model.boundary"
local conflict = later "payoff.run.conflict"
local engine = later "payoff.run.engine"
local fault = later "payoff.fault"
local garbage = later "payoff.run.garbage"
local history = later "payoff.history"
local options = later "payoff.options"
local paths = later "payoff.paths"
local profile = later "payoff.model.profile"
local recorder = later "payoff.run.recorder"
local resume = later "payoff.run.resume"
local sizes = later "payoff.model.sizes"
local sys = require "payoff.native.sys"
local timing = later "payoff.run.timing"
local table_format = later "payoff.formats.table"
local words = later "payoff.check.words"

local measure = {}

function measure.options(command)
  command:option("--only", "Only subjects or cells that match, like 'rust-*' or '*/serial/*'. "
    .. "May be given more than once; the baseline is always measured."):argname("GLOB"):count("*")
  command:flag("--quick", "A first impression: one block, no intervals.")
  command:option("--budget", "Seconds to spend on measuring (default: the experiment's, or 60).")
    :argname("SECONDS")
  command:option("--precision", "Stop early, at looks planned beforehand, when every interval is "
    .. "within ± this many percent (default: the experiment's, or 2)."):argname("PERCENT")
  timing.option(command, "the experiment's, or wall")
  command:option("--blocks", "Exactly this many blocks, whatever the budget."):argname("N")
  command:option("--counts", "simulated: count instructions besides, by Valgrind, in a pass of its "
    .. "own after the blocks (with --blocks 0, in place of them)."):choices { "simulated" }
  command:flag("--no-verify", "Skip the quick part of `payoff verify` (about half a second for "
    .. "each port): only the experiment's own tasks are compared."):target("no_verify")
  command:option("--sizes", "auto: sizes around the points where ports begin to pay off; "
    .. "auto:1:5000 within bounds; or a list, like 1,10,100."):argname("WHICH")
  profile.define(command, "the reference")
  command:option("--boundary", "What `payoff boundary` measured here (default: where it keeps it).")
    :argname("FILE.json")
  command:flag("--no-pin", "Let the system choose the CPUs of the workers."):target("no_pin")
  command:option("--seed", "Seed of every random choice (default: drawn, and recorded).")
    :argname("N")
  command:option("--python", "The interpreter for Python subjects that name none (default: "
    .. "$PAYOFF_PYTHON, else python3)."):argname("PATH")
  command:option("--db", "The store that keeps every sample (default: beside the experiment)."
    ):argname("FILE.db")
  command:flag("--no-db", "Keep nothing in a store."):target("no_db")
  command:option("--out", "Folder of the reports."):argname("DIR")
    :default(options.reports)
end

-- What the engine is told; raises on a number that is none.
local function engine_options(arguments)
  local precision = options.number(arguments, "precision", 0.01)
  return {
    only = arguments.only, python = arguments.python, command = arguments.command_line,
    budget_s = options.number(arguments, "budget", 0.1),
    seed = options.number(arguments, "seed", 0, true),
    counts = arguments.counts, pin = not arguments.no_pin, verify = not arguments.no_verify,
    precision = precision and precision / 100, rests_on = arguments.time,
    blocks = options.number(arguments, "blocks", 0, true)
      or arguments.quick and 1 or nil,
  }
end

measure.check = engine_options

-- Writes every report; a full disk loses the file, not the table that is printed after it.
function measure.write_reports(model, folder)
  local lines, problem = {}, nil
  local ok, message = sys.mkdirs(folder)
  if not ok then return lines, message end
  for _, name in ipairs { "csv", "html" } do
    local format = require("payoff.formats." .. name)
    local path = ("%s/%s%s"):format(folder, model.experiment.name, format.extension)
    local written, why = sys.write_file(path, format.render(model, {}))
    if written then
      lines[#lines + 1] = ("%-5s %s"):format(name:upper(), path)
    else
      problem = problem or why
    end
  end
  return lines, problem
end

-- The exit status: what a script that called us must know. An experiment that says
-- `expect = "wrong"` of a subject has foreseen it.
function measure.status_of(model)
  if model.interrupted then return fault.status.interrupted end
  local status = fault.status.ok
  for _, subject in ipairs(model.subjects) do
    local state = subject.verdict and subject.verdict.state
    if state == "wrong" and subject.expect ~= "wrong" then return fault.status.wrong end
    if subject.state == "failed" or state == "failed" then status = fault.status.failed end
  end
  return status
end

-- Where the samples go, or nil.
function measure.store_path(experiment, arguments)
  if arguments.no_db then return nil end
  return arguments.db or paths.join(experiment.folder, experiment.name .. ".payoff.db")
end

-- The command that goes on where this run was interrupted, when the record is whole.
local function resume_line(model, path, arguments)
  if not model.interrupted or not path or model.blocks == nil then return "" end
  local more = ""
  for _, option in ipairs { { "--python", arguments.python }, { "--db", arguments.db and path },
    { "--out", options.folder(arguments) } } do
    if option[2] then more = ("%s %s %s"):format(more, option[1], words.quote(option[2])) end
  end
  return ("\nTo go on: payoff run %s%s --resume %s\n"):format(words.quote(model.experiment.file),
    more, model.id)
end

local function choose_sizes(experiment, wanted)
  local how = { engine = engine.run, clock = sys.monotonic_s,
    budget_s = wanted.budget_s or experiment.budget }
  for _, name in ipairs { "only", "python", "pin", "seed", "rests_on" } do
    how[name] = wanted[name]
  end
  return sizes.choose(experiment, how)
end

function measure.run(experiment, arguments)
  local wanted = engine_options(arguments)
  conflict.check(experiment, wanted)
  if arguments.sizes then sizes.ask(experiment, arguments.sizes) end
  wanted.program = profile.program(arguments, experiment)
  if arguments.resumed then resume.keep_sizes(arguments.resumed, experiment) end
  wanted.boundary = arguments.boundary or boundary.default_path()
  if experiment.auto then wanted.sizing = choose_sizes(experiment, wanted) end
  local path = measure.store_path(experiment, arguments)
  wanted.recorder = path and recorder.new(path, resume.options(arguments))
  wanted.resume = arguments.resumed
  local model = engine.run(experiment, wanted)
  local _ <close> = garbage.none()
  history.attach(model, path)
  local lines, problem = measure.write_reports(model, arguments.out)
  local text = table_format.render(model, {
    color = sys.isatty(1) and not sys.environ().NO_COLOR, columns = sys.columns(),
  })
  if #lines > 0 then text = text .. "\n" .. table.concat(lines, "\n") .. "\n" end
  if experiment.text then text = text .. resume_line(model, path, arguments) end
  local shown, why, code = sys.write(1, text)
  if problem then fault.raise("io", "the reports are not complete: %s", problem) end
  fault.shown(shown, why, code)
  return measure.status_of(model)
end

return measure
