-- try: `payoff try REF PORT… --args '[0, 1]'`: the same engine without a script.
--
--   payoff try reference.py:f port:f libport.so:f:'double(int64, int64)' --args '[0, 1]'

local later = require "payoff.later"
local fault = later "payoff.fault"
local measure = later "payoff.measure"
local options = later "payoff.options"
local paths = later "payoff.paths"
local payoff = require "payoff"
local saved = later "payoff.saved"
local sys = require "payoff.native.sys"

local try = {}

function try.define(parser)
  local command = parser:command("try")
    :summary("Compare a function and its ports without writing a script.")
    :description("Compares the reference REF with each PORT. A subject is FILE.py:FUNC, "
      .. "MODULE:FUNC or LIBRARY.so:SYMBOL:SIGNATURE, like 'libf.so:f:double(int64, int64)'.")
  command:argument("reference", "The function that everything is compared with."):argname("REF")
  command:argument("ports", "A port of it."):argname("PORT"):args("*")
  command:option("--args", "The arguments of one task, as JSON: '[0, 1]'. Give it once per task.")
    :argname("JSON"):count("*")
  command:option("--modes", "Comma-separated: serial, process, thread.")
    :argname("LIST"):default("serial")
  command:option("--jobs", "Comma-separated numbers of workers (default: 1 and every core).")
    :argname("LIST")
  command:option("--save", "Write the experiment as a script, to go on from. Its first line has "
    .. "the command for what a script does not say, like --seed or --db."):argname("FILE.lua")
  measure.options(command)
end

local function split(text)
  local out = {}
  for word in text:gmatch("[^,%s]+") do out[#out + 1] = word end
  return out
end

local function numbers(text)
  local out = {}
  for i, word in ipairs(split(text)) do
    out[i] = math.tointeger(tonumber(word))
    if not out[i] or out[i] < 1 then
      fault.raise("usage", "--jobs %s: whole numbers of at least 1 are wanted", text)
    end
  end
  return out
end

local function save(arguments, list, wanted, told)
  local text = saved.script(list, wanted, arguments, told)
  local written, why = sys.write_file(arguments.save, text)
  if not written then fault.raise("io", "--save: %s", why) end
end

function try.run(arguments)
  local told = measure.check(arguments)
  payoff.begin(".", { quick = arguments.quick })
  local list = options.subjects { arguments.reference, table.unpack(arguments.ports) }
  local wanted = {
    name = paths.stem(list[1].fields.func or list[1].fields.symbol),
    tasks = options.tasks(arguments), modes = split(arguments.modes),
    jobs = arguments.jobs and numbers(arguments.jobs) or { 1, payoff.host.cores },
  }
  if arguments.save then save(arguments, list, wanted, told) end
  local subjects = {}
  for i, item in ipairs(list) do subjects[i] = payoff[item.kind](item.fields) end
  wanted.reference, wanted.subjects = table.remove(subjects, 1), subjects
  wanted.tasks = options.with_none(wanted.tasks)
  return measure.run(payoff.experiment(wanted), arguments)
end

return try
