-- manual: the manual page payoff(1), in the man macros, from the commands' own definitions.
--
--   manual.page(commands.parser())     --> text for `man -l -`

local versions = require "payoff.versions"

local manual = {}

-- What troff would take for a request or an escape; "-" is a minus sign, to be copied.
local function escape(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("\n%.", "\n\\&."):gsub("\n'", "\n\\&'")
  return (text:gsub("^([.'])", "\\&%1"))
end

local function words_of(element)
  return type(element._description) == "string" and element._description or ""
end

-- With the default, as --help has it.
local function described(element) return element:_get_description() end

-- ".TP" with the term in bold and its description.
local function add_item(out, term, text)
  out[#out + 1] = ".TP"
  out[#out + 1] = ".B " .. escape(term)
  out[#out + 1] = escape(text)
end

local function option_term(option)
  local term = table.concat(option._public_aliases, ", ")
  local name = type(option._argname) == "table" and option._argname[1] or option._argname
  return name and term .. " " .. name or term
end

local function argument_term(argument)
  return type(argument._argname) == "string" and argument._argname or argument._name
end

local function add_command(out, command)
  out[#out + 1] = ".SS payoff " .. escape(command._name)
  out[#out + 1] = escape(words_of(command) ~= "" and words_of(command) or command._summary or "")
  for _, argument in ipairs(command._arguments) do
    add_item(out, argument_term(argument), described(argument))
  end
  for _, option in ipairs(command._options) do
    if not option._is_help and not option._hidden then
      add_item(out, option_term(option), described(option))
    end
  end
end

local STATUSES = {
  { "0", "Done; no regression, nothing wrong." },
  { "1", "Slower, or a promise that is broken (check)." },
  { "2", "A wrong result." },
  { "3", "Nothing could be concluded (check, compare, bisect)." },
  { "4", "A subject failed: it crashed, hung, or could not be built; a recorded program failed." },
  { "64, 65, 66", "Wrong usage; a mistake in a file; a file that is not there." },
  { "69, 70, 71, 74", "Not available here; an internal error; the system refused; a file could not "
    .. "be written." },
  { "130", "Interrupted; what was measured is kept." },
}

local FILES = {
  { "NAME.payoff.db", "The store beside the experiment: an SQLite file with every sample." },
  { "payoff-reports/", "Where the reports of a run are written, unless --out says otherwise." },
}

local ENVIRONMENT = {
  { "PAYOFF_PYTHON", "The interpreter for Python subjects that name none." },
  { "NO_COLOR", "When set, nothing is coloured." },
}

local function add_items(out, title, items)
  out[#out + 1] = ".SH " .. title
  for _, item in ipairs(items) do add_item(out, item[1], item[2]) end
end

function manual.page(parser)
  local out = {
    ('.TH PAYOFF 1 "" "payoff %s" "User Commands"'):format(versions.describe().version),
    ".SH NAME", "payoff \\- is a native port right, where does it pay off, and why?",
    ".SH SYNOPSIS", ".B payoff", ".I COMMAND", "[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...",
    ".SH DESCRIPTION", escape(words_of(parser)), ".PP",
    escape("An experiment is a Lua script that names a Python function, its ports and the tasks to "
      .. "run. payoff checks every port against the function, measures them in fresh processes in "
      .. "random order, counts what the hardware did, and says which figures can be relied on."),
    ".SH COMMANDS",
  }
  for _, command in ipairs(parser._commands) do add_command(out, command) end
  add_items(out, "EXIT STATUS", STATUSES)
  add_items(out, "FILES", FILES)
  add_items(out, "ENVIRONMENT", ENVIRONMENT)
  return table.concat(out, "\n") .. "\n"
end

return manual
