-- payoff_lines: where the ports pay off, as lines for a terminal (payoff.formats.table).
--
--   payoff_lines.of(run, 79, paint) --> lines: a paragraph per port, its line for a commit message,
--                                       the whole program, and how the sizes were chosen

local layout = require "payoff.layout"
local units = require "payoff.units"

local payoff_lines = {}

local paragraphs = 4 -- of more ports than this the best have theirs, the others one line each

-- Why cycles and instructions are no factors of the speed-ups: once, not for each port.
local function reason_of(run)
  for _, cell in ipairs(run.cells) do
    local parts = cell.decomposition
    if parts and parts.reason and #parts.terms > 0 then
      return ("Speed-ups are not split further here, because of this: %s."):format(
        (parts.reason:gsub("[%s.]+$", "")))
    end
  end
end

local function boundary_line(run)
  for _, entry in ipairs(run.boundary and run.boundary.entries or {}) do
    if entry.case == "calls" and entry.binding == "python" and entry.price then
      return ("`payoff boundary` measured what each binding costs here: a call of a Python "
        .. "function takes %s."):format((units.interval(entry.price, units.time)))
    end
  end
end

-- Why the boundary has no share of any port's price: once, not for each.
local function unpriced_line(run)
  for _, entry in ipairs(run.break_even or {}) do
    if entry.priced and entry.priced.common == "all" then
      return ("The boundary is not priced here, because %s."):format(
        (entry.priced.reason:gsub("[%s.]+$", "")))
    end
  end
end

function payoff_lines.of(run, width, paint)
  local out, list = {}, run.verdicts or {}
  local function add(text, indent)
    if text then out[#out + 1] = layout.wrap(text, width, indent or "  ") end
  end
  if #list == 0 then return out end
  out[1] = paint("Where it pays off", "bold") .. "\n"
  for i, verdict in ipairs(list) do
    if i <= paragraphs then add(verdict.text) end
  end
  add(reason_of(run))
  add(run.program and run.program.text)
  add(boundary_line(run))
  add(unpriced_line(run))
  add(run.sizing)
  out[#out + 1] = "\n" .. paint("For a commit message", "bold") .. "\n"
  for _, verdict in ipairs(list) do out[#out + 1] = "  " .. verdict.line end
  out[#out] = out[#out] .. "\n"
  return out
end

return payoff_lines
