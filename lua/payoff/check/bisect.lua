-- bisect: the first commit with which an experiment's rows became slower, or wrong.
--
--   local found = bisect.run("x.lua", { good = "v1", bad = "main", check = {…}, progress = p })
--   found.first    --> { commit, subject, date, author, rows = { …as check --json… } } | nil
--
-- Drives `git bisect run` in a checkout of its own: base is the good commit, judged by the text of
-- the experiment as it is now. Every commit is compared with the good one, and in the end the first
-- bad one with its parent, so that the size is that of its own change.

local fault = require "payoff.fault"
local json = require "payoff.native.json"
local paths = require "payoff.paths"
local step = require "payoff.check.step"
local sys = require "payoff.native.sys"
local text = require "payoff.text"
local worktree = require "payoff.check.worktree"

local bisect = {}

bisect.words = { [0] = "not slower", [1] = "slower", [2] = "wrong", [3] = "unresolved",
  [4] = "failed" }

local function is_bad(outcome) return outcome.exit == 1 or outcome.exit == 2 end

local function must(kind, value, reason)
  if not value then fault.raise(kind, "%s", reason) end
  return value
end

local function describe(state, commit)
  local format = "--format=%h%x00%ad%x00%an%x00%s"
  local line = must("unavailable", step.git(state.tree.path,
    { "log", "-1", "--date=short", format, commit, "--" }))
  local short, date, author, subject = line:match("^(%x+)%z([^%z]*)%z([^%z]*)%z(.*)$")
  return { commit = commit, short = short, date = text.line(date or ""),
    author = text.line(author or ""), subject = text.line(subject or "") }
end

local function show(state)
  local done = #step.outcomes(state.folder)
  if state.told == done then return end
  state.told = done
  state.progress:show(nil, ("judging commit %d of about %d"):format(done + 1, state.about))
end

local function kind_of(status)
  for kind, number in pairs(fault.status) do
    if number == status then return kind end
  end
  return "unavailable"
end

-- One commit in the checkout; `base` moves the other one first.
local function judge(state, commit, base)
  if base then
    must("unavailable", step.git(state.base.path, { "checkout", "-qf", "--detach", base }))
    must("unavailable", step.git(state.base.path, { "clean", "-ffdxq" }))
  end
  must("unavailable", step.git(state.tree.path, { "checkout", "-qf", "--detach", commit }))
  local before = #step.outcomes(state.folder)
  local result, message = fault.ran(sys.run { argv = { state.program, "bisect", "--step",
    state.folder }, on_wait = function() show(state) end })
  local outcome = step.outcomes(state.folder)[before + 1]
  if not outcome then
    fault.raise("unavailable", "%s", message or text.line(result.stderr))
  elseif outcome.exit > 4 and outcome.exit ~= 65 and outcome.exit ~= 66 then
    fault.raise(kind_of(outcome.exit), "%s", outcome.reason)
  end
  return outcome
end

-- "c, serial is slower: +101 % …", or why nothing can be said.
function bisect.why(outcome)
  for _, row in ipairs(outcome.result and outcome.result.rows or {}) do
    if row.state == outcome.result.status and row.state ~= "ok" then return row.text end
  end
  return outcome.reason
end

local function check_ends(state)
  local good = judge(state, state.good)
  if good.exit ~= 0 then
    fault.raise(good.exit <= 3 and good.exit ~= 2 and "unresolved" or "failed",
      "--good %s cannot be the measure, checked against itself it is %s: %s", state.options.good,
      bisect.words[good.exit] or "failed", bisect.why(good) or "?")
  end
  local bad = judge(state, state.bad)
  if not is_bad(bad) then
    fault.raise(bad.exit <= 3 and "unresolved" or "failed",
      "--bad %s is %s against --good %s%s: there is nothing to search for", state.options.bad,
      bisect.words[bad.exit] or "failed", state.options.good,
      bad.exit ~= 0 and " (" .. (bisect.why(bad) or "?") .. ")" or "")
  end
end

-- The commit, or nil and those of which it may be any.
local function search(state)
  local path = state.tree.path
  must("unavailable", step.git(path, { "bisect", "start", state.bad, state.good, "--" }))
  local out, reason, text_out = step.git(path, { "bisect", "run", state.program, "bisect", "--step",
    state.folder }, { on_wait = function() show(state) end })
  out = out or text_out or ""
  local first = out:match("(%x+) is the first bad commit")
  step.git(path, { "bisect", "reset" })
  if first then return first end
  local words, outcomes = { "rev-list", state.bad, "^" .. state.good }, step.outcomes(state.folder)
  local last = outcomes[#outcomes]
  if not out:find("skip", 1, true) or last.exit > 4 and last.exit < 65 or last.exit > 66 then
    fault.raise("unavailable", "the search broke off: %s", last.reason or reason or "git failed")
  end
  for _, outcome in ipairs(outcomes) do
    if outcome.exit == 0 then words[#words + 1] = "^" .. outcome.commit end
    if is_bad(outcome) then words[2] = outcome.commit end
  end
  local list = {}
  for commit in must("unavailable", step.git(path, words)):gmatch("%x+") do
    list[#list + 1] = describe(state, commit)
  end
  return nil, list
end

local function check_refs(state)
  local path, options = state.tree.path, state.options
  if state.good == state.bad then
    fault.raise("usage", "--good %s and --bad %s are the same commit", options.good, options.bad)
  end
  if not step.git(path, { "merge-base", "--is-ancestor", state.good, state.bad }) then
    local swapped = step.git(path, { "merge-base", "--is-ancestor", state.bad, state.good })
    local common = step.git(path, { "merge-base", state.good, state.bad })
    fault.raise("usage", "--good %s is no ancestor of --bad %s%s", options.good, options.bad,
      swapped and ": the other way round?" or common and ("; the last commit of both is %s"):format(
        common:sub(1, 12)) or "")
  end
  local count = must("unavailable", step.git(path,
    { "rev-list", "--count", state.bad, "^" .. state.good }))
  state.count = tonumber(count)
  state.about = 2 + math.ceil(math.log(state.count, 2)) + (state.count > 1 and 1 or 0)
end

local function prepare(file, options, base, tree)
  local state = { options = options, base = base, tree = tree, good = base.commit,
    bad = tree.commit, folder = tree.scratch .. "/step", progress = options.progress,
    program = fault.check("system", nil, sys.realpath("/proc/self/exe")) }
  check_refs(state)
  fault.check("io", nil, sys.mkdirs(state.folder))
  options.check.file = fault.check("noinput", file, sys.realpath(file))
  options.check.base = base.path
  local given = { arguments = options.check, tree = tree.path }
  fault.check("io", nil, sys.write_file(state.folder .. "/step.json",
    fault.check("usage", "the arguments", json.encode(given))))
  return state
end

-- The last outcome of a commit against the good one.
local function outcome_of(state, commit)
  local list = step.outcomes(state.folder)
  for i = #list, 1, -1 do
    if list[i].commit == commit then return list[i] end
  end
end

function bisect.run(file, options)
  local folder = paths.folder(file)
  local base <close> = worktree.new(folder, options.good, "--good")
  local tree <close> = worktree.new(folder, options.bad, "--bad")
  local state = prepare(file, options, base, tree)
  check_ends(state)
  local first, candidates = state.bad, nil
  if state.count > 1 then first, candidates = search(state) end
  local found = { good = describe(state, state.good), bad = describe(state, state.bad),
    commits = state.count, steps = {}, candidates = candidates }
  for i, outcome in ipairs(step.outcomes(state.folder)) do
    found.steps[i] = describe(state, outcome.commit)
    found.steps[i].state = bisect.words[outcome.exit] or "failed"
    found.steps[i].text = bisect.why(outcome)
  end
  if not first then return found end
  found.first = describe(state, first)
  local parent = must("unavailable", step.git(tree.path,
    { "rev-parse", "--verify", "--quiet", first .. "^1" }))
  local outcome = parent == state.good and outcome_of(state, first) or judge(state, first, parent)
  found.first.parent = parent
  found.first.state = bisect.words[outcome.exit] or "failed"
  found.first.reason = outcome.reason
  found.first.rows = outcome.result and outcome.result.rows or {}
  found.first.seed = outcome.result and outcome.result.seed
  return found
end

return bisect
