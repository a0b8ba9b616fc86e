-- cli: the command line. argv -> one of the commands -> exit status.
--
--   payoff run scripts/cpu_intensive.lua --quick
--
-- What the commands are, payoff.commands knows.

local commands = require "payoff.commands"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"
local line = require("payoff.text").line
local versions = require "payoff.versions"

local cli = {}

local function out(text)
  fault.shown(sys.write(1, text))
end

local function version_text()
  local about = versions.describe()
  local lines = { "payoff " .. about.version }
  for _, library in ipairs(about.libraries) do
    lines[#lines + 1] = ("  %-10s %s"):format(library.name, library.version)
  end
  return table.concat(lines, "\n") .. "\n"
end

-- argparse would print and exit by itself; here that is main's business alone.
local function parse(parser, arguments)
  function parser:error(message)
    fault.raise("usage", "%s\n%s", message, self:get_usage())
  end
  for _, command in ipairs(parser._commands) do command.error = parser.error end
  local help = {}
  local function ask_help(owner)
    for _, option in ipairs(owner._options) do
      if option._is_help then
        option:action(function() help.text = owner:get_help(); error(help, 0) end)
      end
    end
  end
  ask_help(parser)
  for _, command in ipairs(parser._commands) do ask_help(command) end
  local ok, result = pcall(parser.parse, parser, arguments)
  if ok then return result end
  if result == help then return nil, help.text end
  error(result, 0)
end

-- Commands that show what is in a store. It may be a stranger's, or damaged, and each of its fields
-- anything at all; what payoff trips over then is said to be the store's, and where it was.
local shows_a_store = { report = true, runs = true, show = true, export = true, compare = true,
  history = true }

local function run_command(parsed)
  local run = commands.module(parsed.command).run
  if not shows_a_store[parsed.command] then return run(parsed) end
  local ok, result = pcall(run, parsed)
  if ok then return result end
  if type(result) ~= "string" or result:find("not enough memory", 1, true) then error(result, 0) end
  fault.raise("data", "something in this store is not as payoff writes it, and cannot be shown: "
    .. "%s; if no other program has changed the store, please report that", line(result))
end

local function dispatch(arguments)
  local parser = commands.parser()
  local parsed, help = parse(parser, arguments)
  if help then
    out(help .. "\n")
    return fault.status.ok
  end
  if parsed.version then
    out(version_text())
    return fault.status.ok
  end
  if not parsed.command then
    fault.raise("usage", "which command?\n%s", parser:get_usage())
  end
  parsed.command_line = "payoff " .. table.concat(arguments, " ")
  return run_command(parsed)
end

function cli.main(...)
  local arguments = { ... }
  sys.interrupt.install()
  local ok, result = xpcall(dispatch, function(problem)
    return fault.is(problem) and problem or debug.traceback(tostring(problem), 2)
  end, arguments)
  if ok then return result end
  if not fault.is(result) then error(result, 0) end
  sys.write(2, "payoff: " .. result.message .. "\n")
  return result.status
end

return cli
