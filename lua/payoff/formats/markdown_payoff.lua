-- markdown_payoff: where the ports pay off, for a pull request (payoff.formats.markdown).
--
--   markdown_payoff.add(out, run, escape, row)   -- adds lines to `out`

local units = require "payoff.units"

local markdown_payoff = {}

-- What the boundary takes of a price; nothing where none of its parts belongs to it.
local function share_of(priced, share)
  if not priced or not priced.text then return units.UNKNOWN end
  if not share then return priced.lacks and units.UNKNOWN or "nothing" end
  return (priced.lacks and "at least " or "") .. units.interval(share, units.time)
end

-- Why prices have no share of the boundary: each reason once, with the ports that it is of.
local function add_reasons(out, run, escape)
  local list, by_reason = {}, {}
  for _, entry in ipairs(run.break_even) do
    local reason = entry.priced and (entry.priced.reason or entry.priced.lacks)
    if reason then
      local found = by_reason[reason]
      if not found then
        found = { reason = reason, names = {}, seen = {} }
        by_reason[reason], list[#list + 1] = found, found
      end
      if not found.seen[entry.subject] then
        found.seen[entry.subject] = true
        found.names[#found.names + 1] = escape(entry.subject)
      end
    end
  end
  for _, it in ipairs(list) do
    out[#out + 1] = ("- The boundary is not (all) priced of **%s**: %s"):format(
      table.concat(it.names, "**, **"), escape(it.reason))
  end
  if #list > 0 then out[#out + 1] = "" end
end

local function add_break_even(out, run, escape, row)
  if #(run.break_even or {}) == 0 then return end
  out[#out + 1] = row { "port", "where", "pays", "one run costs", "of it the boundary",
    "per unit of size", "of it the boundary" }
  out[#out + 1] = row { ":--", ":--", ":--", "--:", "--:", "--:", "--:" }
  for _, entry in ipairs(run.break_even) do
    local place = entry.mode == "serial" and "serial"
      or ("%d × %s, %s"):format(entry.jobs, entry.mode, entry.start)
    local port, shares = entry.straight and entry.port or {}, entry.priced
    out[#out + 1] = row { escape(entry.subject), escape(place), escape(entry.text),
      (units.interval(port.call, units.time)), share_of(shares, shares and shares.of_run),
      (units.interval(port.per_size, units.time)), share_of(shares, shares and shares.of_size) }
  end
  out[#out + 1] = ""
  add_reasons(out, run, escape)
end

local function add_ledger(out, run, escape, row)
  out[#out + 1] = row { "port", "import", "start of a pool", "peak memory", "file", "build",
    "CPU time", "repaid after" }
  out[#out + 1] = row { ":--", "--:", "--:", "--:", "--:", "--:", "--:", "--:" }
  for _, item in ipairs(run.ledger or {}) do
    local repaid = item.repaid and item.repaid.median
    out[#out + 1] = row { escape(item.subject), units.time(item.load_ns),
      (units.interval(item.start, units.time)), units.bytes(item.rss_bytes),
      units.bytes(item.file_bytes), units.time(item.build_s and item.build_s * 1e9),
      (units.interval(item.cpu, units.time)),
      repaid and ("%s runs"):format(units.count(math.ceil(repaid))) or units.UNKNOWN }
  end
  out[#out + 1] = ""
end

function markdown_payoff.add(out, run, escape, row)
  if #(run.verdicts or {}) == 0 then return end
  if run.program and run.program.text then
    out[#out + 1] = escape(run.program.text)
    out[#out + 1] = ""
  end
  out[#out + 1] = "<details><summary>Where it pays off, and what it costs</summary>"
  out[#out + 1] = ""
  for _, verdict in ipairs(run.verdicts) do out[#out + 1] = "- " .. escape(verdict.text) end
  out[#out + 1] = ""
  add_break_even(out, run, escape, row)
  add_ledger(out, run, escape, row)
  out[#out + 1] = "</details>"
  out[#out + 1] = ""
end

return markdown_payoff
