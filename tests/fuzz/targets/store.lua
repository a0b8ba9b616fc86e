-- A store from a stranger: opened, checked, listed, loaded, merged. The input is the whole file, or
-- else a list of edits of a good one (fuzz_edit.c). Nothing is written but the file's own siblings.

local model = require "store_model"
local must = require "targets.must"
local store = require "payoff.store"
local sys = require "payoff.native.sys"

local folder = ("%s/payoff-fuzz-%d"):format(os.getenv "TMPDIR" or "/tmp", sys.pid())
assert(sys.mkdirs(folder))
local base, path, target = folder .. "/base.db", folder .. "/x.db", folder .. "/target.db"

local function slurp(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function put(name, text)
  local file = assert(io.open(name, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local function clear()
  for _, name in ipairs(assert(sys.list(folder))) do os.remove(folder .. "/" .. name) end
end

-- When the state is closed, the folder goes.
Folder = setmetatable({}, { __gc = function() -- luacheck: ignore 111
  clear()
  os.remove(folder)
end })

local function make_base()
  local db = assert(store.open(base, { create = true }))
  model.write(db, model.make())
  db:close()
  local text = slurp(base)
  clear()
  return text
end

local good = make_base()
local allowed = { ["x.db"] = true, ["x.db-wal"] = true, ["x.db-shm"] = true,
  ["x.db-journal"] = true, ["target.db"] = true, ["target.db-wal"] = true,
  ["target.db-shm"] = true, ["target.db-journal"] = true }

-- A result, or nil with one clear line.
local function checked(value, message, code)
  if value ~= nil then return value end
  must.line(message)
  assert(type(code) == "string" and code ~= "internal", message)
end

local function look(db)
  checked(db:check())
  for _, run in ipairs(checked(db:runs()) or {}) do
    local loaded = checked(db:load(run.run))
    if loaded then
      assert(type(loaded.cells) == "table" and type(loaded.subjects) == "table")
      checked(db:load(run.run, { counts = false }))
      checked(db:progress(run.run))
    end
  end
end

return function(bytes)
  if bytes:sub(1, 6) == "SQLite" then
    put(path, bytes)
  else
    put(path, good)
    fuzz_edit(path, bytes) -- luacheck: ignore 113
  end
  local db = checked(store.open(path, { read_only = true, busy_ms = 1 }))
  if db then
    look(db)
    db:close()
    put(target, good)
    local into = assert(store.open(target, { busy_ms = 1 }))
    checked(into:merge(path))
    assert(into:check())
    into:close()
    db = checked(store.open(path, { busy_ms = 1 })) -- which may have to migrate
    if db then db:close() end
  end
  for _, name in ipairs(assert(sys.list(folder))) do
    assert(allowed[name], "a file that nobody asked for: " .. name)
  end
  clear()
end
