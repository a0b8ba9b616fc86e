-- profile: the share of a program's time that a function takes: told, or read from a profile.
--
--   profile.told("0.35")                  --> { median = 0.35, from = "as told" }
--   profile.told("0.3..0.4")              --> with low and high
--   profile.read("app.prof", { python = "/usr/bin/python3", name = "f", hint = "app.py" })
--
-- A profile may come from a stranger: a Python process of its own reads it, with limits, and hands
-- back numbers (profiler/workers/python/payoff_profile.py). Nothing in it is run.

local assets = require "payoff.native.assets"
local fault = require "payoff.fault"
local json = require "payoff.native.json"
local later = require "payoff.later"
local launch = later "payoff.run.launch" -- measuring needs it, an option does not
local paths = require "payoff.paths"
local stats = require "payoff.native.stats"
local sys = require "payoff.native.sys"

local profile = {}

local function number(text)
  local value, percent = text:match("^%s*([%d.]+)%s*(%%?)%s*$")
  value = tonumber(value)
  if value and percent == "%" then value = value / 100 end
  return value and value > 0 and value <= 1 and value or nil
end

function profile.told(text)
  local first, last = text:match("^(.-)%.%.(.+)$")
  local low, high = number(first or text), number(last or text)
  if not low or not high or low > high then
    fault.raise("usage", "--share %s: a share of the program's time is wanted, like 0.35, 35%% or "
      .. "0.3..0.4", text)
  end
  local share = { median = (low + high) / 2, from = "as told" }
  if first then share.low, share.high, share.level = low, high, 1 end
  return share
end

local function from_samples(found, level)
  local share = stats.share(found.hits, found.samples, level)
  return { median = share.estimate, low = share.low, high = share.high, level = share.level,
    n = share.n, from = ("%d of %d samples of a profiler, taken as independent"):format(found.hits,
      found.samples) }
end

local function from_pstats(found)
  return { median = found.share, from = ("%.4g s of %.4g s in cProfile's file, %d calls; it slows "
    .. "small functions more than large ones"):format(found.spent_s, found.total_s, found.calls),
    reason = "cProfile measures once: there is nothing to make an interval of" }
end

local function why(result)
  if result.timed_out then return "reading it took too long" end
  if result.signal then return ("reading it crashed Python (signal %d)"):format(result.signal) end
  local text = result.stderr:gsub("%s+$", "")
  if result.exit == 3 and text ~= "" then return text end
  return "it is neither cProfile's file nor collapsed stacks"
end

-- options: python (interpreter), name (of the function), hint (its file), level.
function profile.read(path, options)
  local found = sys.stat(path)
  if not found then fault.raise("noinput", "--profile %s: there is no such file", path) end
  if found.type ~= "file" then fault.raise("data", "--profile %s: it is no file", path) end
  local program = fault.check("internal", nil, assets.read("workers/python_profile.py"))
  local result = fault.check("unavailable", options.python, sys.run {
    argv = { options.python, "-I", "-c", program, path, options.name, options.hint or "" },
    timeout_s = 90, output_max = 1 << 16,
  })
  if result.cancelled then fault.raise("interrupted", "interrupted") end
  local answer = result.exit == 0 and json.decode(result.stdout)
  if not answer then fault.raise("data", "--profile %s: %s", path, (why(result))) end
  return answer.kind == "stacks" and from_samples(answer, options.level) or from_pstats(answer)
end

-- The options of `payoff run` and of reports; by default it is asked for `default`.
function profile.define(command, default)
  command:option("--share", "The share of the whole program's time that the function takes, like "
    .. "0.35 or 0.3..0.4: what would porting it do to the program?"):argname("SHARE")
  command:option("--profile", "Read the share from cProfile's file, or from collapsed stacks.")
    :argname("FILE")
  command:option("--function", ("The function that --profile is asked for, NAME or FILE.py:NAME%s."
    ):format(default and " (default: " .. default .. ")" or "")):argname("NAME"):target("func")
end

-- The function that the experiment is about, as a profile names it: name and file.
local function function_of(experiment, asked)
  local file, name = (asked or ""):match("^(.+):([^:]+)$")
  if asked then return name or asked, file and paths.name(file) end
  local subject = experiment.subjects[1]
  if not subject.func then
    fault.raise("usage", "--profile: which function of the profile? name it: --function NAME")
  end
  local stem = subject.module and subject.module:match("[^.]+$") .. ".py"
  return subject.func, subject.file and paths.name(subject.file) or stem
end

-- Another share than the one it was measured with, for a run out of the store.
function profile.retell(run, arguments)
  if arguments.share or arguments.profile then
    run.program = profile.program(arguments,
      { subjects = run.subjects, confidence = run.confidence })
  elseif arguments.func then
    fault.raise("usage", "--function belongs to --profile: give both")
  end
end

-- What --share or --profile tell about the whole program; nil when neither is there.
function profile.program(arguments, experiment)
  if arguments.share and arguments.profile then
    fault.raise("usage", "give either --share or --profile, not both")
  end
  if arguments.share then return { share = profile.told(arguments.share) } end
  if not arguments.profile then return nil end
  local name, hint = function_of(experiment, arguments.func)
  local python, reason = launch.new({ python = arguments.python }):interpreter({})
  if not python then fault.raise("unavailable", "%s", reason) end
  return { func = name, share = profile.read(arguments.profile,
    { python = python, name = name, hint = hint, level = experiment.confidence }) }
end

return profile
