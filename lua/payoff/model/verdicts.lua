-- verdicts: one paragraph per port that a manager can read, and one line for a commit message.
--
--   run.verdicts = verdicts.of(run)
--   --> { { subject = "rust", state = "faster", text = "rust is right: …",
--           line = "cpu_intensive: rust 39× [37, 47], serial; identical" }, … }

local break_even = require "payoff.model.break_even"
local digest = require "payoff.digest"
local units = require "payoff.units"

local verdicts = {}

verdicts.columns = 72 -- of the line for a commit message

local function ratio(interval) return (units.interval(interval, units.ratio)) end

local function right_text(group)
  local verdict = group.verdict
  if verdict.state == "identical" then
    return "is right: every result that was checked is identical to the reference's"
  end
  return ("is right within the tolerance (%s)"):format((verdict.text or "?")
    :gsub("^within tolerance: ", ""))
end

local function serial_cell(group, size)
  for _, cell in ipairs(group.cells) do
    if cell.mode == "serial" and cell.size == size and cell.speedup and cell.speedup.median then
      return cell
    end
  end
end

local function speed_text(cell)
  local direction, speed = digest.direction(cell.speedup), ratio(cell.speedup)
  if direction == "faster" then return ("%s as fast"):format(speed) end
  if direction == "slower" then
    return ("slower: %s as fast"):format(speed)
  end
  return ("neither clearly faster nor slower: %s"):format(speed)
end

-- "Serially it is 39× as fast as python; its best place is 2 threads, warm: 75×."
local function how_much(run, group)
  local cell, several = group.best, #run.sizes > 1
  local at = several and (" at size %s"):format(cell.size) or ""
  local serial = serial_cell(group, cell.size)
  local over = (cell.speedup.over or "the reference"):match("^(.*)/serial/1$") or "the reference"
  if serial == nil or serial == cell then
    return ("In its best place (%s%s) it is %s (against %s, serial)."):format(
      digest.place_text(cell), at, speed_text(cell), over)
  end
  return ("Serially%s it is %s (against %s, serial); its best place is %s: %s."):format(at,
    speed_text(serial), over, digest.place_text(cell), ratio(cell.speedup))
end

-- Lines through all sizes may be sure of what no single size is.
local function by_lines(entry)
  return entry.everywhere and "" or ", by lines through all of them; not each size is sure of it"
end

local function sizes_text(run, group)
  local entry = break_even.find(run, group.best)
  if not entry or entry.state == "unknown" then return nil end
  if entry.state == "always" then
    return ("It pays at every size measured there (%s to %s)%s."):format(entry.from_size,
      entry.to_size, by_lines(entry))
  elseif entry.state == "never" then
    return ("It pays at no size measured there (%s to %s)%s."):format(entry.from_size,
      entry.to_size, by_lines(entry))
  end
  return ("By size, it pays %s."):format(entry.text)
end

-- What the boundary takes of it in its best place, or serially where only that is priced.
local function boundary_text(run, group)
  local serial = group.best and serial_cell(group, group.best.size)
  local entry = group.best and break_even.find(run, group.best)
  if not entry or not entry.priced or not entry.priced.text then
    entry = serial and break_even.find(run, serial)
  end
  local priced = entry and entry.priced
  if not priced or priced.common then return nil end -- told once, or no lack
  return priced.text or ("The boundary is not priced here, because %s."):format(
    (priced.reason:gsub("[%s.]+$", "")))
end

local function why_text(group)
  local parts = group.best.decomposition
  return parts and parts.text and ("Why: %s."):format(parts.text) or nil
end

local function cost_text(run, name)
  for _, row in ipairs(run.ledger or {}) do
    if row.subject == name and row.repaid and row.repaid.median then
      local runs = row.repaid.median
      return ("Its build took %s, which %s of these tasks repay%s."):format(
        units.time(row.build_s * 1e9),
        runs <= 1 and "one run" or ("about %s runs"):format(units.count(math.ceil(runs))),
        runs <= 1 and "s" or "")
    end
  end
end

local function program_text(run, name)
  for _, entry in ipairs(run.program and run.program.gains or {}) do
    if entry.subject == name then
      local most = run.program.ceiling and run.program.ceiling.median
      local at = #run.sizes > 1 and (" at size %s"):format(entry.size) or ""
      return ("The whole program becomes %s as fast%s%s."):format(ratio(entry.gain), at,
        most and (", where no port could bring more than %s"):format(units.ratio(most)) or "")
    end
  end
end

-- Cut at the columns that a commit message has, at a comma where there is one.
local function fit(parts)
  local text = parts[1]
  for i = 2, #parts do
    if units.width(text .. parts[i]) <= verdicts.columns then text = text .. parts[i] end
  end
  return text
end

-- "c is wrong", "c failed".
local function without_speed_up(name, state)
  return name .. (state == "failed" and " failed" or " is " .. (digest.WORDS[state] or state))
end

local function line_of(run, group)
  local name = ("%s: %s"):format(run.experiment and run.experiment.name or "payoff",
    group.subject.name)
  local state = group.verdict.state
  if not digest.is_right(group.verdict) then
    return fit { without_speed_up(name, state) }
  end
  local cell = group.best
  if not cell then return fit { name .. " has no speed-up to show" } end
  local short, full = units.estimate(cell.speedup, units.ratio), ratio(cell.speedup)
  local entry = break_even.find(run, cell)
  local interval = full:sub(#short + 1)
  return fit { ("%s %s"):format(name, short), interval, ", " .. digest.place_text(cell),
    "; " .. digest.WORDS[state], entry and (entry.state == "from" or entry.state == "up to")
      and entry.at and entry.at.median
      and ("; pays %s %s"):format(entry.state, (break_even.at_text(entry.at):gsub(" .*", "")))
      or "" }
end

local function paragraph(run, group)
  local name = group.subject.name
  if not digest.is_right(group.verdict) then
    local text = group.verdict.text
    return ("%s%s. It has no speed-up."):format(without_speed_up(name, group.verdict.state),
      text and ": " .. text or "")
  end
  local parts = { ("%s %s."):format(name, right_text(group)) }
  if group.best then
    parts[#parts + 1] = how_much(run, group)
    for _, part in ipairs { sizes_text, boundary_text, why_text, cost_text, program_text } do
      local text
      if part == why_text then text = part(group)
      elseif part == sizes_text or part == boundary_text then text = part(run, group)
      else text = part(run, name) end
      parts[#parts + 1] = text
    end
  else
    parts[#parts + 1] = "No speed-up could be measured."
  end
  return table.concat(parts, " ")
end

function verdicts.of(run)
  local out = {}
  for _, group in ipairs(digest.of(run).groups) do
    if not group.subject.reference then
      out[#out + 1] = { subject = group.subject.name, state = group.verdict.state,
        direction = group.best and digest.direction(group.best.speedup) or nil,
        cell = group.best and group.best.id, text = paragraph(run, group),
        line = line_of(run, group) }
    end
  end
  return out
end

return verdicts
