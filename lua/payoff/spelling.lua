-- spelling: subjects as one writes them on a command line, and experiments as one writes a script.
--
--   spelling.subject("fast.py:f")
--   --> { kind = "python", name = "fast", file = "fast.py", func = "f" }
--   spelling.script(list, { name = "f", tasks = { {0, 1} }, modes = {"serial"}, jobs = {1} })

local paths = require "payoff.paths"

local spelling = {}

local function library(text)
  local path, symbol, signature = text:match("^(.+%.so[%d.]*):([%a_][%w_]*):(.+)$")
  if not path then return nil end
  return {
    kind = "native", name = (paths.stem(path):gsub("^lib", "")),
    library = path, symbol = symbol, signature = signature,
  }
end

function spelling.subject(text)
  local native = library(text)
  if native then return native end
  local where, func = text:match("^(.+):([%a_][%w_.]*)$")
  if not where then return nil end
  if where:match("%.py$") then
    return { kind = "python", name = paths.stem(where), file = where, func = func }
  end
  if where:match("^[%a_][%w_.]*$") then
    return { kind = "python", name = where, module = where, func = func }
  end
  return nil
end

local function literal(value)
  local kind = math.type(value) or type(value)
  if kind == "string" then return ("%q"):format(value):gsub("\\\n", "\\n") end
  if kind == "integer" or kind == "boolean" then return tostring(value) end
  if kind == "float" then
    local text = ("%.15g"):format(value) -- as it was written, where that is the same number
    if tonumber(text) ~= value then text = ("%.17g"):format(value) end
    return text:find("[.en]") and text or text .. ".0"
  end
  if kind ~= "table" then return "payoff.none" end
  local parts, names = {}, {}
  for i, item in ipairs(value) do parts[i] = literal(item) end
  for key in pairs(value) do
    if math.type(key) ~= "integer" then names[#names + 1] = key end
  end
  table.sort(names)
  for _, key in ipairs(names) do
    parts[#parts + 1] = key:match("^[%a_][%w_]*$") and key .. " = " .. literal(value[key])
      or ("[%q] = %s"):format(key, literal(value[key]))
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

spelling.literal = literal

local function subject_text(item)
  return ("payoff.%s %s"):format(item.kind, literal(item.fields))
end

-- What only some experiments say.
local optional = { "precision", "budget", "blocks", "time", "counters" }

-- The text of a script that runs the same experiment. options: its fields; command: how to run it,
-- where the script's name alone does not say that.
function spelling.script(list, options)
  local head = options.command and ("-- As it was tried: %s\n"):format(options.command) or ""
  local lines = {
    head .. 'local payoff = require "payoff"', "", "return payoff.experiment {",
    ("  name = %s,"):format(literal(options.name)),
    ("  reference = %s,"):format(subject_text(list[1])), "  subjects = {",
  }
  for i = 2, #list do lines[#lines + 1] = ("    %s,"):format(subject_text(list[i])) end
  lines[#lines + 1] = "  },"
  lines[#lines + 1] = ("  tasks = %s,"):format(literal(options.tasks))
  lines[#lines + 1] = ("  modes = %s,"):format(literal(options.modes))
  lines[#lines + 1] = ("  jobs = %s,"):format(literal(options.jobs))
  for _, name in ipairs(optional) do
    if options[name] ~= nil then
      lines[#lines + 1] = ("  %s = %s,"):format(name, literal(options[name]))
    end
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n") .. "\n"
end

return spelling
