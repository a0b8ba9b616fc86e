-- payoff.store: a run handed in, piece by piece as it is measured, and read back.

local check = require "check"
local store = require "payoff.store"
local store_model = require "store_model"

local path

local function open(options)
  return assert(store.open(path, options or { create = true }))
end

local function test(name, body)
  check.test(name, function()
    path = os.tmpname()
    local ok, trouble = xpcall(body, debug.traceback)
    for _, ending in ipairs { "", "-wal", "-shm" } do
      os.remove(path .. ending)
    end
    if not ok then
      error(trouble, 0)
    end
  end)
end

-- Both ways round; says where they differ.
local function same(got, expected, place)
  place = place or "model"
  if type(got) ~= "table" or type(expected) ~= "table" then
    check.equal(got, expected, place)
    check.equal(math.type(got), math.type(expected), place)
    return
  end
  for key in pairs(expected) do
    same(got[key], expected[key], place .. "." .. tostring(key))
  end
  for key in pairs(got) do
    if expected[key] == nil then
      error(place .. "." .. tostring(key) .. " is too much")
    end
  end
end

test("a run comes back as it was handed in", function()
  local db = open()
  local run = store_model.write(db, store_model.make())
  assert(db:run_end(run, { wall_s = 118.25, ended = "2026-11-23T12:01:58Z" }))
  db:close()
  db = open { read_only = true }
  local expected = store_model.make()
  expected.run, expected.state, expected.interrupted = run, "complete", false
  expected.wall_s, expected.ended = 118.25, "2026-11-23T12:01:58Z"
  same(assert(db:load(run)), expected)
  same(assert(db:load(expected.id)), expected)
  check.equal(db:check(), true)
  db:close()
end)

test("a run that was not ended is there, and says so", function()
  local db = open()
  store_model.write(db, store_model.make())
  local other = open { create = false } -- as if after a kill: the first has not been closed
  local runs = assert(other:runs())
  check.equal(#runs, 1)
  check.equal(runs[1].state, "running")
  check.equal(runs[1].samples, 3)
  check.equal(runs[1].experiment.name, "x")
  check.equal(assert(other:load(1)).interrupted, true)
  other:close()
  db:close()
end)

test("records are changed in place", function()
  local db = open()
  local run = store_model.write(db, store_model.make())
  local cell = assert(db:cell(run, { id = "python/serial/1/warm/1", subject = "python",
    mode = "serial", jobs = 1, loops = 80, verdict = { state = "wrong", text = "no" } }))
  check.equal(cell, 1)
  assert(db:subject(run, { name = "rust", state = "ok", load_ns = 5 }))
  assert(db:run_update(run, { warnings = { "three" }, mood = "good" }))
  assert(db:warning(run, "four"))
  assert(db:run_end(run, { interrupted = true }))
  local read = assert(db:load(run))
  check.equal(read.cells[1].loops, 80)
  check.equal(read.cells[1].start, "warm", "what was not said again")
  check.equal(read.cells[1].verdict.state, "wrong")
  check.equal(#read.cells, 2)
  check.equal(read.subjects[2].state, "ok")
  check.equal(read.subjects[2].load_ns, 5)
  check.equal(table.concat(read.warnings, " "), "one two three four")
  check.equal(read.mood, "good")
  check.equal(read.sizes[1].example, "(0, 1)")
  check.equal(read.state, "interrupted")
  db:close()
end)

test("a transaction is all or nothing", function()
  local db = open()
  local nothing, message, code = db:transaction(function()
    store_model.write(db, store_model.make())
    return nil, "changed my mind", "cancelled"
  end)
  check.equal(nothing, nil)
  check.equal(message, "changed my mind")
  check.equal(code, "cancelled")
  check.equal(#assert(db:runs()), 0)
  local ok, trouble = pcall(db.transaction, db, function()
    store_model.write(db, store_model.make())
    error("a bug")
  end)
  check.equal(ok, false)
  check.contains(trouble, "a bug")
  check.equal(#assert(db:runs()), 0)
  check.equal(assert(db:transaction(function()
    return store_model.write(db, store_model.make())
  end)), 1)
  check.equal(#assert(db:runs()), 1)
  db:close()
end)

test("what cannot be is refused in words", function()
  local db = open()
  local run = store_model.write(db, store_model.make())
  local _, message, code = db:run_begin(store_model.make()) -- the same id again
  check.contains(message, "runs.name")
  check.equal(code, "usage")
  _, message, code = db:cell(run, { id = "x", subject = "nobody", mode = "serial", jobs = 1 })
  check.contains(message, "nobody")
  check.equal(code, "not found")
  _, _, code = db:load("no such run")
  check.equal(code, "not found")
  _, _, code = db:sample(99, store_model.sample(1, 1))
  check.equal(code, "usage")
  _, message = db:sample(1, { block = 1, noise = { 0 / 0 } })
  check.truthy(message, "NaN in the noise")
  local ok, trouble = pcall(db.sample, db, 1, { block = -1 })
  check.equal(ok, false)
  check.contains(trouble, "block")
  check.equal(#assert(db:load(run)).cells[1].samples, 2)
  db:close()
  check.equal(pcall(db.check, db), false, "after closing")
end)

test("a removed run is gone", function()
  local db = open()
  local run = store_model.write(db, store_model.make())
  check.equal(db:remove(run), true)
  check.equal(#assert(db:runs()), 0)
  local _, _, code = db:remove(run)
  check.equal(code, "not found")
  db:close()
end)

test("opening fails in words", function()
  local db, message, code = store.open(path .. ".none")
  check.equal(db, nil)
  check.contains(message, "no store")
  check.equal(code, "not found")
  local file = assert(io.open(path, "w"))
  file:write(("not a database "):rep(100))
  file:close()
  db, message, code = store.open(path, { create = true })
  check.equal(db, nil)
  check.contains(message, "not a payoff store")
  check.equal(code, "data")
end)
