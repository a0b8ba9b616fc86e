-- payoff_lines: where the ports pay off, as lines for a terminal (payoff.formats.table).
--
--   payoff_lines.of(run, 79, paint) --> lines: a paragraph per port, its line for a commit message,
--                                       the whole program, and how the sizes were chosen

local digest = require "payoff.digest"
local layout = require "payoff.layout"
local units = require "payoff.units"

local payoff_lines = {}

local most_rows = 24 -- of the table of sizes by place
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

-- From which size on in each place: the paragraphs speak of each port's best one.
local function sizes_by_place(run, width, paint)
  local rows, several = {}, false
  for _, entry in ipairs(run.break_even or {}) do
    several = several or entry.mode ~= "serial"
    rows[#rows + 1] = { entry.subject, digest.place_text(entry), (entry.text:gsub(" %(.*", "")) }
  end
  if not several then return nil end
  local left = #rows - most_rows
  for i = #rows, most_rows + 1, -1 do rows[i] = nil end
  local text = layout.table({ "By size", "where", "pays" }, rows, width, function(row, _, part)
    return row == 0 and paint(part, "bold") or part
  end)
  return left > 0 and ("%s… and %d more places, which the other formats have.\n"):format(text, left)
    or text
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
  local by_place = sizes_by_place(run, width, paint)
  if by_place then out[#out + 1] = "\n" .. by_place end
  out[#out + 1] = "\n" .. paint("For a commit message", "bold") .. "\n"
  for _, verdict in ipairs(list) do out[#out + 1] = "  " .. verdict.line end
  out[#out] = out[#out] .. "\n"
  return out
end

return payoff_lines
