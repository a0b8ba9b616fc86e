-- saved: the script that `payoff try … --save FILE.lua` writes: run again, it is the same run.
--
--   local text = saved.script(list, wanted, arguments)     -- list: of payoff.options.subjects
--
-- What an experiment has a field for is in the script, its paths as they are from the folder of
-- FILE.lua. What belongs to a run (its seed, say, and where it is kept) is in the command that its
-- first line names, to be given where `payoff try` was.

local options = require "payoff.options"
local paths = require "payoff.paths"
local spelling = require "payoff.spelling"
local sys = require "payoff.native.sys"
local words = require "payoff.check.words"

local saved = {}

-- The options that no field of an experiment stands for, as measure.options calls them.
local of_a_run = { { "only", "--only" }, { "seed", "--seed" }, { "no_pin", "--no-pin" },
  { "no_verify", "--no-verify" }, { "share", "--share" }, { "profile", "--profile" },
  { "func", "--function" }, { "boundary", "--boundary" }, { "db", "--db" },
  { "no_db", "--no-db" } }

local function pieces(path)
  local out = {}
  for piece in path:gmatch("[^/]+") do out[#out + 1] = piece end
  return out
end

-- Where this folder is from another one: both are there, since one is written to.
local function from(folder)
  local here, there = pieces(sys.realpath(".") or ""), pieces(sys.realpath(folder) or "")
  local same = 0
  while here[same + 1] and here[same + 1] == there[same + 1] do same = same + 1 end
  local out = {}
  for _ = same + 1, #there do out[#out + 1] = ".." end
  table.move(here, same + 1, #here, #out + 1, out)
  return #out > 0 and table.concat(out, "/") or "."
end

local function moved(list, arguments)
  local here, out = from(paths.folder(arguments.save)), {}
  for i, item in ipairs(list) do
    local fields = {}
    for key, value in pairs(item.fields) do fields[key] = value end
    for _, key in ipairs { "file", "library" } do
      if fields[key] then fields[key] = paths.join(here, (fields[key]:gsub("^%./+", ""))) end
    end
    if item.kind == "python" then
      fields.path = here ~= "." and here or nil
      fields.python = arguments.python
    end
    out[i] = { kind = item.kind, fields = fields }
  end
  return out
end

local function add(list, flag, value)
  list[#list + 1] = flag
  if value ~= true then list[#list + 1] = words.quote(tostring(value)) end
end

-- What an experiment may say (payoff.experiment), of what an option may.
local most = { precision = 1, budget = 1e6, blocks = 10000 }

local function fits(name, value)
  return value and value <= most[name] and value >= (name == "blocks" and 1 or 0) and value or nil
end

-- nil where the script alone does it.
local function command(arguments, numbers)
  local out = { "payoff run", words.quote(arguments.save) }
  for _, option in ipairs(of_a_run) do
    local value = arguments[option[1]]
    if type(value) == "table" then
      for _, one in ipairs(value) do add(out, option[2], one) end
    elseif value then
      add(out, option[2], value)
    end
  end
  if options.folder(arguments) then add(out, "--out", options.folder(arguments)) end
  for _, name in ipairs { "precision", "budget", "blocks" } do
    if arguments[name] and not fits(name, numbers[name]) then
      add(out, "--" .. name, arguments[name])
    end
  end
  return #out > 2 and table.concat(out, " ") or nil
end

-- wanted: the fields of the experiment that are no subjects. told: what the options say
-- (measure.check).
function saved.script(list, wanted, arguments, told)
  local numbers = { precision = told.precision, budget = told.budget_s, blocks = told.blocks }
  local fields = { counters = told.counts and { source = told.counts } or nil,
    time = told.rests_on, command = command(arguments, numbers) }
  for name, value in pairs(wanted) do fields[name] = value end
  for name, value in pairs(numbers) do fields[name] = fits(name, value) end
  return spelling.script(moved(list, arguments), fields)
end

return saved
