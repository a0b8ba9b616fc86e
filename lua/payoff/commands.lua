-- commands: what the command line knows, in one place: for parsing it, for the manual page and for
-- what shells complete.
--
--   local parser = commands.parser()
--   commands.module("export").run(arguments)
--
-- Every command is a module payoff.commands.<name> with `define(parser)` and `run(arguments)`.

local argparse = require "argparse"

local commands = {}

-- Command -> the module that defines it; a module may define several.
local modules = {
  run = "run", try = "try", counters = "counters", doctor = "doctor",
  compare = "compare", runs = "runs", show = "runs", export = "runs", report = "report",
  check = "check", baseline = "baseline", verify = "verify", record = "record", ranges = "ranges",
  boundary = "boundary", man = "texts", completions = "texts",
  merge = "merge", history = "history", bisect = "bisect",
}
local order = {
  "run", "try", "verify", "ranges", "record", "runs", "report", "merge", "history", "compare",
  "check", "bisect", "baseline", "boundary", "counters", "doctor", "texts",
}

function commands.parser()
  local parser = argparse("payoff")
    :description("Tells whether a native port of a Python function is right, where it pays off, "
      .. "by how much, and why.")
    :epilog("`payoff run --help` teaches the command. Exit statuses: 0 done, 1 slower, 2 a wrong "
      .. "result, 3 nothing concluded, 4 a subject failed, 64 wrong usage, 65 a mistake in a file, "
      .. "66 no such file, 69 not available here, 70 internal error, 71 the system refused, "
      .. "74 cannot write, 130 interrupted.")
    :usage_max_width(80)
    :help_max_width(80)
  parser:flag("--version", "Show the versions of payoff and of everything linked into it.")
  parser:require_command(false)
  parser:command_target("command")
  for _, name in ipairs(order) do
    require("payoff.commands." .. name).define(parser)
  end
  return parser
end

-- The module that defines and runs the command.
function commands.module(command)
  return require("payoff.commands." .. modules[command])
end

return commands
