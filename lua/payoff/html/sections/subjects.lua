-- subjects: what was compared: where each port comes from, how it was built and loaded.

local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local subjects = { id = "subjects", title = "What was compared", short = "Ports" }

local function build_text(build)
  if not build then
    return ""
  end
  local how = build.seconds and units.time(build.seconds * 1e9) or "up to date, not run"
  return h.list(h.code({}, build.command or ""), " ", h.span({ class = "v" }, how))
end

function subjects.render(_, d)
  local rows = {}
  for i, group in ipairs(d.groups) do
    local subject = group.subject
    rows[i] = {
      value.outside(subject.name), subject.kind or "",
      subject.runtime and value.outside(subject.runtime) or "",
      subject.file and h.code({}, subject.file) or
        (subject.reason and value.outside(subject.reason) or ""),
      build_text(subject.build), value.plain(subject.load_ns, units.time, subject.reason),
      value.plain((subject.bracket or {}).wall_ns, units.time, "this worker measures none"),
    }
  end
  if #rows == 0 then
    return nil
  end
  return figure.table("Subjects", { { "Subject", keep = true }, { "Kind" },
    { "Runtime", keep = true }, { "File" }, { "Build" },
    { "Load time", num = true, title = "import or dlopen, median of its processes" },
    { "Empty bracket", num = true,
      title = "wall time of reading clock and counters around no work, the least of five; what it "
        .. "counts is taken off every counter" } },
    rows)
end

return subjects
