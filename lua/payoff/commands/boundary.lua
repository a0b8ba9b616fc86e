-- boundary: `payoff boundary`: what crossing into native code costs on this machine.
--
--   payoff boundary                    -- scripts/boundary.lua, every case; keeps the figures
--   payoff boundary --case calls,ints --budget 5

local later = require "payoff.later"
local boundary = later "payoff.model.boundary"
local engine = later "payoff.run.engine"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local options = later "payoff.options"
local paths = later "payoff.paths"
local script = later "payoff.script"
local sys = require "payoff.native.sys"
local units = later "payoff.units"

local command = {}

local own_file = "scripts/boundary.lua"

function command.define(parser)
  local it = parser:command("boundary")
    :summary("Measure what a call into native code costs on this machine.")
    :description("Measures what one call costs through each binding, what an argument costs per "
      .. "element, a task of a pool and its start; prints the table and keeps the figures, so that "
      .. "reports can use them.")
  it:argument("file", "The experiment."):argname("FILE.lua")
    :default(own_file)
  it:option("--case", "Comma-separated, of: " .. table.concat(boundary.cases, ", ") .. ".")
    :argname("LIST")
  it:option("--budget", "Seconds to spend on each case (default: what six blocks take).")
    :argname("SECONDS")
  it:flag("--quick", "A first impression: one block, wide intervals.")
  it:option("--python", "The interpreter (default: $PAYOFF_PYTHON, else python3)."):argname("PATH")
  it:option("--out", "Where the figures are kept (default: payoff/boundary.json of the user's "
    .. "cache; none: -)."):argname("FILE.json")
end

local function cases_of(arguments)
  if not arguments.case then return boundary.cases end
  local known, out = {}, {}
  for _, name in ipairs(boundary.cases) do known[name] = true end
  for name in arguments.case:gmatch("[^,%s]+") do
    if not known[name] then
      fault.raise("usage", "--case %s: the cases are %s", name, table.concat(boundary.cases, ", "))
    end
    out[#out + 1] = name
  end
  return out
end

local function measure(case, arguments)
  local experiment = script.load(arguments.file,
    { settings = { case = case }, quick = arguments.quick })
  local budget_s = options.number(arguments, "budget", 0.1)
  return engine.run(experiment, { python = arguments.python, verify = false,
    budget_s = budget_s, blocks = arguments.quick and 1 or not budget_s and 6 or nil })
end

local function title_of(entry)
  if entry.case == "start" then
    return ("starting a pool of %d %s"):format(entry.jobs,
      entry.binding == "process" and "processes" or "threads")
  end
  return boundary.words[entry.case][1]
end

local function table_of(entries)
  local rows, notes = {}, layout.notes()
  for i, entry in ipairs(entries) do
    local text, reason = units.interval(entry.price, units.time)
    if not entry.price then text = units.UNKNOWN .. " " .. notes:mark(entry.reason or reason) end
    rows[i] = { title_of(entry), entry.binding, text, "per " .. entry.per }
  end
  return layout.grid({ "what", "through", "costs", "" }, rows, { false, false, true }) ..
    notes:text(80)
end

local function keep(arguments, kept)
  local path = arguments.out or boundary.default_path()
  if not path or path == "-" then return "" end
  local folder = paths.folder(path)
  if folder ~= "" then fault.check("io", nil, sys.mkdirs(folder)) end
  local text = fault.check("internal", nil, json.encode(kept, { indent = 1 }))
  fault.check("io", nil, sys.write_file(path, text .. "\n"))
  return ("\nKept in %s; `payoff run%s` reads it.\n"):format(path,
    path ~= boundary.default_path() and " --boundary " .. path or "")
end

function command.run(arguments)
  if arguments.file == own_file and not sys.stat(own_file) then
    fault.raise("noinput", "%s is not here: it builds its ports from payoff's sources, so run this "
      .. "in their top folder, or name its path", own_file)
  end
  local entries, first, stopped_at = {}, nil, nil
  for _, case in ipairs(cases_of(arguments)) do
    local run = measure(case, arguments)
    if run.interrupted then
      stopped_at = case
      break
    end
    first = first or run
    table.move(boundary.entries(run, case), 1, 1000, #entries + 1, entries)
  end
  if not first then fault.raise("interrupted", "interrupted") end
  local kept = boundary.new(first, entries)
  local text = ("The boundary on this machine (%s)\n\n%s"):format(kept.of.python or "Python",
    table_of(entries))
  -- Half a list would take the place of a whole one.
  text = text .. (stopped_at and ("\nInterrupted in the case %s; nothing is kept. --case measures "
    .. "some cases alone.\n"):format(stopped_at) or keep(arguments, kept))
  fault.shown(sys.write(1, text))
  return stopped_at and fault.status.interrupted or fault.status.ok
end

return command
