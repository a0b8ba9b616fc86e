-- ranges: `payoff ranges FILE.py:FUNC --args '[0, 1]'`: how wide the numbers of a function get.
--
-- The audit is a Python program of its own (profiler/workers/python/payoff_ranges.py); this starts
-- it and passes on what it says.

local assets = require "payoff.native.assets"
local later = require "payoff.later"
local fault = later "payoff.fault"
local launch = later "payoff.run.launch"
local sys = require "payoff.native.sys"

local ranges = {}

function ranges.define(parser)
  local command = parser:command("ranges")
    :summary("Show how wide the numbers of a Python function get, before it is ported.")
    :description("Calls FUNC with its arithmetic watched: the smallest and largest value of every "
      .. "expression, the first at which it leaves 32, 53, 64 or 128 bits, and the smallest type "
      .. "that holds it, beside the source.")
  command:argument("function", "FILE.py:FUNC; FUNC may be Class.method."):argname("FILE.py:FUNC")
  command:option("--args", "Arguments of a call, as JSON: '[0, 1]'. May be given more than once.")
    :argname("JSON"):count("*")
  command:flag("--json", "JSON instead of text.")
  command:flag("--all", "Also expressions that stay within 32 bits.")
  command:flag("--compare", "Call it plainly too: the result must be the same; shows the cost.")
  command:option("--timeout", "Seconds it may take (default: 600)."):argname("SECONDS")
  command:option("--python", "The interpreter (default: $PAYOFF_PYTHON, else python3).")
    :argname("PATH")
end

function ranges.run(arguments)
  local timeout_s = tonumber(arguments.timeout or 600)
  if not timeout_s or timeout_s <= 0 then
    fault.raise("usage", "--timeout %s: a number of seconds is wanted", arguments.timeout)
  end
  local python, reason = launch.new({ python = arguments.python }):interpreter({})
  if not python then fault.raise("unavailable", "%s", reason) end
  local program = fault.check("internal", nil, assets.read("workers/python_ranges.py"))
  local argv = { python, "-c", program, arguments["function"] }
  for _, text in ipairs(arguments.args) do
    argv[#argv + 1] = "--args"
    argv[#argv + 1] = text
  end
  for _, flag in ipairs { "json", "all", "compare" } do
    if arguments[flag] then argv[#argv + 1] = "--" .. flag end
  end
  local result = fault.check("unavailable", python,
    fault.ran(sys.run { argv = argv, timeout_s = timeout_s, output_max = 64 << 20 }))
  if result.timed_out then fault.raise("failed", "the audit took longer than %g s", timeout_s) end
  sys.write(1, result.stdout)
  if result.exit == 0 then
    if result.stderr ~= "" then sys.write(2, result.stderr) end
    return fault.status.ok
  end
  local message = result.stderr:gsub("^python_ranges[.py]*: ", ""):gsub("%s+$", "")
  return fault.raise(result.exit == 2 and "usage" or "failed", "%s", message)
end

return ranges
