-- subject: one implementation of a kernel, as an experiment declares it.
--
--   payoff.native { name = "c", library = "build/libf.so", symbol = "f",
--                   signature = "double(int64, int64)", teaches = "what one learns from it",
--                   build = { command = "make", needs = {"cc"} } }
--
-- `new` checks the shape and keeps the place in the script; whether files exist is checked by
-- `payoff.build`, after the subject's build has had its chance to make them.

local binding = require "payoff.binding"
local fault = require "payoff.fault"
local nearest = require "payoff.nearest"
local paths = require "payoff.paths"

local subject = {}

local Subject = {}
Subject.__index = Subject
subject.Subject = Subject

-- Field -> the types it may have. Shared by every kind, and per kind.
local common = {
  name = { "string" }, teaches = { "string" }, build = { "string", "table" },
  expect = { "string" }, modes = { "table" }, timeout = { "number" }, env = { "table" },
  memory = { "number" }, limit = { "table" }, promise = { "table" }, binding = { "string" },
  crosses = { "string" },
}
local kinds = {
  python = {
    module = { "string" }, file = { "string" }, func = { "string" },
    path = { "string", "table" }, python = { "string" }, start_method = { "string" },
  },
  native = { library = { "string" }, symbol = { "string" }, signature = { "string" } },
  executable = { command = { "table", "string" }, subject = { "table" } },
}
local required = {
  python = { "func" },
  native = { "library", "symbol", "signature" },
  executable = { "command" },
}

local function complain(where, message, ...)
  fault.raise("data", "%s: %s", where or "?", message:format(...))
end

local function check_fields(kind, t, where)
  local fields = {}
  for name in pairs(common) do fields[#fields + 1] = name end
  for name in pairs(kinds[kind]) do fields[#fields + 1] = name end
  table.sort(fields)
  for key, value in pairs(t) do
    local types = common[key] or kinds[kind][key]
    if not types then
      complain(where, "payoff.%s: no field '%s'%s", kind, tostring(key),
        nearest.hint(tostring(key), fields))
    end
    local fits = false
    for _, wanted in ipairs(types) do fits = fits or type(value) == wanted end
    if not fits then
      complain(where, "payoff.%s: %s must be a %s, not a %s", kind, key,
        table.concat(types, " or a "), type(value))
    end
  end
  for _, key in ipairs(required[kind]) do
    if t[key] == nil then complain(where, "payoff.%s: %s is missing", kind, key) end
  end
end

local function check_build(t, where)
  local build = t.build
  if build == nil then return nil end
  if type(build) == "string" then build = { command = build } end
  local fields = { "command", "needs", "sources", "output", "folder", "timeout" }
  for key in pairs(build) do
    local known = false
    for _, field in ipairs(fields) do known = known or field == key end
    if not known then
      complain(where, "build: no field '%s'%s", tostring(key), nearest.hint(tostring(key), fields))
    end
  end
  if type(build.command) ~= "string" and type(build.command) ~= "table" then
    complain(where, "build.command must be a shell command, or a list of words")
  end
  return build
end

-- What `payoff check` holds a subject to: limit = { slower = 0.05, instructions = 0.01 } is how
-- much more is allowed, promise = { speedup = 20 } what it must reach over the reference.
local gate_fields = {
  limit = { slower = { 0, 10 }, instructions = { 0, 10 } },
  promise = { speedup = { 1e-9, 1e9 } },
}

local function check_gate(t, where)
  for field, known in pairs(gate_fields) do
    for key, value in pairs(t[field] or {}) do
      local range, names = known[key], {}
      for name in pairs(known) do names[#names + 1] = name end
      table.sort(names)
      if not range then
        complain(where, "%s: no field '%s'%s", field, tostring(key),
          nearest.hint(tostring(key), names))
      elseif type(value) ~= "number" or not (value >= range[1] and value <= range[2]) then
        complain(where, "%s.%s must be a number from %g to %g%s", field, key, range[1], range[2],
          field == "limit" and " (0.05 is 5 %)" or "")
      end
    end
  end
end

local function list(value)
  if type(value) == "table" then return value end
  return { value }
end

-- Lists of words: what they are joined with must not trip over anything else.
local function check_words(t, field, least, where)
  local words = list(t[field])
  for i, word in ipairs(words) do
    if type(word) ~= "string" then
      complain(where, "%s[%d] must be a string, not a %s", field, i, type(word))
    end
  end
  if #words < least then complain(where, "%s is empty: the program comes first", field) end
end

local start_methods = { fork = true, forkserver = true, spawn = true }
local expectations = { wrong = true, right = true }

local function check_python(t, where)
  if (t.module == nil) == (t.file == nil) then
    complain(where, "payoff.python: give either module or file")
  end
  if t.start_method and not start_methods[t.start_method] then
    complain(where, "payoff.python: start_method is fork, forkserver or spawn, not '%s'",
      t.start_method)
  end
end

-- A name for a subject that has none.
local function default_name(kind, t)
  if kind == "python" then return t.module or paths.stem(t.file) end
  if kind == "native" then return paths.stem(t.library):gsub("^lib", "") end
  return paths.name(list(t.command)[1])
end

function subject.new(kind, t, where, folder)
  if type(t) ~= "table" then
    complain(where, "payoff.%s takes a table: payoff.%s { … }", kind, kind)
  end
  check_fields(kind, t, where)
  check_gate(t, where)
  binding.check(t, kind, function(message, ...) complain(where, message, ...) end)
  if kind == "python" then check_python(t, where) end
  check_words(t, "path", 0, where)
  if kind == "executable" then check_words(t, "command", 1, where) end
  if t.expect and not expectations[t.expect] then
    complain(where, "expect is \"right\" or \"wrong\", not '%s'", t.expect)
  end
  local self = { kind = kind, where = where, folder = folder }
  for key, value in pairs(t) do self[key] = value end
  self.name = t.name or default_name(kind, t)
  self.build = check_build(t, where)
  if kind == "python" then
    self.path = {}
    for i, entry in ipairs(list(t.path or ".")) do self.path[i] = paths.join(folder, entry) end
    if t.file then self.file = paths.join(folder, t.file) end
  elseif kind == "native" then
    self.library = paths.join(folder, t.library)
  else
    self.command = table.move(list(t.command), 1, #list(t.command), 1, {})
    if self.command[1]:find("/") then self.command[1] = paths.join(folder, self.command[1]) end
  end
  return setmetatable(self, Subject)
end

return subject
