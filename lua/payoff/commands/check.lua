-- check: `payoff check EXPERIMENT.lua --base-ref main`: did this change make a port slower, or
-- wrong?

local later = require "payoff.later"
local baseline = later "payoff.check.baseline"
local check_options = later "payoff.check.options"
local conflict = later "payoff.run.conflict"
local counts = later "payoff.check.counts"
local engine = later "payoff.check.engine"
local fault = later "payoff.fault"
local gate = later "payoff.check.gate"
local launch = later "payoff.run.launch"
local options = later "payoff.options"
local paths = later "payoff.paths"
local progress = later "payoff.run.progress"
local promise = later "payoff.check.promise"
local publish = later "payoff.check.publish"
local selftest = later "payoff.check.selftest"
local sides = later "payoff.check.sides"
local worktree = later "payoff.check.worktree"

local check = {}

local function output_options(command)
  command:flag("--json", "Print the result as JSON.")
  command:option("--junit", "Write JUnit XML."):argname("FILE.xml")
  command:option("--summary", "Add a Markdown table to this file (default in GitHub Actions: "
    .. "$GITHUB_STEP_SUMMARY)."):argname("FILE.md")
  command:flag("--github", "Print annotations for GitHub (default where GITHUB_ACTIONS is true).")
  command:option("--gitlab", "Write GitLab's code quality report."):argname("FILE.json")
  command:option("--metrics", "Write GitLab's metrics report."):argname("FILE.txt")
  command:option("--fail-on", "Which findings fail: a list of slower, wrong, unresolved, failed.")
    :argname("LIST"):target("fail_on")
    :default("slower,wrong,unresolved,failed")
end

function check.define(parser)
  local command = parser:command("check")
    :summary("Did this change make a port slower, or wrong? For CI.")
    :description("Compares the code as it is with another version of it, on this machine, now: "
      .. "builds both, checks the results, screens with random-order pairs of processes, and "
      .. "confirms with fresh ones what looks slower. Exit status: 0 no regression, 1 slower, 2 a "
      .. "wrong result, 3 unresolved, 4 a subject failed.")
  command:argument("file", "The experiment, a Lua script."):argname("EXPERIMENT.lua")
  command:option("--base", "A checkout of the base commit."):argname("DIR")
  command:option("--base-ref", "The base commit: payoff makes a checkout of it, and removes it.")
    :argname("REF"):target("base_ref")
  command:option("--baseline", "Compare instruction counts with those that `payoff baseline save` "
    .. "wrote."):argname("FILE.json")
  command:flag("--self-test", "Check this experiment against itself, unchanged and slowed down, "
    .. "and count false alarms and detections."):target("self_test")
  command:option("--checks", "With --self-test: how many checks of each kind.")
    :argname("N"):default("5")
  check_options.rows(command)
  check_options.design(command, "a check")
  check_options.measuring(command)
  output_options(command)
end

local function percent(arguments, name, low, high)
  local value = tonumber(arguments[name])
  if not value or not (value >= low and value <= high) then
    fault.raise("usage", "--%s %s: percent from %g to %g are wanted", name, arguments[name], low,
      high)
  end
  return value / 100
end

local function fail_on_of(arguments)
  local known, out = {}, {}
  for _, state in ipairs(engine.order) do known[state] = true end
  for state in arguments.fail_on:gmatch("[^,%s]+") do
    if not known[state] then
      fault.raise("usage", "--fail-on %s: a list of slower, wrong, unresolved, failed is wanted",
        arguments.fail_on)
    end
    out[state] = true
  end
  return out
end

local function how(arguments)
  return {
    alpha = percent(arguments, "alpha", 1e-4, 20), effect = percent(arguments, "effect", 0.05, 300),
    power = percent(arguments, "power", 10, 99.99),
    most = options.number(arguments, "pairs", 3, true),
    budget_s = options.number(arguments, "budget", 0.1),
    seed = options.number(arguments, "seed", 0, true), pin = not arguments.no_pin,
    settings = options.settings(arguments), only = arguments.only, counts = arguments.counts,
    fail_on = fail_on_of(arguments), launcher = launch.new { python = arguments.python },
    progress = progress.new(),
  }
end

local function against_base(arguments, wanted)
  local tree <close> = arguments.base_ref
    and worktree.new(paths.folder(arguments.file), arguments.base_ref) or nil
  local folder = tree and tree.path or arguments.base
  local both = sides.load(arguments.file, folder, wanted)
  local result, state = engine.run(both, wanted)
  counts.compare(state)
  promise.check(state)
  result.margin = wanted.effect * gate.margin_share
  result.base_text = tree and ("%s, %s"):format(arguments.base_ref, tree.text) or arguments.base
  result.against = tree and { "--base-ref", arguments.base_ref } or { "--base", arguments.base }
  return result
end

local function forms(arguments)
  local given = {}
  for _, name in ipairs { "base", "base_ref", "baseline", "self_test" } do
    if arguments[name] then given[#given + 1] = "--" .. name:gsub("_", "-") end
  end
  if #given == 0 then
    fault.raise("usage", "compare with what? Give --base-ref REF, --base DIR or --baseline FILE, "
      .. "or --self-test")
  elseif #given > 1 then
    fault.raise("usage", "give one of %s, not several", table.concat(given, ", "))
  end
end

-- One check against a checkout, for payoff bisect: nothing is printed. `head`: the code to judge.
function check.judge(arguments, head)
  local wanted = how(arguments)
  wanted.head = head
  local result = against_base(arguments, wanted)
  result.more = check_options.words(arguments)
  result.status = engine.status(result, wanted.fail_on)
  result.exit = fault.status[result.status]
  return result
end

function check.run(arguments)
  forms(arguments)
  conflict.check_check(arguments)
  local wanted = how(arguments)
  local _ <close> = setmetatable({}, { __close = function() wanted.progress:clear() end })
  if arguments.self_test then return selftest.run(arguments, wanted) end
  local result
  if arguments.baseline then
    result = baseline.check(arguments, wanted)
  else
    result = against_base(arguments, wanted)
  end
  result.more, result.command = check_options.words(arguments), arguments.command_line
  result.status = engine.status(result, wanted.fail_on)
  result.exit = fault.status[result.status]
  wanted.progress:clear()
  publish.all(result, arguments)
  return result.exit
end

return check
