-- check.options: the command-line options of whatever checks: `payoff check` and `payoff bisect`.
--
--   options.rows(command); options.design(command, "a check"); options.measuring(command)
--   options.words(arguments)   --> { "--effect", "1", "--no-pin" }: those that are no defaults
--   options.copy(arguments)    --> all of them, for another check with the same ones

local json = require "payoff.native.json"

local options = {}

-- With a value, in the order in which a command that repeats a check has them.
local VALUES = { "effect", "alpha", "power", "pairs", "budget", "counts", "seed", "python" }
local DEFAULTS = { effect = "3", alpha = "1", power = "95", pairs = "200", budget = "120" }

-- Which rows.
function options.rows(command)
  command:option("--only", "Only subjects or cells that match, like 'rust-*' or '*/serial/*'. "
    .. "May be given more than once."):argname("GLOB"):count("*")
  command:option("--set", "A setting that the script reads with payoff.setting.")
    :argname("NAME=VALUE"):count("*")
end

-- `once`: what the figures are of, like "a check".
function options.design(command, once)
  local function add(name, text, argname)
    command:option("--" .. name, text):argname(argname):default(DEFAULTS[name])
  end
  add("effect", "The slow-down in percent that must be found.", "PERCENT")
  add("alpha", ("False alarms in percent, over all rows of %s."):format(once), "PERCENT")
  add("power", "How often that slow-down must be found, in percent.", "PERCENT")
  add("pairs", "Pairs of processes per row and stage at most.", "N")
  add("budget", ("Seconds for the screen of %s; a confirmation may take as long again.")
    :format(once), "SECONDS")
end

function options.measuring(command)
  command:option("--counts", "simulated: compare instructions besides, by Valgrind; hardware: by "
    .. "the CPU's counters."):choices { "simulated", "hardware" }
  command:flag("--no-pin", "Let the system choose the CPUs of the workers."):target("no_pin")
  command:option("--seed", "Seed of every random choice (default: drawn, and shown).")
    :argname("N")
  command:option("--python", "The interpreter for Python subjects that name none."):argname("PATH")
end

function options.copy(arguments)
  local out = { no_pin = arguments.no_pin, only = json.array(arguments.only),
    set = json.array(arguments.set) }
  for _, name in ipairs(VALUES) do out[name] = arguments[name] end
  return out
end

-- What a command that repeats it must say: without the rows and the seed, which its caller knows.
function options.words(arguments)
  local out = {}
  for _, pair in ipairs(arguments.set) do out[#out + 1], out[#out + 2] = "--set", pair end
  for _, name in ipairs(VALUES) do
    local value = arguments[name]
    if name ~= "seed" and value and value ~= DEFAULTS[name] then
      out[#out + 1], out[#out + 2] = "--" .. name, value
    end
  end
  if arguments.no_pin then out[#out + 1] = "--no-pin" end
  return out
end

return options
