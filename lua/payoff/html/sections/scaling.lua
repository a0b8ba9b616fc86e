-- scaling: what more workers bring, with the laws fitted to it, and what stands in the way.

local chart = require "payoff.html.charts.scaling"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local scaling = { id = "scaling", title = "More workers", short = "Scaling" }

-- A fitted share with its interval, or the dash with the reason.
local function share(fit)
  local it = fit and { median = fit.estimate, low = fit.low, high = fit.high, level = fit.level,
    n = fit.n, reason = fit.reason }
  if it and it.median and it.median > 1 then
    return value.unknown("more workers make it slower: no share of the work explains that")
  end
  return it and it.median and value.estimate(it, units.percent)
    or value.unknown(fit and fit.reason or "it takes more numbers of jobs")
end

local function has_law(group)
  return (group.amdahl and group.amdahl.serial or group.usl) ~= nil
end

-- Does its sentence say more than its row of the table?
local function is_remarkable(group)
  local widest = group.points[#group.points]
  return group.limit ~= nil or has_law(group) or widest.ideal < widest.jobs
end

local LAWS = { { "Serial share", num = true, title = "Amdahl's law" },
  { "Contention", num = true, title = "universal scalability law" },
  { "Crosstalk", num = true, title = "universal scalability law, per pair of workers" } }

local function add_group(rows, group, has_sizes)
  local name = ("%s, %s%s"):format(group.subject, group.start,
    has_sizes and (", size %s"):format(group.size) or "")
  for i, point in ipairs(group.points) do
    local last = i == #group.points
    rows[#rows + 1] = { value.outside(name), ("%d × %s"):format(point.jobs, group.mode),
      value.estimate(point.speedup, units.ratio),
      value.plain(point.efficiency, units.percent), value.plain(point.ideal, units.ratio),
      last and share((group.amdahl or {}).serial) or "",
      last and share((group.usl or {}).serial) or "",
      last and share((group.usl or {}).crosstalk) or "" }
  end
end

-- The curves, where there are some; the page's script is told of them in the context.
local function curves(run, d, context)
  local figures = {}
  for _, made in ipairs(chart.make(run, d)) do
    figures[#figures + 1] = figure.render(made)
    context.charts[#context.charts + 1] = { id = made.id, spec = made.spec }
  end
  return figures
end

function scaling.render(run, d, context)
  local rows, said, laws = {}, {}, false
  for _, group in ipairs(run.scaling or {}) do
    add_group(rows, group, d.has_sizes)
    laws = laws or has_law(group)
    if group.text and is_remarkable(group) then
      said[#said + 1] = h.li({}, value.outside(group.text))
    end
  end
  if #rows == 0 then
    return nil
  end
  local columns = { { "Subject", keep = true },
    { "Workers", keep = true }, { "Speed-up", num = true, title = "over one worker of the same" },
    { "Efficiency", num = true, title = "speed-up per worker" },
    { "At most", num = true, title = "what so many tasks and CPUs allow" } }
  if laws then
    table.move(LAWS, 1, #LAWS, #columns + 1, columns)
  else
    for _, row in ipairs(rows) do row[6], row[7], row[8] = nil, nil, nil end
  end
  return h.list(#said > 0 and h.ul({}, said) or nil, curves(run, d, context),
    figure.table("More workers", columns, rows), not laws and h.p({ class = "note" },
      "How the speed-up goes on with more workers (Amdahl's law and the universal scalability law) "
      .. "takes rows of more numbers of workers.") or nil)
end

return scaling
