-- experiment: checks what a script wrote and gives it one plain shape.
--
--   local e = experiment.new({ name = "f", reference = …, tasks = {{0, 1}} }, where, path)
--   e.subjects[1].reference  --> true: the reference is the first subject
--   e.sizes[1].tasks         --> encoded tasks

local fault = require "payoff.fault"
local nearest = require "payoff.nearest"
local paths = require "payoff.paths"
local subject = require "payoff.subject"
local timing = require "payoff.run.timing"
local values = require "payoff.values"

local experiment = {}

local Experiment = {}
Experiment.__index = Experiment
experiment.Experiment = Experiment

local fields = {
  name = "string", title = "string", reference = "table", subjects = "table",
  tasks = "table", workload = "function", sizes = "table", bounds = "table",
  modes = "table", jobs = "table",
  starts = "table", check = "table", metrics = "table", counters = "table",
  precision = "number", budget = "number", confidence = "number", blocks = "number",
  timeout = "number", samples = "number", simulate = "table", time = "any",
}

local modes = { serial = true, process = true, thread = true }
local starts = { cold = true, warm = true }

local function keys_of(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function complainer(where)
  return function(message, ...) fault.raise("data", "%s: %s", where or "?", message:format(...)) end
end

local function check_fields(t, complain)
  for key, value in pairs(t) do
    local wanted = fields[key]
    if not wanted then
      complain("payoff.experiment: no field '%s'%s", tostring(key),
        nearest.hint(tostring(key), keys_of(fields)))
    elseif wanted ~= "any" and type(value) ~= wanted
      and not (key == "sizes" and value == "auto") then
      complain("%s must be a %s, not a %s", key, wanted, type(value))
    end
  end
  if not t.name then complain("name is missing") end
  if not t.name:match("^[%w][%w._-]*$") then
    complain("name '%s': letters, digits, '.', '_' and '-' only, since files are named after it",
      t.name)
  end
  if not t.reference then complain("reference is missing: the Python function to compare with") end
  if not t.tasks and not t.workload then
    complain("tasks is missing: the list of tasks to run, like tasks = { {0, 1}, {1, 1} }")
  end
  if t.tasks and t.workload then complain("give either tasks or workload, not both") end
end

local function check_subjects(t, complain)
  if getmetatable(t.reference) ~= subject.Subject then
    complain("reference must be made with payoff.python { … } (or .native, .executable)")
  end
  local all, seen = { t.reference }, {}
  for i, item in ipairs(t.subjects or {}) do
    if getmetatable(item) ~= subject.Subject then
      complain("subjects[%d] is no subject: make it with payoff.python, payoff.native or "
        .. "payoff.executable { … }", i)
    end
    all[#all + 1] = item
    item.label = ("subjects[%d]"):format(i)
  end
  t.reference.label, t.reference.reference = "reference", true
  for _, item in ipairs(all) do
    if seen[item.name] then
      fault.raise("data", "%s: %s: the name '%s' is taken already; give it a name of its own",
        item.where or "?", item.label, item.name)
    end
    seen[item.name] = true
  end
  return all
end

local function encode_tasks(tasks, label, complain)
  if type(tasks) ~= "table" or tasks[1] == nil then
    complain("%s must be a list of tasks, like { {0, 1}, {1, 1} }", label)
  end
  local encoded = {}
  for i, task in ipairs(tasks) do
    local ok, result = pcall(values.task, task)
    if not ok then complain("%s[%d]: %s", label, i, tostring(result)) end
    encoded[i] = result
  end
  return encoded
end

-- One size with its tasks; `i` is its place in the script's list.
local function make_size(t, size, i, complain)
  if type(size) ~= "number" or size <= 0 then
    complain("sizes[%d] must be a positive number", i)
  end
  local tasks, label = t.tasks, "tasks"
  if t.workload then
    local ok, result = pcall(t.workload, size)
    if not ok then
      if fault.is(result) then error(result, 0) end
      local text = tostring(result)
      if text:find("^[^\n]-:%d+: ") then fault.raise("data", "%s", text) end
      complain("workload(%s) raises %s", size, text) -- error {}, error("…", 0)
    end
    tasks, label = result, ("workload(%s)"):format(size)
  elseif i > 1 then
    complain("several sizes need workload = function(size) … end in place of tasks")
  end
  local encoded = encode_tasks(tasks, label, complain)
  return { size = size, tasks = encoded, example = values.text(encoded[1]) }
end

local function make_sizes(t, list, complain)
  local out = {}
  for i, size in ipairs(list) do out[i] = make_size(t, size, i, complain) end
  return out
end

-- { low =, high = } of sizes = "auto": they are chosen when it is run (payoff.model.sizes).
local function check_bounds(t, wanted, complain)
  if t.bounds ~= nil and not wanted then complain("bounds belong to sizes = \"auto\"") end
  if not wanted then return nil end
  if not t.workload then complain("sizes = \"auto\" needs workload = function(size) … end") end
  local low, high = table.unpack(t.bounds or { 1, 1000000 })
  if type(low) ~= "number" or type(high) ~= "number" or not (0 < low and low < high) then
    complain("bounds are the smallest and the largest size, like bounds = { 1, 10000 }")
  end
  return { low = low, high = high }
end

-- What the simulator counts in place of the first size: tasks of its own, or another size.
local function check_simulate(t, complain)
  local wanted = t.simulate
  if not wanted then return nil end
  for key in pairs(wanted) do
    if key ~= "tasks" and key ~= "size" then
      complain("simulate: no field '%s'%s", tostring(key),
        nearest.hint(tostring(key), { "tasks", "size" }))
    end
  end
  if (wanted.tasks == nil) == (wanted.size == nil) then
    complain("simulate wants either tasks = { … } or size = a number")
  elseif wanted.size ~= nil and not t.workload then
    complain("simulate.size needs workload = function(size) … end; give simulate.tasks instead")
  elseif wanted.tasks ~= nil and type(wanted.tasks) ~= "table" then
    complain("simulate.tasks must be a list of tasks, like { {10} }")
  end
  local out = make_size({ tasks = wanted.tasks, workload = wanted.size and t.workload },
    wanted.size or 1, 1, complain)
  out.size = wanted.size
  return out
end

local function check_words(list, allowed, label, complain)
  for i, word in ipairs(list) do
    if not allowed[word] then
      complain("%s[%d]: '%s' is none of: %s%s", label, i, tostring(word),
        table.concat(keys_of(allowed), ", "), nearest.hint(tostring(word), keys_of(allowed)))
    end
  end
  return list
end

local function check_jobs(t, complain)
  local seen, out = {}, {}
  for i, jobs in ipairs(t.jobs or { 1 }) do
    if math.type(jobs) ~= "integer" or jobs < 1 or jobs > 4096 then
      complain("jobs[%d] must be a whole number of workers, 1 to 4096", i)
    end
    if not seen[jobs] then out[#out + 1] = jobs end
    seen[jobs] = true
  end
  return out
end

-- A list of events; `source` asks for simulated counts besides (payoff.run.simulate), `exact` for
-- counters that never take turns (payoff.run.passes).
local function check_counters(t, complain)
  local counters = t.counters or {}
  if counters.exact and #counters == 0 and t.metrics and #t.metrics == 0 then
    complain("counters.exact: there is nothing to count; name metrics or counters")
  end
  for key, value in pairs(counters) do
    if key == "source" then
      if value ~= "simulated" then
        complain("counters.source can be \"simulated\", or be left out; not '%s'", tostring(value))
      end
    elseif key == "exact" then
      if type(value) ~= "boolean" then
        complain("counters.exact can be true, or be left out; not '%s'", tostring(value))
      end
    elseif math.type(key) ~= "integer" then
      complain("counters: no field '%s'%s", tostring(key),
        nearest.hint(tostring(key), { "source", "exact" }))
    end
  end
  return counters
end

local function check_number(t, key, low, high, default, complain)
  local value = t[key]
  if value == nil then return default end
  if value ~= value or value < low or value > high then
    complain("%s must be between %g and %g", key, low, high)
  end
  return value
end

-- Which time serial rows and verdicts on them rest on (payoff.run.timing); nil: nobody said.
local function check_time(t, complain)
  if t.time ~= nil and not timing.words[t.time] then
    local text = type(t.time) == "string" and t.time
    complain("time can be %s, or be left out; not %s%s", timing.choices,
      text and ("'%s'"):format(text) or "a " .. type(t.time),
      text and nearest.hint(text, timing.names) or "")
  end
  return t.time
end

-- The ports take integers of so many bits, by their documentation: made-up inputs stay within them.
local function check_bits(t, complain)
  local bits = (t.check or {}).bits
  if bits ~= nil and (math.type(bits) ~= "integer" or bits < 8 or bits > 1024) then
    complain("check.bits must be a whole number from 8 to 1024, like 64")
  end
  return bits
end

local function check_tolerance(t, complain)
  local check = t.check or {}
  for key in pairs(check) do
    if key ~= "tolerance" and key ~= "bits" then
      complain("check: no field '%s'%s", tostring(key),
        nearest.hint(tostring(key), { "tolerance", "bits" }))
    end
  end
  local tolerance = check.tolerance or {}
  for key, value in pairs(tolerance) do
    if key == "order" or key == "sum" then
      if type(value) ~= "boolean" then complain("check.tolerance.%s must be true or false", key) end
    elseif key ~= "ulp" and key ~= "relative" and key ~= "absolute" then
      complain("check.tolerance: no field '%s'%s", tostring(key),
        nearest.hint(tostring(key), { "ulp", "relative", "absolute", "order", "sum" }))
    elseif type(value) ~= "number" or value < 0 then
      complain("check.tolerance.%s must be a number, 0 or more", key)
    end
  end
  return tolerance
end

-- Other sizes than the script's: --sizes.
function Experiment:use_sizes(list)
  if not self.declared.workload then
    fault.raise("usage", "--sizes: this experiment has no workload = function(size) … end")
  end
  self.sizes, self.auto = make_sizes(self.declared, list, self.complain), nil
end

function Experiment:choose_sizes(low, high)
  local bounds = low and { low, high } or self.declared.bounds
  self.auto = check_bounds({ workload = self.declared.workload, bounds = bounds }, true,
    self.complain)
end

function experiment.new(t, where, path)
  local complain = complainer(where)
  if type(t) ~= "table" then
    complain("payoff.experiment takes a table: payoff.experiment { … }")
  end
  check_fields(t, complain)
  local auto = check_bounds(t, t.sizes == "auto", complain)
  local self = {
    auto = auto, declared = t, complain = complain,
    where = where, file = path, folder = paths.folder(path),
    name = t.name, title = t.title or t.name,
    subjects = check_subjects(t, complain),
    sizes = make_sizes(t, auto and { auto.low } or t.sizes or { 1 }, complain),
    modes = check_words(t.modes or { "serial" }, modes, "modes", complain),
    starts = check_words(t.starts or { "cold", "warm" }, starts, "starts", complain),
    jobs = check_jobs(t, complain),
    tolerance = check_tolerance(t, complain), bits = check_bits(t, complain),
    metrics = t.metrics or { "ipc", "os" },
    counters = check_counters(t, complain),
    simulate = check_simulate(t, complain),
    precision = check_number(t, "precision", 1e-4, 1, 0.02, complain),
    budget = check_number(t, "budget", 0.1, 1e6, 60, complain), budget_asked = t.budget ~= nil,
    confidence = check_number(t, "confidence", 0.5, 0.9999, 0.95, complain),
    timeout = check_number(t, "timeout", 0.1, 1e6, nil, complain),
    samples = check_number(t, "samples", 1, 1000, nil, complain),
    blocks = check_number(t, "blocks", 1, 10000, nil, complain),
    time = check_time(t, complain),
  }
  return setmetatable(self, Experiment)
end

return experiment
