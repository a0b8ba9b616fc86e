-- bisect: `payoff bisect --good v1.0 --bad main EXPERIMENT.lua`: which commit made it slower?

local later = require "payoff.later"
local bisect = later "payoff.check.bisect"
local check_options = later "payoff.check.options"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local progress = later "payoff.run.progress"
local step = later "payoff.check.step"
local sys = require "payoff.native.sys"
local text = later "payoff.text"
local words = later "payoff.check.words"

local command = {}

function command.define(parser)
  local it = parser:command("bisect")
    :summary("Which commit made a port slower, or wrong?")
    :description("Searches the commits between a good and a bad one with `git bisect run`, each "
      .. "judged as by `payoff check --base GOOD`, in checkouts of its own: yours is not touched. "
      .. "All commits are judged by the experiment's text as it is now. Exit status: 0 found, 3 "
      .. "nothing concluded (the bad one is not slower, or commits could not be judged), 4 the "
      .. "good or the bad one does not build or run.")
  it:argument("file", "The experiment, a Lua script."):argname("EXPERIMENT.lua"):args("?")
  it:option("--good", "A commit that was fast; everything is compared with it."):argname("REF")
  it:option("--bad", "A later commit that is slow, or wrong."):argname("REF")
  check_options.rows(it)
  check_options.design(it, "one commit")
  check_options.measuring(it)
  it:flag("--json", "Print the result as JSON.")
  it:option("--step", "What git runs for each commit."):hidden(true):argname("FOLDER")
end

local function for_check(arguments)
  local out = check_options.copy(arguments)
  out.fail_on = "slower,wrong,unresolved,failed"
  return out
end

-- The command that compares the first bad commit with its parent again.
local function again(arguments, first)
  local list = { "payoff", "bisect", "--good", first.parent:sub(1, 12), "--bad",
    first.commit:sub(1, 12), arguments.file }
  for _, value in ipairs(arguments.only) do list[#list + 1], list[#list + 2] = "--only", value end
  for _, word in ipairs(check_options.words(arguments)) do list[#list + 1] = word end
  if first.seed then list[#list + 1], list[#list + 2] = "--seed", ("%d"):format(first.seed) end
  for i, word in ipairs(list) do list[i] = words.quote(text.clean(word)) end
  return table.concat(list, " ")
end

local function first_lines(lines, first)
  local function add(line) lines[#lines + 1] = line end
  add(("First bad commit: %s (%s)"):format(first.short, first.subject))
  add(("  of %s, by %s"):format(first.date, first.author))
  local shown = 0
  for _, row in ipairs(first.rows) do
    if row.state == "slower" or row.state == "wrong" then
      shown = shown + 1
      add(layout.wrap("  " .. row.text, 79, "    "))
    end
  end
  if shown == 0 then
    add(layout.wrap(("  Against its parent alone it is %s%s: the change since the good commit may "
      .. "be the sum of several small ones, or chance."):format(first.state,
      first.reason and " (" .. first.reason .. ")" or ""), 79, "  "))
  end
  add("  again: " .. first.command)
end

local function text_of(found, name)
  local lines = { ("payoff bisect: %s, %d commit%s from %s to %s"):format(name, found.commits,
    found.commits == 1 and "" or "s", found.good.short, found.bad.short), "" }
  for _, one in ipairs(found.steps) do
    lines[#lines + 1] = ("  %s  %s  %s"):format(one.short, layout.pad(one.state, 10), one.subject)
    if one.state ~= "not slower" and one.text then
      lines[#lines + 1] = layout.wrap("           " .. one.text, 79, "           ")
    end
  end
  lines[#lines + 1] = ""
  if found.first then
    first_lines(lines, found.first)
  else
    lines[#lines + 1] = "Not found: some commits could not be judged. It is one of:"
    for _, one in ipairs(found.candidates) do
      lines[#lines + 1] = ("  %s  %s  %s"):format(one.short, one.date, one.subject)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

function command.run(arguments)
  if arguments.step then return step.run(arguments.step) end
  for _, name in ipairs { "good", "bad", "file" } do
    if not arguments[name] then
      fault.raise("usage", "write payoff bisect --good REF --bad REF EXPERIMENT.lua")
    end
  end
  if not sys.stat(arguments.file) then
    fault.raise("noinput", "%s: no such file", arguments.file)
  end
  local line = progress.new()
  local _ <close> = setmetatable({}, { __close = function() line:clear() end })
  local found = bisect.run(arguments.file, { good = arguments.good, bad = arguments.bad,
    check = for_check(arguments), progress = line })
  if found.first then found.first.command = again(arguments, found.first) end
  line:clear()
  local out
  if arguments.json then
    found.format, found.steps = 1, json.array(found.steps)
    if found.first then found.first.rows = json.array(found.first.rows) end
    out = fault.check("internal", "bisect", json.encode(found, { indent = 2, sort = true })) .. "\n"
  else
    out = text_of(found, text.clean(arguments.file))
  end
  fault.shown(sys.write(1, out))
  return found.first and fault.status.ok or fault.status.unresolved
end

return command
