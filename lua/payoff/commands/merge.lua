-- merge: `payoff merge A.db B.db …`: the runs of several stores in one.

local fault = require "payoff.fault"
local store = require "payoff.store"
local sys = require "payoff.native.sys"

local merge = {}

function merge.define(parser)
  local command = parser:command("merge")
    :summary("Copy the runs of other stores into one.")
    :description("Copies every run of B.db (and further stores) into A.db, or with --out all of "
      .. "them into another file. Runs that are there already are left as they are, so merging "
      .. "twice changes nothing. The stores that are copied from are only read.")
  command:argument("db", "The store that is added to, and those that are copied."):args("2+")
    :argname("FILE.db")
  command:option("--out", "Leave the first as it is too, and write to this store.")
    :argname("FILE.db")
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

function merge.run(arguments)
  local sources, target = arguments.db, arguments.out
  if not target then
    target = table.remove(sources, 1)
    if not sys.stat(target) then fault.raise("noinput", "there is no store %s", target) end
  end
  local db = store.must_open(target, { create = arguments.out ~= nil })
  local lines = {}
  for _, path in ipairs(sources) do
    local counts = store.checked(db:merge(path))
    lines[#lines + 1] = ("%s: %s with %s copied into %s%s\n"):format(path,
      plural(counts.runs, "run"), plural(counts.samples, "sample"), target,
      counts.known > 0 and (", %s there already"):format(counts.known == 1 and "1 was"
        or counts.known .. " were") or "")
  end
  db:close()
  fault.check("io", "cannot write to standard output", sys.write(1, table.concat(lines)))
  return fault.status.ok
end

return merge
