-- worktree: a checkout of another commit, for as long as it is needed.
--
--   local tree <close> = worktree.new("scripts", "origin/main")
--   tree.path, tree.commit, tree.top    --> "/tmp/payoff-…/base", "1a2b3c…", the repository's root
--
-- Made by `git worktree` in a temporary folder, so that neither the index nor the files of the
-- caller's own checkout are touched; removed whatever happens, an interrupt included.

local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local worktree = {}

local Tree = {}
Tree.__index = Tree

-- Set inside a git hook; they would redirect every command to the hook's own repository.
local hook_variables = { "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX",
  "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR" }

local function git(folder, ...)
  local env = sys.environ()
  for _, name in ipairs(hook_variables) do env[name] = nil end
  env.LC_ALL, env.GIT_TERMINAL_PROMPT = "C", "0"
  local result, message, code = fault.ran(sys.run { argv = { "git", "-C", folder, ... },
    env = env, timeout_s = 600 })
  if not result then
    return nil, code == "not found" and "git is not installed" or message
  end
  if result.exit == 0 then return (result.stdout:gsub("\n$", "")) end
  -- Of several lines the first error is the cause ("No space left …"), the fatal one its end.
  local line = result.stderr:match("error: ([^\n]+)") or result.stderr:match("fatal: ([^\n]+)")
    or result.stderr:match("([^\n]+)%s*$")
  return nil, line or "git failed"
end

-- The root of the repository that the folder lies in; nil and why not.
function worktree.top(folder) return git(folder, "rev-parse", "--show-toplevel") end

function worktree.commit(folder, ref)
  return git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", ref .. "^{commit}")
end

-- For people: "1a2b3c4 (subject of the commit)"; nil where there is none.
function worktree.describe(folder, ref)
  return (git(folder, "log", "-1", "--format=%h (%s)", ref, "--"))
end

local function check_out(self, option, ref)
  self.path = self.scratch .. "/base"
  local made, why = git(self.top, "worktree", "add", "--detach", "--force", self.path, self.commit)
  if not made then fault.raise("io", "%s %s: the checkout failed: %s", option, ref, why) end
  self.text = worktree.describe(self.top, self.commit) or self.commit
end

-- option: the one that named the ref, for messages.
function worktree.new(folder, ref, option)
  option = option or "--base-ref"
  local top, reason = worktree.top(folder)
  if not top then
    fault.raise("unavailable", "%s %s: %s: %s", option, ref, folder, reason)
  end
  local commit = worktree.commit(folder, ref)
  if not commit then
    fault.raise("usage", "%s %s: no such commit in %s (a CI checkout is often shallow: "
      .. "fetch it first, as with `fetch-depth: 0`)", option, ref, top)
  end
  local self = setmetatable({ top = top, commit = commit, scratch = false }, Tree)
  self.scratch = fault.check("io", "the base checkout needs a temporary folder",
    sys.scratch("base"))
  local done, problem = pcall(check_out, self, option, ref)
  if done then return self end
  self:close()
  error(problem, 0)
end

-- Removes what builds have left there, too.
local function remove_tree(path)
  local info = sys.stat(path)
  if info and info.type == "directory" then
    for _, name in ipairs(sys.list(path) or {}) do remove_tree(path .. "/" .. name) end
  end
  sys.remove(path)
end

function Tree:close()
  if not self.scratch then return end
  self.path = self.path or self.scratch .. "/base"
  -- A signal that ended the check must not end the cleaning up.
  sys.interrupt.clear()
  pcall(git, self.top, "worktree", "remove", "--force", "--force", self.path)
  remove_tree(self.scratch)
  pcall(git, self.top, "worktree", "prune")
  self.scratch = nil
end

Tree.__close = Tree.close

return worktree
