-- git: which commit the files of a run are of, and whether they were changed since.
--
--   git.state({ "kernel/f.py", "scripts/f.lua" })
--   --> { checkouts = { { folder = "/src/project", commit = "1a2b…", dirty = true } },
--         paths = { { path = "/src/project/kernel/f.py", checkout = 1, state = "changed" }, … } }
--
-- A path's state is "clean", "changed", "untracked", "ignored", "not in a git checkout" or
-- "unknown" with a reason. git runs without a shell, reads names as they are, takes no locks,
-- writes nothing, and starts no program that the checkout's configuration names for watching files.

local json = require "payoff.native.json"
local paths = require "payoff.paths"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"
local text = require "payoff.text"

local git = {}

local NOT_IN_GIT = "not in a git checkout"

-- What the caller's own git was told (a hook sets GIT_DIR) must not reach ours.
local function environment()
  local env = {}
  for name, value in pairs(sys.environ()) do
    if not name:find("^GIT_") then env[name] = value end
  end
  env.GIT_OPTIONAL_LOCKS, env.GIT_TERMINAL_PROMPT, env.LC_ALL = "0", "0", "C"
  return env
end

-- stdout | nil, reason
local function ask(folder, words, env)
  local argv = { "git", "-c", "core.fsmonitor=false", "--literal-pathspecs" }
  table.move(words, 1, #words, #argv + 1, argv)
  local result, message = fault.ran(sys.run { argv = argv, cwd = folder, env = env,
    timeout_s = 20 })
  if not result then return nil, message end
  if result.exit == 0 and not result.stdout_dropped then return result.stdout end
  if result.timed_out then return nil, "git took too long" end
  return nil, text.line(result.stderr ~= "" and result.stderr or "git could not tell")
end

local function is_within(path, folder)
  return path == folder or path:sub(1, #folder + 1) == folder .. "/"
end

-- The checkout that a folder is in: its place in the list, made when it is new.
local function checkout_of(out, folder, known, env)
  if known[folder] then return known[folder].index, known[folder].reason end
  local found = {}
  known[folder] = found
  local top, reason = ask(folder, { "rev-parse", "--show-toplevel" }, env)
  if not top then
    found.reason = reason:find("not a git repository", 1, true) and NOT_IN_GIT or reason
    return nil, found.reason
  end
  top = top:gsub("\n$", "")
  for i, checkout in ipairs(out.checkouts) do
    if checkout.folder == top then found.index = i end
  end
  if not found.index then
    local commit = ask(top, { "rev-parse", "--verify", "--quiet", "HEAD" }, env)
    out.checkouts[#out.checkouts + 1] = {
      folder = top, commit = commit and commit:match("^%x+"), dirty = false,
      reason = not commit and "nothing is committed yet" or nil,
    }
    found.index = #out.checkouts
  end
  return found.index
end

local WORDS = { ["??"] = "untracked", ["!!"] = "ignored" }
local RANK = { clean = 0, ignored = 1, untracked = 2, changed = 3 }

-- `git status -z`: "XY name", and after a rename the old name alone.
local function entries(listing)
  local list, skip = {}, false
  for entry in listing:gmatch("([^%z]*)%z") do
    if skip then
      skip = false
    else
      local code, name = entry:sub(1, 2), entry:sub(4):gsub("/$", "")
      list[#list + 1] = { state = WORDS[code] or "changed", name = name }
      skip = code:find("[RC]") ~= nil
    end
  end
  return list
end

local function judge(checkout, list, env)
  local words = { "status", "--porcelain=v1", "-z", "--untracked-files=normal",
    "--ignored=traditional", "--" }
  for _, item in ipairs(list) do words[#words + 1] = item.path end
  local listing, reason = ask(checkout.folder, words, env)
  for _, item in ipairs(list) do
    item.state, item.reason = listing and "clean" or "unknown", reason
    for _, entry in ipairs(listing and entries(listing) or {}) do
      local name = checkout.folder .. "/" .. entry.name
      -- A build's products beside the sources are no change of the sources.
      local counts = is_within(item.path, name) or
        is_within(name, item.path) and entry.state ~= "ignored"
      if counts and RANK[entry.state] > RANK[item.state] then item.state = entry.state end
    end
    if item.state == "changed" or item.state == "untracked" then checkout.dirty = true end
  end
  if not listing then checkout.dirty, checkout.reason = nil, reason end
end

local function folder_of(path)
  local info = sys.stat(path)
  return info and info.type == "directory" and path or paths.folder(path)
end

-- Names are kept readable: bytes that are no text cannot be stored.
local function clean(out)
  for _, checkout in ipairs(out.checkouts) do checkout.folder = text.clean(checkout.folder) end
  for _, item in ipairs(out.paths) do item.path = text.clean(item.path) end
  return out
end

function git.state(list)
  local out = { checkouts = json.array {}, paths = json.array {} }
  local known, env = {}, environment()
  local of = {}
  for _, path in ipairs(list) do
    local real, reason = sys.realpath(path)
    local item = { path = real or path, state = "unknown", reason = reason }
    out.paths[#out.paths + 1] = item
    if real then
      local index, why = checkout_of(out, folder_of(real), known, env)
      item.checkout, item.reason = index, why ~= NOT_IN_GIT and why or nil
      if why == NOT_IN_GIT then item.state = NOT_IN_GIT end
      if index then
        of[index] = of[index] or {}
        table.insert(of[index], item)
      end
    end
  end
  for index, checkout in ipairs(out.checkouts) do judge(checkout, of[index], env) end
  return clean(out)
end

-- One line for people: "1a2b3c4d5e6f, with changes that are not committed (f.py)".
function git.describe(state)
  if not state then return "not recorded" end
  local parts = {}
  for index, checkout in ipairs(state.checkouts) do
    local changed = {}
    for _, item in ipairs(state.paths) do
      if item.checkout == index and (item.state == "changed" or item.state == "untracked") then
        changed[#changed + 1] = paths.name(item.path)
      end
    end
    local commit = checkout.commit and checkout.commit:sub(1, 12) or checkout.reason
    local more = checkout.dirty == nil and " (whether it was changed is not known)"
      or #changed > 0 and (", with changes that are not committed (%s)"):format(
        table.concat(changed, ", ", 1, math.min(3, #changed)) .. (#changed > 3 and ", …" or ""))
      or ""
    parts[#parts + 1] = commit .. more
  end
  return #parts > 0 and table.concat(parts, "; ") or NOT_IN_GIT
end

return git
