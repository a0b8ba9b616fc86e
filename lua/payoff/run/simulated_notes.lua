-- simulated_notes: what a reader of a report must know of its simulated counts, in sentences.
--
--   for _, sentence in ipairs(notes.of(run)) do print(sentence) end     -- none: nothing simulated

local cells = require "payoff.run.cells"
local simulated = require "payoff.run.simulated"
local units = require "payoff.units"

local notes = {}

local function event_of(run)
  for _, event in ipairs(run.events or {}) do
    if event.name == simulated.instructions then return event end
  end
end

-- Cells by state; those that were counted of the tasks of `simulate`.
local function sort(run)
  local exact, scaled, missing, smaller = {}, {}, {}, nil
  for _, cell in ipairs(run.cells or {}) do
    local own = cell.simulated
    if own and own.totals then
      table.insert(own.state == "exact" and exact or scaled, cell)
      smaller = smaller or own.workload
    elseif own then
      missing[own.reason] = missing[own.reason] or {}
      table.insert(missing[own.reason], cells.describe(cell))
    end
  end
  return exact, scaled, missing, smaller
end

-- Serial cells that do not repeat say why, each; the others have one reason, and a number each.
local function estimates(out, list)
  local crews = {}
  for _, cell in ipairs(list) do
    local own = cell.simulated
    if cell.mode == "serial" then
      out[#out + 1] = ("simulated, not exact (%s): %s"):format(cells.describe(cell), own.reason)
    else
      crews[#crews + 1] = own.repeats == 2
        and ("%s %.2g %%"):format(cells.describe(cell), own.spread * 100) or cells.describe(cell)
    end
  end
  if #crews > 0 then
    out[#out + 1] = ("simulated, estimates: Valgrind runs one thread at a time, so workers that "
      .. "wait for each other take other turns than on a CPU; two counts were apart by: %s")
      :format(table.concat(crews, "; "))
  end
end

local function metric_lines(out, run)
  for _, metric in ipairs(run.metrics or {}) do
    local values = {}
    for _, cell in ipairs(metric.source == "simulated" and run.cells or {}) do
      local value = cell.mode == "serial" and cell.metrics and cell.metrics[metric.name]
      if value then
        values[#values + 1] = ("%s %s"):format(cell.subject, metric.unit == "%"
          and units.percent(value.median) or units.number(value.median))
      end
    end
    if #values > 0 then
      out[#out + 1] = ("%s, serial: %s"):format(metric.title, table.concat(values, ", "))
    end
  end
end

-- What the simulator has nothing of.
local function beyond(out, run)
  local simulated_too, titles = {}, {}
  for _, metric in ipairs(run.metrics or {}) do simulated_too[metric.name] = true end
  for _, metric in ipairs(run.metrics or {}) do
    if metric.source ~= "simulated" and not simulated_too["simulated::" .. metric.name] then
      titles[#titles + 1] = metric.title
    end
  end
  if #titles > 0 then
    out[#out + 1] = ("not simulated: %s (Valgrind counts instructions, memory accesses, cache "
      .. "misses and branches: no time, no cycles, and nothing of the kernel)"):format(
      table.concat(titles, ", "))
  end
end

function notes.of(run)
  local event, out = event_of(run), {}
  if not event then return out end
  local exact, scaled, missing, smaller = sort(run)
  if #exact + #scaled > 0 then
    out[1] = ("simulated instr/task: %s"):format(event.reason)
    if smaller then
      out[2] = ("simulated counts are of smaller tasks (`simulate`), for example %s"):format(
        smaller.example)
    end
  end
  estimates(out, scaled)
  metric_lines(out, run)
  beyond(out, run)
  local reasons = {}
  for reason in pairs(missing) do reasons[#reasons + 1] = reason end
  table.sort(reasons)
  for _, reason in ipairs(reasons) do
    if reason ~= event.reason then
      out[#out + 1] = ("not counted by the simulator (%s): %s"):format(
        table.concat(missing[reason], "; "), reason)
    end
  end
  return out
end

return notes
