-- ledger: what each port costs: loading, starting, memory, disk, build, CPU time, energy.

local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local ledger = { id = "costs", title = "What it costs", short = "Costs" }

-- A number of runs, rounded up: half a run repays nothing.
local function runs_of(row)
  local repaid = row.repaid
  if not repaid or not repaid.median then return value.unknown(row.reasons.repaid) end
  local text = units.count(math.ceil(repaid.median))
  local range = repaid.low and repaid.high and h.span({ class = "i" }, (" [%s, %s]"):format(
    units.count(math.ceil(repaid.low)), units.count(math.ceil(repaid.high)))) or nil
  return h.span({ class = "v", title = repaid.reason }, text, range)
end

local function energy_of(row)
  local energy = row.energy
  if not energy then return value.unknown(row.reasons.energy) end
  return h.list(value.estimate(energy, units.number), " ", energy.unit or "")
end

function ledger.render(run)
  local rows, unknown, seen = {}, {}, {}
  for i, row in ipairs(run.ledger or {}) do
    local why = row.reasons
    rows[i] = { value.outside(row.subject), value.plain(row.load_ns, units.time, why.load_ns),
      value.estimate(row.start, units.time, { reason = why.start }),
      value.plain(row.rss_bytes, units.bytes, why.rss_bytes),
      value.plain(row.file_bytes, units.bytes, why.file_bytes),
      value.plain(row.build_s and row.build_s * 1e9, units.time, why.build_s),
      value.estimate(row.cpu, units.time, { reason = why.cpu }), energy_of(row), runs_of(row) }
    for _, field in ipairs { "start", "energy" } do
      local text = why[field] and field .. ": " .. why[field]
      if text and not seen[text] then seen[text], unknown[#unknown + 1] = true, text end
    end
  end
  if #rows == 0 then return nil end
  return h.list(figure.table("Costs", { { "Port", keep = true },
    { "Import", num = true, title = "import or dlopen, median of its processes" },
    { "Start of a pool", num = true, title = "a cold pool's time less a warm one's" },
    { "Peak memory", num = true, title = "resident, the largest of its processes" },
    { "File", num = true }, { "Build", num = true },
    { "CPU time", num = true, title = "of one run of all tasks, largest size" },
    { "Energy", num = true }, { "Runs that repay the build", num = true } }, rows),
    #unknown > 0 and h.p({ class = "note" }, "Unknown: ",
      value.outside(table.concat(unknown, "; ")), ".") or nil)
end

return ledger
