-- The tables of an experiment. The bytes choose what a script says, out of what people write and
-- mistake: scripts are programs of their user, and arbitrary ones might do anything here.

local cells = require "payoff.run.cells"
local must = require "targets.must"
local script = require "payoff.script"

local from, at

local function pick(list)
  at = at + 1
  return list[(from:byte(at) or 0) % #list + 1]
end

local values = { "nil", "true", "false", "0", "1", "-1", "2", "0.5", "1e308", "0/0", "1/0", "-1/0",
  "1 << 62", "math.mininteger", "''", "'a'", "'serial'", "'thread'", "'cold'", "'auto'", "'100%'",
  "'%s%d'", "'a\\0b'", "'\\xff\\27[2J'", "'../x'", "'" .. ("x"):rep(300) .. "'", "'wrong'",
  "'simulated'", "{}", "{ 1 }", "{ 1, 2 }", "{ {} }", "{ {0, 1} }", "{ 1, nil, 3 }", "{ [3] = 1 }",
  "{ a = 1 }", "{ [{}] = 1 }", "{ [0.5] = 1 }", "{ [true] = 1 }",
  "{ 'serial', 'process', 'thread' }", "{ 'cold' }", "{ 'ipc' }", "{ 'instructions' }", "payoff",
  "payoff.none", "payoff.int '12'",
  "payoff.int 'x'", "payoff.int(1.5)", "payoff.bytes '\\0\\1'", "payoff.bytes(1)",
  "payoff.bytes {}", "payoff.tuple { 1 }", "payoff.tuple(1)", "payoff.list { {} }",
  "payoff.list()", "payoff.dict { {1, 2} }", "payoff.dict { 1 }", "payoff.dict {{}}",
  "payoff.set { 2, 1 }", "payoff.set(3)", "payoff.array('d', { 1.5 })", "payoff.array('x', {})",
  "payoff.array('b', { 1000 })", "payoff.array('i', { 1.5 })", "payoff.array()",
  "payoff.array('d', { {} })", "payoff.setting('n', 3)",
  "payoff.setting()",
  "payoff.setting({}, 1)",
  "payoff.host.cores", "payoff.host.nothing", "payoff.nothing", "function(n) return { {n} } end",
  "function() end", "function() return 7 end", "function() return { 7 } end",
  "function() error 'mine' end", "function() error {} end", "print", "print()", "payoff.load()",
  "payoff.report()", "payoff.report { render = 1 }", "payoff.tour {}", "payoff.load 'gone.lua'",
  "setmetatable({}, { __index = function() error 'mine' end })",
  "setmetatable({}, { __tostring = function() return 7 end })",
  "setmetatable({}, { __len = function() return 1e9 end })",
  "(function() local t = {}; t[1] = t; return t end)()", "coroutine.create(print)", "io.stdout",
  "SUBJECT", "LIST", "TABLE" }

local fields = { "name", "title", "reference", "subjects", "tasks", "workload", "sizes", "bounds",
  "modes", "jobs", "starts", "check", "metrics", "counters", "precision", "budget", "confidence",
  "blocks", "timeout", "samples", "simulate", "module", "file", "func", "path", "python",
  "start_method", "library", "symbol", "signature", "command", "subject", "teaches", "build",
  "expect", "env", "memory", "limit", "promise", "tolerance", "ulp", "relative", "order", "bits",
  "needs", "sources", "output", "folder", "slower", "instructions", "speedup", "source", "exact",
  "tabel", "['\\0']", "[1]", "[2.5]", "[{}]", "[print]" }
local kinds = { "python", "native", "executable", "experiment", "pyton" }
local starts = {
  python = { "func = 'f', module = 'm'", "func = 'f', file = 'm.py'", "func = 'f'", "" },
  native = { "library = 'l.so', symbol = 's', signature = 'int(int)'", "library = ''", "" },
  executable = { "command = './x'", "command = { 'x' }", "command = {}", "" },
  experiment = { "name = 'n', tasks = { {1} }", "" },
}

local function text_of(depth)
  local word = pick(values)
  if word ~= "SUBJECT" and word ~= "LIST" and word ~= "TABLE" then return word end
  if depth > 3 then return "{}" end
  local parts, kind = {}, word == "SUBJECT" and pick(kinds)
  if kind and starts[kind] then parts[1] = pick(starts[kind]) end
  for _ = 1, pick { 0, 1, 2, 3, 4 } do
    parts[#parts + 1] = (word == "LIST" and "" or pick(fields) .. " = ") .. text_of(depth + 1)
  end
  return (kind and "payoff." .. kind or "") .. " { " .. table.concat(parts, ", ") .. " }"
end

local named = "name = 'n', reference = payoff.python { module = 'm', func = 'f' }, "
local beginnings = { named .. "tasks = {{1}}",
  named .. "workload = function(n) return {{n}} end", "name = 'n'", "" }
local endings = { "return payoff.experiment {", "payoff.experiment {", "return payoff.tour {",
  "local e = payoff.experiment {" }

local function script_of(bytes)
  from, at = bytes, 0
  local lines = { 'local payoff = require "payoff"', pick(endings),
    "  " .. pick(beginnings) .. "," }
  while at < #from and #lines < 12 do
    lines[#lines + 1] = ("  %s = %s,"):format(pick(fields), text_of(0))
  end
  return table.concat(lines, "\n") .. "\n}\n"
end

local file = "/fuzz/x.lua"
local kinds_of_fault = { data = true, usage = true, noinput = true }
local quiet = function() end

return function(bytes)
  local text = script_of(bytes)
  if os.getenv "FUZZ_SHOW" then io.stderr:write(text) end
  local loud = print
  print = quiet -- luacheck: ignore 121
  local ok, result = pcall(script.load, file, { text = text, settings = {} })
  print = loud -- luacheck: ignore 121
  local good, problem = pcall(function()
    if not ok then
      must.fault(result, kinds_of_fault)
      must.no_slip(result.message)
      assert(result.message:find(file .. ":", 1, true) or result.message:find("gone.lua", 1, true),
        "a message says where: " .. result.message)
      return
    end
    for _, cell in ipairs(cells.list(result)) do assert(type(cell.id) == "string") end
  end)
  if not good then error(tostring(problem) .. "\n" .. text, 0) end
end
