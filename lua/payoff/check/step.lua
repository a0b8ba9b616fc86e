-- step: one commit of a search, judged: what `git bisect run` runs, and what it answers.
--
--   step.run("/tmp/…/step")   --> 0 not slower, 1 slower or wrong, 125 cannot be judged
--
-- The folder holds step.json: { arguments of check, tree = the checkout that git moves about }. The
-- outcome is added to it as outcome-N.json: { commit, exit, reason, result = as check --json }.

local fault = require "payoff.fault"
local json = require "payoff.native.json"
local publish = require "payoff.check.publish"
local sys = require "payoff.native.sys"
local text = require "payoff.text"

local step = {}

-- Hooks, watchers and prompts of the user's own repository have no part in a search.
local WORDS = { "git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
  "-c", "advice.detachedHead=false", "-C" }

-- git in a folder, without a shell: stdout | nil, reason, stdout.
function step.git(folder, words, options)
  local argv, env = table.move(WORDS, 1, #WORDS, 1, {}), {}
  argv[#argv + 1] = folder
  table.move(words, 1, #words, #argv + 1, argv)
  for name, value in pairs(sys.environ()) do
    if not name:find("^GIT_") then env[name] = value end
  end
  env.LC_ALL, env.GIT_TERMINAL_PROMPT, env.GIT_PAGER = "C", "0", "cat"
  local result, message, code = fault.ran(sys.run { argv = argv, env = env,
    on_wait = options and options.on_wait })
  if not result then
    return nil, code == "not found" and "git is not installed" or message
  end
  if result.exit == 0 then return (result.stdout:gsub("\n$", "")) end
  local line = result.stderr:match("error: ([^\n]+)") or result.stderr:match("fatal: ([^\n]+)")
    or result.stderr:match("([^\n]+)%s*$") or "git failed"
  return nil, text.line(line), result.stdout
end

-- Everything that check found to the statuses that `git bisect run` knows.
local ANSWERS = { [0] = 0, [1] = 1, [2] = 1, [3] = 125, [4] = 125, [65] = 125, [66] = 125 }

-- An experiment that does not load with this commit's code is a commit that cannot be judged.
local function judge(given)
  local ok, result = xpcall(require("payoff.commands.check").judge, function(problem)
    return fault.is(problem) and problem or debug.traceback(tostring(problem), 2)
  end, given.arguments, given.tree)
  if ok then
    return { exit = result.exit, result = json.decode(publish.json(result)) }
  elseif fault.is(result) then
    return { exit = result.status, reason = text.line(result.message) }
  end
  error(result, 0)
end

function step.run(folder)
  local content = fault.check("io", nil, sys.read_file(folder .. "/step.json"))
  local given = fault.check("data", nil, json.decode(content))
  local commit, reason = step.git(given.tree, { "rev-parse", "HEAD" })
  -- Each commit is built from nothing: what the one before left must not stand in for it.
  local clean = commit and step.git(given.tree, { "clean", "-ffdxq" })
  if not clean then fault.raise("unavailable", "%s", reason or "git clean failed") end
  local outcome = judge(given)
  outcome.commit = commit
  local count = #fault.check("io", nil, sys.list(folder))
  fault.check("io", nil, sys.write_file(("%s/outcome-%d.json"):format(folder, count),
    fault.check("internal", nil, json.encode(outcome))))
  return ANSWERS[outcome.exit] or 255
end

-- The outcomes so far, in order.
function step.outcomes(folder)
  local list = {}
  while true do
    local content = sys.read_file(("%s/outcome-%d.json"):format(folder, #list + 1))
    if not content then return list end
    list[#list + 1] = fault.check("internal", nil, json.decode(content))
  end
end

return step
