-- columns: what a row of the terminal's table holds, and how much of it fits.
--
--   local chosen = columns.fit(run, cells, 80)
--   chosen[1].title, chosen[1].text(cell), chosen[1].right
--   chosen.left_out                  --> { "efficiency" }: what a wider terminal would show
--
-- Where the whole does not fit, the time is shown with half of its interval ("2.94 s ±4%"), then
-- columns go, the least important first, then words are shortened; what is left of the width in the
-- end is a bar for the speed-up.

local bar = require "payoff.bar"
local units = require "payoff.units"

local columns = {}

local GAP, LEAST_BAR, MOST_BAR = 2, 5, 16

local words = {
  identical = "identical", within = "in tolerance", wrong = "WRONG", failed = "FAILED",
  missing = "missing", unmeasured = "—",
}
columns.words = words

local function mode_text(cell)
  if cell.mode == "serial" then return "serial" end
  return ("%s ×%d %s"):format(cell.mode, cell.jobs, cell.start)
end

local function short_mode_text(cell)
  return (mode_text(cell):gsub("^process", "proc"):gsub("^thread", "thr"))
end

local function result_text(cell)
  if cell.baseline and cell.verdict.state == "identical" then return "reference" end
  return words[cell.verdict.state]
end

local function short_result_text(cell)
  return cell.verdict.state == "within" and "tolerated" or result_text(cell)
end

-- A wrong port's time counts for nothing: in brackets, where it cannot be struck out.
local function time_column(render)
  return function(cell, color)
    local text = render(cell)
    return cell.verdict.state == "wrong" and not color and "(" .. text .. ")" or text
  end
end

local function with_interval(cell) return (units.interval(cell.time, units.time)) end

-- The larger side of the interval, in percent of the median.
local function with_half(cell)
  local time = cell.time
  if not time or not time.median then return units.UNKNOWN end
  if not time.low then return units.time(time.median) end
  local half = math.max(time.high - time.median, time.median - time.low) / time.median
  return ("%s ±%s"):format(units.time(time.median), units.percent(half))
end

local function event_index(run, name)
  for i, event in ipairs(run.events) do
    if event.asked == name then return i end
  end
end

function columns.counted(run, index)
  for _, cell in ipairs(run.cells) do
    if index and cell.per_task[index] and cell.per_task[index].median then return true end
  end
  return false
end

local function per_task(title, index, keep)
  return { title = title, right = true, keep = keep, text = function(cell)
    local value = cell.per_task[index]
    return value and units.count(value.median) or units.UNKNOWN
  end }
end

local function counter_columns(run, list)
  for index, event in ipairs(run.events) do
    if event.asked == "simulated::instructions" and columns.counted(run, index) then
      list[#list + 1] = per_task("simulated instr/task", index, 3)
    end
  end
  local instructions = event_index(run, "instructions")
  if not columns.counted(run, instructions) then return end
  list[#list + 1] = per_task("instr/task", instructions, 2)
  list[#list + 1] = { title = "IPC", right = true, keep = 1, text = function(cell)
    local value = cell.metrics.ipc
    return value and ("%.2f"):format(value.median) or units.UNKNOWN
  end }
end

-- `keep`: the columns that may go, the smallest first.
local function all(run)
  local list = {
    { title = "subject", text = function(cell) return cell.subject end },
    { title = "mode", text = mode_text },
    { title = "result", text = result_text },
    { title = "time", right = true, text = time_column(with_interval) },
    { title = "speed-up", right = true, text = function(cell)
      if cell.baseline then return "1" end
      return (units.interval(cell.speedup, units.ratio))
    end },
  }
  list[#list + 1] = { title = "efficiency", right = true, keep = 0, text = function(cell)
    return cell.efficiency and units.percent(cell.efficiency.median) or ""
  end }
  counter_columns(run, list)
  return list
end

local function width_of(list, cells)
  local sum = -GAP
  for _, column in ipairs(list) do
    local widest = units.width(column.title)
    for _, cell in ipairs(cells) do
      widest = math.max(widest, units.width(column.text(cell) or units.UNKNOWN))
    end
    sum = sum + widest + GAP
  end
  return sum
end

-- Takes the least important column out; its title, or nil when all the others must stay.
local function drop(list)
  local least
  for i, column in ipairs(list) do
    if column.keep and (not least or column.keep < list[least].keep) then least = i end
  end
  return least and table.remove(list, least).title
end

local function add_bar(list, cells, room)
  local values = {}
  for _, cell in ipairs(cells) do
    values[#values + 1] = cell.speedup and cell.speedup.median
  end
  local scale = bar.scale(values, math.min(room, MOST_BAR))
  if not scale or room < LEAST_BAR then return end
  for i, column in ipairs(list) do
    if column.title == "speed-up" then
      table.insert(list, i + 1, { title = "(log)", text = function(cell)
        return bar.draw(cell.speedup and cell.speedup.median, scale)
      end })
      return
    end
  end
end

function columns.fit(run, cells, width)
  local list, left_out = all(run), {}
  if width_of(list, cells) > width then list[4].text = time_column(with_half) end
  while width_of(list, cells) > width do
    local title = drop(list)
    if not title then break end
    left_out[#left_out + 1] = title
  end
  if width_of(list, cells) > width then
    list[2].text, list[3].text = short_mode_text, short_result_text
  end
  add_bar(list, cells, width - width_of(list, cells) - GAP)
  list.left_out = left_out
  return list
end

return columns
