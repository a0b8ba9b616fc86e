-- build: brings one subject's files up to date, and says in words why it cannot.
--
--   local state, reason, code = build.subject(subject, { python = "…", note = function(text) end })
--   --> "ok" | "missing", "cargo is not installed" | "failed", "build failed …"
--   code: "absent" where the file of the subject is not there
--
-- A build is stale when its `output` is missing or older than one of its `sources`. Without them it
-- is run every time: build tools know best what is up to date.

local fault = require "payoff.fault"
local paths = require "payoff.paths"
local sys = require "payoff.native.sys"

local build = {}

local function newest(path, since)
  local info = sys.stat(path)
  if not info then return true end
  if info.type ~= "directory" then return info.mtime_ns > since end
  for _, name in ipairs(sys.list(path) or {}) do
    if name:sub(1, 1) ~= "." and name ~= "build" and name ~= "target" and name ~= "__pycache__"
      and newest(path .. "/" .. name, since) then
      return true
    end
  end
  return false
end

local function is_stale(recipe, folder)
  if not recipe.output or not recipe.sources then return true end
  local info = sys.stat(paths.join(folder, recipe.output))
  if not info then return true end
  for _, source in ipairs(recipe.sources) do
    if newest(paths.join(folder, source), info.mtime_ns) then return true end
  end
  return false
end

-- The folders that hold what a build makes: of its output, of the subject's file or its modules.
local function folders_of(subject, recipe, folder)
  local out = {}
  local function add(path) out[#out + 1] = path and paths.folder(path) end
  add(recipe.output and paths.join(folder, recipe.output))
  add(subject.library)
  add(subject.kind == "executable" and subject.command[1]:find("/") and subject.command[1] or nil)
  if subject.kind == "python" then table.move(subject.path or {}, 1, 64, #out + 1, out) end
  return out
end

-- When each file in these folders was last changed, as one text.
local function changed_when(folders)
  local out = {}
  for _, folder in ipairs(folders) do
    for _, name in ipairs(sys.list(folder) or {}) do
      local info = sys.stat(folder .. "/" .. name)
      if info and info.type == "file" then
        out[#out + 1] = ("%s %d %d"):format(name, info.mtime_ns, info.size_bytes)
      end
    end
  end
  return table.concat(out, "\n")
end

local function python_says(python, code, argument)
  local result = python and fault.ran(sys.run { argv = { python, "-c", code, argument },
    timeout_s = 60 })
  return result and result.exit == 0
end

local headers_code = "import os, sys, sysconfig; "
  .. "sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()['include'], 'Python.h')))"
local import_code = "import importlib, sys; importlib.import_module(sys.argv[1])"

-- A need is a program; "python:cffi", a module of the interpreter; "python headers", what extension
-- modules are compiled against; or one of several: "cython|cython3|python:Cython".
local function is_met(need, python)
  for one in need:gmatch("[^|]+") do
    local module = one:match("^python:(.+)$")
    if one == "python headers" then
      if python_says(python, headers_code, "") then return true end
    elseif module then
      if python_says(python, import_code, module) then return true end
    elseif sys.which(one) then
      return true
    end
  end
  return false
end

local function name_of(need)
  local names = {}
  for one in need:gmatch("[^|]+") do names[#names + 1] = one:gsub("^python:", "Python's ") end
  return table.concat(names, " or ")
end

local function missing_need(recipe, python)
  for _, need in ipairs(recipe.needs or {}) do
    if not is_met(need, python) then
      if need == "python headers" then
        return ("the headers of %s are not installed (Debian: python3-dev)"):format(python)
      end
      return ("%s is not installed"):format(name_of(need))
    end
  end
  return nil
end

local function last_lines(text, count)
  local lines = {}
  for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
  return table.concat(lines, "\n    ", math.max(1, #lines - count + 1))
end

local function ended(result)
  if result.timed_out then return "took too long" end
  if result.signal then return ("was killed by signal %d"):format(result.signal) end
  return ("ended with status %d"):format(result.exit)
end

-- Runs the recipe. Returns state, reason; fills subject.built = {command, seconds, stale}.
local function run(subject, recipe, folder, options)
  local words = type(recipe.command) == "table" and recipe.command
    or { "/bin/sh", "-c", recipe.command }
  local command = type(recipe.command) == "table" and table.concat(recipe.command, " ")
    or recipe.command
  -- Built a moment ago, for a pilot (payoff.model.sizes): that is what its build took.
  local before = subject.built and subject.built.seconds
  subject.built = { command = command, stale = is_stale(recipe, folder), seconds = before }
  if not subject.built.stale then return "ok" end

  local folders = folders_of(subject, recipe, folder)
  local found = changed_when(folders)
  options.note(("building %s"):format(subject.name))
  local env = sys.environ()
  env.PAYOFF_PYTHON = options.python or env.PAYOFF_PYTHON
  local result, message, code = sys.run {
    argv = words, cwd = folder, env = env, timeout_s = recipe.timeout or 900,
    on_wait = function(elapsed_s)
      options.note(("building %s (%d s)"):format(subject.name, elapsed_s // 1))
    end,
  }
  if not result then
    if code == "cancelled" then fault.raise("interrupted", "interrupted while building") end
    return "failed", ("build: %s"):format(message)
  end
  if result.cancelled then fault.raise("interrupted", "interrupted while building") end
  -- A build tool that finds nothing to do tells nothing of what the build takes.
  if #folders == 0 or result.exit ~= 0 or changed_when(folders) ~= found then
    subject.built.seconds = result.wall_s
  end
  if result.exit == 0 then return "ok" end
  local output = last_lines(result.stdout .. "\n" .. result.stderr, 12)
  return "failed", ("its build %s (%s):\n    %s"):format(ended(result), command, output)
end

-- Why the file cannot be had, and the code "absent" where there is none; nil where it is there.
local function missing(subject, field, path, hint)
  local info, message, code = sys.stat(path)
  if info then return nil end
  if code ~= "not found" then
    return ("%s: %s.%s: %s"):format(subject.where, subject.label, field, message)
  end
  local text = ("no such file: %s%s"):format(path, hint)
  if subject.where == "." then return text, "absent" end -- written on the command line
  return ("%s: %s.%s: %s"):format(subject.where, subject.label, field, text), "absent"
end

local function check_files(subject)
  local hint = subject.build and "" or " (did you run its build?)"
  local reason, code
  if subject.kind == "native" then
    reason, code = missing(subject, "library", subject.library,
      subject.build and " (its build made none)" or hint)
  elseif subject.kind == "python" and subject.file then
    reason, code = missing(subject, "file", subject.file, "")
  elseif subject.kind == "executable" and subject.command[1]:find("/") then
    reason, code = missing(subject, "command", subject.command[1], hint)
  end
  if reason then return "failed", reason, code end
  return "ok"
end

function build.subject(subject, options)
  local recipe = subject.build
  if recipe then
    local folder = recipe.folder and paths.join(subject.folder, recipe.folder) or subject.folder
    local reason = missing_need(recipe, options.python)
    if reason then return "missing", reason end
    local state
    state, reason = run(subject, recipe, folder, options)
    if state ~= "ok" then return state, reason end
  end
  return check_files(subject)
end

return build
