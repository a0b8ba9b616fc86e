-- origin: how to measure the same again: command, seed, versions, and the experiment's own text.

local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local origin = { id = "origin", title = "How to reproduce it", short = "Reproduce" }

local function fact(name, content)
  return content and h.div({}, h.dt({}, name), h.dd({}, content)) or nil
end

local function versions(run)
  local payoff = run.payoff or {}
  local parts = { "payoff " .. tostring(payoff.version or "?") }
  for _, library in ipairs(payoff.libraries or {}) do
    parts[#parts + 1] = tostring(library.name) .. " " .. tostring(library.version or "?")
  end
  return table.concat(parts, ", ")
end

local function samples_of(run)
  local total = 0
  for _, cell in ipairs(run.cells or {}) do
    total = total + #(cell.samples or {})
  end
  return total
end

function origin.render(run)
  local experiment = run.experiment or {}
  return h.list(
    run.command and h.pre({ class = "command", tabindex = "0" }, run.command) or nil,
    h.dl({ class = "facts" },
      fact("seed", run.seed and tostring(run.seed) .. " (--seed repeats the random order)"),
      fact("run", run.id and h.code({}, run.id)),
      fact("started", run.started),
      fact("took", run.wall_s and units.time(run.wall_s * 1e9)),
      fact("samples", units.count(samples_of(run))),
      fact("experiment", experiment.file and value.outside(experiment.file)),
      fact("versions", value.outside(versions(run)))),
    experiment.text and h.details({ class = "printed" }, h.summary({}, "The experiment's text"),
      h.pre({ tabindex = "0" }, experiment.text)) or nil)
end

return origin
