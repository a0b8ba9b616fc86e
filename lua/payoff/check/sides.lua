-- sides: the experiment as it is now (head) and in another checkout (base), built, row by row.
--
--   local both = sides.load("scripts/x.lua", "/tmp/base", { settings = {…}, only = {} })
--   both.rows   --> { { id, head = cell, base = cell | nil, state = nil | "failed", … }, … }
--
-- Both sides run head's experiment text, so that they do the same work; its paths are relative to
-- the script, and the script's place in the base checkout is what makes it base's.

local build = require "payoff.run.build"
local cells = require "payoff.run.cells"
local fault = require "payoff.fault"
local paths = require "payoff.paths"
local script = require "payoff.script"
local sys = require "payoff.native.sys"
local worktree = require "payoff.check.worktree"

local sides = {}

-- Where the script lies within its repository, as "scripts/x.lua"; nil outside of one.
local function within_repository(path)
  local top = worktree.top(paths.folder(path))
  local real = sys.realpath(path)
  if top and real and real:sub(1, #top + 1) == top .. "/" then return real:sub(#top + 2) end
end

-- The script's place in the base checkout: the same path within the repository, or as it was given,
-- or just its name. Where base has no such script yet, the folder must be there.
function sides.base_path(path, folder)
  local info = sys.stat(folder)
  if not info or info.type ~= "directory" then
    fault.raise("noinput", "--base %s: no such folder", folder)
  end
  local candidates = { within_repository(path) }
  if path:sub(1, 1) ~= "/" and not path:find("..", 1, true) then
    candidates[#candidates + 1] = path
  end
  candidates[#candidates + 1] = paths.name(path)
  for i, candidate in ipairs(candidates) do candidates[i] = paths.join(folder, candidate) end
  for _, candidate in ipairs(candidates) do
    if sys.stat(candidate) then return candidate end
  end
  for _, candidate in ipairs(candidates) do
    if sys.stat(paths.folder(candidate)) then return candidate end
  end
end

local function same_place(a, b)
  local x, y = sys.realpath(paths.folder(a)), sys.realpath(paths.folder(b))
  return x ~= nil and x == y
end

-- Which rows are judged: every port's; the reference's where there is no port, or it is asked for.
function sides.select(experiment, only)
  local list = cells.list(experiment)
  local matched
  list, matched = cells.only(list, only)
  if matched == false then
    local names = {}
    for _, subject in ipairs(experiment.subjects) do names[#names + 1] = subject.name end
    fault.raise("usage", "--only: no subject and no cell matches; the subjects are: %s",
      table.concat(names, ", "))
  end
  local kept, baselines, asked = {}, {}, {}
  for _, cell in ipairs(#only > 0 and cells.list(experiment) or {}) do
    local found = select(2, cells.only({ cell }, only))
    asked[cell.id] = found
  end
  for _, cell in ipairs(list) do
    if cell.baseline then baselines[cell.workload] = cell end
    if not cell.of.reference or #experiment.subjects == 1 or asked[cell.id] then
      kept[#kept + 1] = cell
    end
  end
  return kept, baselines
end

local function build_all(experiment, needed, options, which)
  for _, subject in ipairs(experiment.subjects) do
    if needed[subject.name] and not subject.state then
      subject.state, subject.reason, subject.code = build.subject(subject, {
        python = subject.python or options.launcher:interpreter({}),
        note = function(text) options.progress:show(nil, ("%s: %s"):format(which, text)) end,
      })
    end
  end
end

-- A head that does not build has failed; a base that does not leaves nothing to compare with.
local function state_of(row)
  local head, base = row.head.of, row.base and row.base.of
  if head.state ~= "ok" then
    -- A missing tool is no fault of the code: the row says so.
    return head.state == "missing" and "unresolved" or "failed", head.reason
  elseif not base then
    return "new", "the experiment has no such row in the base checkout"
  elseif base.state ~= "ok" then
    return base.code == "absent" and not base.build and "new" or "unresolved",
      "the base checkout: " .. base.reason
  end
end

local function load_side(path, options, text)
  return script.load(path, { settings = options.settings, text = text })
end

-- Only head, for checks against a baseline and for the self-test.
function sides.head(path, options)
  local experiment = load_side(path, options, options.text)
  local rows, needed = {}, {}
  local list, baselines = sides.select(experiment, options.only or {})
  for i, cell in ipairs(list) do
    needed[cell.subject] = true
    rows[i] = { id = cell.id, head = cell, name = cells.describe(cell) }
  end
  needed[experiment.subjects[1].name] = true
  build_all(experiment, needed, options, "head")
  return { head = experiment, rows = rows, baselines = baselines, needed = needed }
end

local function fail_when_nothing_builds(both, folder)
  local reason
  for _, row in ipairs(both.rows) do
    if row.state ~= "unresolved" or not row.base or row.base.of.state ~= "failed" then return end
    reason = reason or ("%s: %s"):format(row.head.subject, row.base.of.reason)
  end
  if reason then
    fault.raise("failed", "the base checkout %s does not build: %s", folder, reason)
  end
end

-- With options.head, head is the code in that checkout; the experiment's text is still this one.
local function head_path(path, options)
  if not options.head then return path end
  options.text = script.read(path)
  return sides.base_path(path, options.head)
    or fault.raise("noinput", "%s has no folder for %s", options.head, path)
end

function sides.load(path, folder, options)
  local base_path = sides.base_path(path, folder)
  path = head_path(path, options)
  if same_place(path, base_path) and not options.same then
    fault.raise("usage", "--base %s: that is the experiment's own checkout: nothing to compare",
      folder)
  end
  local both = sides.head(path, options)
  both.base = load_side(base_path, options, both.head.text)
  local of_base = {}
  for _, cell in ipairs(cells.list(both.base)) do of_base[cell.id] = cell end
  build_all(both.base, both.needed, options, "base")
  for _, row in ipairs(both.rows) do
    row.base = of_base[row.id]
    -- A workload may be drawn by chance: both sides have head's.
    if row.base then row.base.workload = row.head.workload end
    row.state, row.reason = state_of(row)
    if row.state == "new" then row.base = nil end
  end
  fail_when_nothing_builds(both, folder)
  return both
end

return sides
