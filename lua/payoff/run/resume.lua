-- resume: goes on with a run that was interrupted or killed: same plan, seeds, loops and options.
--
--   local it = resume.find("f.payoff.db", "last")     -- raises where there is nothing to resume
--   resume.check_text(it, experiment)
--   engine.run(experiment, { resume = it, … })
--
-- What a run needs for that is its `progress`, a JSON document beside it in the store, written as
-- the run goes: { options, owner = {pid, start, boot}, samples, plan, forecast, notes, spent_s,
-- wall_s, control = its values so far, at = {block, position, order = {cell id, process, …}} }. The
-- builds and the check against the reference are done anew, and the run goes on only if it is the
-- same text, the same binaries, and the same kind of machine. The samples of a process that did not
-- come to its end stay in the record, marked, and the process is run again.

local control = require "payoff.run.control"
local fault = require "payoff.fault"
local fingerprint = require "payoff.fingerprint"
local store = require "payoff.store"
local sys = require "payoff.native.sys"
local words = require "payoff.check.words"

local resume = {}

resume.MARK = "its process did not come to its end, and its results were not checked"

-- The command-line options that make a run what it is.
local KEPT = { "only", "set", "quick", "budget", "precision", "blocks", "counts", "no_pin",
  "python", "no_verify", "sizes", "share", "profile", "func", "time" }

function resume.options(arguments)
  local kept = {}
  for _, name in ipairs(KEPT) do kept[name] = arguments[name] end
  return kept
end

-- A process is told from a later one of the same number by when it started, since which boot.
local function started(pid)
  local stat = sys.read_file(("/proc/%d/stat"):format(pid))
  local fields = stat and stat:match("^.*%)%s(.*)$")
  local at = 3
  for field in (fields or ""):gmatch("%S+") do
    if at == 22 then return field end
    at = at + 1
  end
end

local function boot()
  return ((sys.read_file("/proc/sys/kernel/random/boot_id") or ""):gsub("%s+$", ""))
end

function resume.owner()
  return { pid = sys.pid(), start = started(sys.pid()), boot = boot() }
end

function resume.is_alive(owner)
  return owner ~= nil and owner.boot == boot() and owner.start ~= nil
    and started(owner.pid) == owner.start
end

local function select(list, which, path)
  if #list == 0 then fault.raise("data", "%s holds no run", path) end
  if which == "last" then return list[#list] end
  local number, found = math.tointeger(tonumber(which)), {}
  for _, run in ipairs(list) do
    if run.id == which or run.run == number then return run end
    if run.id:sub(1, #which) == which then found[#found + 1] = run end
  end
  if #found == 1 then return found[1] end
  fault.raise("usage", #found == 0 and "%s has no run '%s'; `payoff runs %s` lists them"
    or "%s has several runs that start with '%s'; `payoff runs %s` lists them", path, which,
    words.quote(path))
end

-- which: a run's number, its id or the beginning of it, or "last".
function resume.find(path, which)
  local db = store.must_open(path)
  local row = select(fault.check("data", nil, db:runs()), which, path)
  local progress = fault.check("data", nil, db:progress(row.run))
  if row.state == "complete" then
    fault.raise("usage", "run %s is complete: there is nothing to resume", row.id)
  elseif not progress.options then
    fault.raise("usage", "run %s cannot be resumed: it is part of a tour, or of an older payoff",
      row.id)
  elseif resume.is_alive(progress.owner) then
    fault.raise("unavailable", "run %s is still being measured, by process %d", row.id,
      progress.owner.pid)
  end
  local run = fault.check("data", nil, db:load(row.run))
  db:close()
  if not run.experiment.text then
    fault.raise("usage", "run %s cannot be resumed: it has no script (payoff try)", row.id)
  end
  return { path = path, run = run, progress = progress }
end

-- A store may be a stranger's, and does not choose what is executed: the script and the interpreter
-- are said again.
function resume.check_programs(it, arguments)
  local id, file, python = it.run.id, it.run.experiment.file or "?", it.progress.options.python
  if not arguments.file then
    fault.raise("usage", "run %s is of %s: name it again, if it is yours: payoff run %s --db %s "
      .. "--resume %s", id, file, words.quote(file), words.quote(it.path), id)
  elseif python ~= arguments.python then
    fault.raise("usage", "run %s was begun %s, and goes on as it was begun: %s", id,
      python and ("with --python %s"):format(words.quote(python)) or "without --python",
      python and "give it again, if it is yours" or "leave it out")
  end
end

-- The options of then take the place of the command line's.
function resume.overlay(it, arguments)
  local counts = it.progress.options.counts
  if arguments.counts and arguments.counts ~= counts then
    fault.raise("usage", "--counts %s: run %s was begun %s, and goes on as it was begun; leave it "
      .. "out, or start a new run", arguments.counts, it.run.id,
      counts and "with --counts " .. counts or "without it")
  end
  for _, name in ipairs(KEPT) do arguments[name] = it.progress.options[name] end
  arguments.set, arguments.only = arguments.set or {}, arguments.only or {}
end

-- Sizes that were chosen while running are not chosen again.
function resume.keep_sizes(it, experiment)
  if not experiment.auto then return end
  local list = {}
  for i, size in ipairs(it.run.sizes) do list[i] = size.size end
  experiment:use_sizes(list)
end

local function first_difference(old, new)
  local number, next_old = 0, old:gmatch("([^\n]*)\n?")
  for line in new:gmatch("([^\n]*)\n?") do
    number = number + 1
    if next_old() ~= line then return number end
  end
  return number
end

function resume.check_text(it, experiment)
  if it.run.experiment.text ~= experiment.text then
    fault.raise("data", "%s:%d: the experiment has changed since run %s; start a new run",
      experiment.file or "?", first_difference(it.run.experiment.text, experiment.text or ""),
      it.run.id)
  end
end

local function same_events(old, new)
  if #old ~= #new then return false end
  for i, event in ipairs(old) do
    if event.asked ~= new[i].asked or event.name ~= new[i].name then return false end
  end
  return true
end

-- After builds and checks, before anything is written or timed.
function resume.check(it, head)
  local differences = {}
  if it.run.fingerprint then
    differences = fingerprint.compare(it.run.fingerprint, head.fingerprint)
    for _, text in ipairs(fingerprint.changed(it.run.fingerprint, head.fingerprint)) do
      differences[#differences + 1] = text
    end
  end
  if not same_events(it.run.events, head.events) then
    differences[#differences + 1] = "other counters can be read now"
  end
  if #differences > 0 then
    fault.raise("data", "run %s cannot be resumed, what it measured has changed (%s); "
      .. "start a new run", it.run.id, table.concat(differences, "; "))
  end
end

-- The head of the run's model is that of then; the clock goes on where it stopped.
function resume.begin(it, state)
  local head = state.head
  head.sizing = head.sizing or it.run.sizing
  head.id, head.started, head.command = it.run.id, it.run.started, it.run.command
  state.started_s = state.started_s - (it.progress.wall_s or 0)
  state.samples, state.plan = it.progress.samples, it.progress.plan
  state.forecast, state.at = it.progress.forecast, it.progress.at
  state.control = control.new(it.progress.control)
  for _, note in ipairs(it.progress.notes or {}) do table.insert(state.warnings, note) end
end

local function is_after(sample, at)
  return not at or sample.block > at.block
    or sample.block == at.block and (sample.order or 0) > at.position
end

local function restore_cell(cell, old, at)
  local process_ns = {}
  cell.loops, cell.processes = old.loops, old.processes
  cell.maxrss_bytes, cell.warming = old.maxrss_bytes, old.warming or {}
  if old.warmup then
    cell.warmup, cell.of.warmup = old.warmup, cell.of.warmup or {}
    cell.of.warmup[cell.size] = old.warmup
  end
  if old.verdict and old.verdict.state ~= "unmeasured" then cell.verdict = old.verdict end
  cell.noise = { samples = 0, marked = 0, cost_ns = 0, wall_ns = 0 }
  for i, sample in ipairs(old.samples) do
    if is_after(sample, at) then sample.marked = resume.MARK end
    cell.samples[i] = sample
    cell.noise.samples = cell.noise.samples + 1
    cell.noise.marked = cell.noise.marked + (sample.marked and 1 or 0)
    cell.cost_ns = math.max(cell.cost_ns or 0, sample.wall_ns / sample.loops)
    local key = sample.block .. "/" .. (sample.process or 1)
    process_ns[key] = (process_ns[key] or 0) + sample.wall_ns
  end
  local count, sum_ns = 0, 0
  for _, ns in pairs(process_ns) do count, sum_ns = count + 1, sum_ns + ns end
  -- Starting and checking took what the check has just taken.
  if count > 0 then cell.process_s = sum_ns / count / 1e9 + (cell.of.check_s or 0) end
end

function resume.apply(it, state)
  local of = {}
  for _, cell in ipairs(it.run.cells) do of[cell.id] = cell end
  for _, cell in ipairs(state.cells) do
    if of[cell.id] then restore_cell(cell, of[cell.id], state.at) end
    if cell.noise and cell.noise.samples == 0 then cell.noise = nil end
  end
  state.began_s = sys.monotonic_s() - (it.progress.spent_s or 0)
  state.spent_s = it.progress.spent_s or 0
end

-- The processes of the block that was not finished, in the order of then, or nil.
function resume.order(state, block)
  local at = state.at
  if not at or at.block ~= block then return nil, 0 end
  local of, list = {}, {}
  for _, cell in ipairs(state.cells) do of[cell.id] = cell end
  for i = 1, #at.order, 2 do
    list[#list + 1] = { cell = of[at.order[i]], process = at.order[i + 1] }
  end
  return list, at.position
end

return resume
