-- counters: `payoff counters [PATTERN]`: which events exist here and which really count.
--
-- Every event shown is opened, run and read once: a name that can be opened proves nothing.

local counters = require "payoff.native.counters"
local later = require "payoff.later"
local fault = later "payoff.fault"
local json = require "payoff.native.json"
local layout = later "payoff.layout"
local sys = require "payoff.native.sys"

local command = {}

function command.define(parser)
  local it = parser:command("counters")
    :summary("List the events that can be counted here, and why the others cannot.")
    :description("Lists events by name, says what each means, and proves by opening, running and "
      .. "reading it once whether it really counts here, and if not, exactly why. Use the names in "
      .. "an experiment's `counters`, or in a metric.")
  it:argument("pattern", "Only events whose name has this in it."):args("?"):argname("PATTERN")
  it:flag("--json", "The same as JSON.")
end

-- Listed by the pattern; a raw or model-specific name that is not listed may still be meant.
local function select(pattern)
  local list = fault.check("system", "counters", counters.list(pattern))
  if #list > 0 or not pattern then return list end
  local one, message, code = counters.describe(pattern)
  if one then return { one } end
  local mistyped = code == "not found" or code == "usage"
  fault.raise(mistyped and "usage" or "system", "%s", message)
end

local function probe_all(list)
  local rows = {}
  for i, event in ipairs(list) do
    local probe, message = counters.probe(event.name)
    rows[i] = {
      name = event.name, description = event.description, pmu = event.pmu, unit = event.unit,
      source = event.source, counted_as = probe and probe.state == "exact" and probe.name or nil,
      state = probe and probe.state or "unsupported", reason = probe and probe.reason or message,
    }
  end
  return rows
end

local function text(rows)
  local notes = layout.notes()
  local body = {}
  for i, row in ipairs(rows) do
    local note = row.reason and notes:mark(row.reason) or ""
    body[i] = {
      row.name, row.state == "exact" and ("yes, as " .. row.counted_as) or row.state,
      row.source, note, row.description or "",
    }
  end
  local out = layout.grid({ "event", "counted here", "source", "", "what it is" }, body)
  return out .. notes:text(sys.columns() or 80)
end

function command.run(arguments)
  local rows = probe_all(select(arguments.pattern))
  local out
  if arguments.json then
    local report = { libpfm4 = counters.version(), events = json.array(rows) }
    local encoded = json.encode(report, { indent = 2, sort = true })
    out = fault.check("internal", "counters", encoded) .. "\n"
  else
    out = text(rows)
  end
  fault.shown(sys.write(1, out))
  return fault.status.ok
end

return command
