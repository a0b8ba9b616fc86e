-- merge: `payoff merge A.db B.db …`: the runs of several stores in one.

local later = require "payoff.later"
local fault = later "payoff.fault"
local store = later "payoff.store"
local sys = require "payoff.native.sys"

local merge = {}

function merge.define(parser)
  local command = parser:command("merge")
    :summary("Copy the runs of other stores into one.")
    :description("Copies every run of B.db (and further stores) into A.db, or with --out all of "
      .. "them into another file. Of a run that both have, the one with more samples, or with an "
      .. "end, is kept, so merging twice changes nothing; where a run went on in both in two ways, "
      .. "nothing of that store is copied (exit status 65). The stores that are copied from are "
      .. "only read.")
  command:argument("db", "The store that is added to, and those that are copied."):args("2+")
    :argname("FILE.db")
  command:option("--out", "Leave the first as it is too, and write to this store.")
    :argname("FILE.db")
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local function line_of(path, target, counts)
  local line = ("%s: %s with %s copied into %s"):format(path, plural(counts.runs, "run"),
    plural(counts.samples, "sample"), target)
  if counts.completed > 0 then
    line = ("%s, %d replaced by %s more complete version%s"):format(line, counts.completed,
      counts.completed == 1 and "its" or "their", counts.completed == 1 and "" or "s")
  end
  if counts.known > 0 then
    line = ("%s, %s there already"):format(line, counts.known == 1 and "1 was"
      or counts.known .. " were")
  end
  return line .. "\n"
end

function merge.run(arguments)
  local sources, target = arguments.db, arguments.out
  if not target then
    target = table.remove(sources, 1)
    if not sys.stat(target) then fault.raise("noinput", "there is no store %s", target) end
  end
  local is_new = not sys.stat(target)
  local db
  local _ <close> = setmetatable({}, { __close = function(_, problem)
    if db then db:close() end
    -- Nobody needs an empty store that was made for a merge which failed.
    if problem and is_new then sys.remove(target) end
  end })
  db = store.must_open(target, { create = arguments.out ~= nil })
  for _, path in ipairs(sources) do
    local counts = store.checked(db:merge(path))
    is_new = false
    local line = line_of(path, target, counts)
    fault.shown(sys.write(1, line))
  end
  return fault.status.ok
end

return merge
