-- simulated: what Valgrind counts, as events: names, meanings, arithmetic. Starts no process.
--
--   simulated.events(tool, { cache = true })   --> events as in the run model (reports/MODEL.md)
--   simulated.counts { Ir = 20, Bc = 3, … }    --> { ["simulated::instructions"] = 20, … }
--
-- The names stand apart from those of a CPU's events: a model of a cache of a fixed size, and of a
-- plain predictor, is good for "more or fewer than before", not for a share of the elapsed time.

local simulated = {}

-- The caches are always these, whatever the machine has: recorded with each event.
simulated.geometry = { "--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64" }
simulated.geometry_text = "I1 and D1 of 32 KiB, 8-way; a last level of 8 MiB, 16-way; 64-byte lines"

simulated.instructions = "simulated::instructions"

local cache = "in a model of two levels of caches (" .. simulated.geometry_text .. ")"
local branch = "in a model of a plain branch predictor"

-- `part`: which of Valgrind's simulations it needs; `of`: its columns, which are added.
local list = {
  { name = simulated.instructions, unit = "instructions", of = { "Ir" } },
  { name = "simulated::l1-dcache-loads", part = "cache", of = { "Dr" }, says = cache },
  { name = "simulated::l1-dcache-load-misses", part = "cache", of = { "D1mr" }, says = cache },
  { name = "simulated::cache-references", part = "cache", of = { "I1mr", "D1mr", "D1mw" },
    says = "accesses to the last level, " .. cache },
  { name = "simulated::cache-misses", part = "cache", of = { "ILmr", "DLmr", "DLmw" },
    says = cache },
  { name = "simulated::branches", part = "branch", of = { "Bc", "Bi" },
    says = "conditional and indirect ones" },
  { name = "simulated::branch-misses", part = "branch", of = { "Bcm", "Bim" }, says = branch },
}

local plain = "counted by Valgrind %s in a pass of its own: the user-space instructions of the "
  .. "tasks, not those of a CPU's counter; repeats exactly in the same environment; Valgrind's CPU "
  .. "has no AVX-512, so code that chooses by CPU may choose otherwise there"

-- Which simulations the experiment's metrics ask for: { cache = true, branch = true }.
function simulated.parts(metric_list)
  local parts = {}
  for _, metric in ipairs(metric_list) do
    for _, event in ipairs(metric.events) do
      for _, one in ipairs(list) do
        if one.part and one.name == "simulated::" .. event then parts[one.part] = true end
      end
    end
  end
  return parts
end

-- tool: of valgrind.find, or nil and why there is none.
function simulated.events(tool, parts, reason)
  local out = {}
  for _, one in ipairs(list) do
    if not one.part or parts[one.part] then
      local text = one.says and tool and ("by Valgrind %s, %s"):format(tool.version, one.says)
        or tool and plain:format(tool.version)
      out[#out + 1] = { asked = one.name, name = one.name, unit = one.unit or "events",
        source = "simulated", state = tool and "exact" or "unsupported", reason = text or reason }
    end
  end
  return out
end

-- columns: of one process or of several added; those that were not simulated are nil, never 0.
function simulated.counts(columns)
  local out = {}
  for _, one in ipairs(list) do
    local sum = 0
    for _, column in ipairs(one.of) do
      sum = sum and columns[column] and sum + columns[column]
    end
    out[one.name] = sum or nil
  end
  return out
end

-- Column by column, down to 0.
function simulated.less(columns, other)
  local out = {}
  for name, value in pairs(columns) do out[name] = math.max(0, value - (other[name] or 0)) end
  return out
end

function simulated.add(columns, other)
  for name, value in pairs(other) do columns[name] = (columns[name] or 0) + value end
  return columns
end

-- The relative differences between two lists of counts, of each event that differs.
function simulated.apart(first, second)
  local out = {}
  for _, one in ipairs(list) do
    local a, b = first[one.name], second[one.name]
    if a and b and a ~= b then out[one.name] = math.abs(a - b) / math.max(a, b) end
  end
  return out
end

-- Metrics -------------------------------------------------------------------------------------

local prefix, known = "simulated::", {}
for _, one in ipairs(list) do known[one.name] = true end

-- Can this metric be made of simulated counts alone? A cycle is nothing that is simulated.
local function can_be(metric)
  for _, event in ipairs(metric.events) do
    if not known[prefix .. event] then return false end
  end
  return true
end

-- A cell's metrics of simulated counts, beside those of the CPU's: never one for the other.
-- compute: payoff.metrics.value.
function simulated.fill_metrics(cell, metric_list, compute)
  local counted = cell.simulated
  if not counted or not counted.totals then return end
  for _, metric in ipairs(metric_list) do
    local events = {}
    for _, event in ipairs(metric.events) do events[event] = counted.totals[prefix .. event] end
    for _, value in ipairs(can_be(metric) and metric.values or {}) do
      local answer = compute(value, events, {})
      if answer then
        cell.metrics[prefix .. value.name] = { median = answer, n = 1, unit = value.unit,
          state = next(counted.apart or {}) and "scaled" or counted.state, source = "simulated",
          reason = counted.reason }
      end
    end
  end
end

-- Their rows of run.metrics.
function simulated.add_metrics(rows, run, metric_list)
  local asked = false
  for _, event in ipairs(run.events) do asked = asked or event.source == "simulated" end
  for _, metric in ipairs(asked and metric_list or {}) do
    for _, value in ipairs(can_be(metric) and metric.values or {}) do
      local name, available = prefix .. value.name, false
      for _, cell in ipairs(run.cells) do available = available or cell.metrics[name] ~= nil end
      rows[#rows + 1] = {
        name = name, title = (value.title or metric.title) .. " (simulated)",
        unit = value.unit or "", source = "simulated", available = available,
        reason = not available and "the simulator has counted nothing of it" or nil,
        prose = ("Valgrind's %s: for comparing, not for a share of the time."):format(
          metric.events[1] == "branches" and "model of a plain branch predictor"
          or "model of caches, " .. simulated.geometry_text),
      }
    end
  end
  return rows
end

return simulated
