-- record: `payoff record --func MODULE:FUNC --out f.corpus.json -- python3 app.py …`: what a real
-- program calls a function with, as inputs for `payoff verify`.
--
-- The program runs as it would; in every Python process of it the function is wrapped as its module
-- is imported (profiler/workers/python/payoff_record.py).

local assets = require "payoff.native.assets"
local later = require "payoff.later"
local corpus = later "payoff.verify.corpus"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local sys = require "payoff.native.sys"

local record = {}

local modules = { "payoff_record", "payoff_fault", "payoff_json", "payoff_library",
  "payoff_values" }

function record.define(parser)
  local command = parser:command("record")
    :summary("Record the calls of a function in a real program, as inputs for verify.")
    :description("Runs PROGRAM and keeps arguments and outcome of calls of MODULE:FUNC "
      .. "(__main__:FUNC for one of the script itself), in threads and processes, too. Calls that "
      .. "cannot be repeated elsewhere (arguments that are files, objects of the program, …) are "
      .. "counted and left out.")
  command:argument("program", "The program and its arguments, after --."):argname("PROGRAM")
    :args("+")
  command:option("--func", "MODULE:FUNC, as the program imports it."):argname("MODULE:FUNC")
  command:option("--out", "The corpus; added to if it exists."):argname("FILE")
  command:option("--calls", "At most so many different calls."):argname("N")
    :default("500")
end

local function prepare(folder, module, func, calls)
  for _, name in ipairs(modules) do
    local text = fault.check("internal", nil, assets.read("workers/record/" .. name .. ".py"))
    fault.check("io", nil, sys.write_file(("%s/%s.py"):format(folder, name), text))
  end
  local start = "import payoff_record\npayoff_record.begin()\n"
  fault.check("io", nil, sys.write_file(folder .. "/sitecustomize.py", start))
  local env = sys.environ()
  env.PYTHONPATH = folder .. (env.PYTHONPATH and ":" .. env.PYTHONPATH or "")
  env.PAYOFF_RECORD = json.encode { module = module, func = func, calls = calls,
                                    out = folder .. "/calls", folder = folder }
  return env
end

local function clean(folder)
  for _, name in ipairs(sys.list(folder .. "/__pycache__") or {}) do
    sys.remove(folder .. "/__pycache__/" .. name)
  end
  sys.remove(folder .. "/__pycache__")
  for _, name in ipairs(sys.list(folder) or {}) do sys.remove(folder .. "/" .. name) end
  sys.remove(folder)
end

local function collect(folder, kept)
  local counts = { calls = 0, kept = 0, left_out = 0, seen = 0 }
  local lines = sys.read_file(folder .. "/calls") or ""
  for line in lines:gmatch("[^\n]+") do
    local entry = json.decode(line)
    if type(entry) == "table" and entry.calls then
      counts.calls = counts.calls + entry.calls
      counts.left_out = counts.left_out + entry.left_out
    elseif type(entry) == "table" and entry.task then
      entry.kind, entry.on = "recorded", os.date("!%Y-%m-%d")
      counts.seen = counts.seen + 1
      if corpus.add(kept, entry) then counts.kept = counts.kept + 1 end
    end
  end
  -- A pool's process that is killed does not get to say how many calls it had.
  counts.calls = math.max(counts.calls, counts.seen)
  return counts
end

-- counts, result | counts, nil, message
local function watch(folder, program, kept, module, func, calls)
  local env = prepare(folder, module, func, calls)
  local result, message = sys.run { argv = program, env = env, output_max = 64 << 20 }
  return collect(folder, kept), result, message
end

function record.run(arguments)
  local module, func = (arguments.func or ""):match("^([%a_][%w_.]*):([%a_][%w_.]*)$")
  if not module then fault.raise("usage", "record: --func MODULE:FUNC is wanted") end
  if not arguments.out then fault.raise("usage", "record: --out FILE is wanted") end
  local calls = math.tointeger(tonumber(arguments.calls))
  if not calls or calls < 1 then
    fault.raise("usage", "--calls %s: a whole number of at least 1 is wanted", arguments.calls)
  end
  local kept = corpus.read(arguments.out)
  local folder = fault.check("io", nil, sys.scratch("record"))
  local done, counts, result, message = pcall(watch, folder, arguments.program, kept, module, func,
    calls)
  clean(folder)
  if not done then error(counts, 0) end
  if not result then fault.raise("unavailable", "%s: %s", arguments.program[1], message) end
  sys.write(1, result.stdout)
  sys.write(2, result.stderr)
  if result.cancelled then fault.raise("interrupted", "interrupted") end
  kept.changed = nil
  corpus.write(arguments.out, kept)
  sys.write(2, ("payoff: %d calls of %s:%s; %d new ones kept in %s; %d could not be kept\n"):format(
    counts.calls, module, func, counts.kept, arguments.out, counts.left_out))
  if result.exit ~= 0 then
    fault.raise("failed", "the program ended with %s", result.exit and "status " .. result.exit
      or "signal " .. tostring(result.signal))
  end
  return fault.status.ok
end

return record
