-- table: the run as a table on a terminal, in 80 columns where it can be.
--
--   require("payoff.formats.table").render(run, { color = true, columns = 80 })
--
-- One row per subject × mode × jobs × start. A wrong row's time is struck out (in brackets where
-- the terminal cannot) and what it returned stands below; what cannot be counted is one line.

local balance = require "payoff.balance"
local beside = require "payoff.run.beside"
local columns = require "payoff.formats.columns"
local compare = require "payoff.run.compare"
local digest = require "payoff.digest"
local from_start = require "payoff.formats.from_start"
local glance = require "payoff.formats.glance"
local kinds = require "payoff.run.kinds"
local layout = require "payoff.layout"
local simulated_notes = require "payoff.run.simulated_notes"
local payoff_lines = require "payoff.formats.payoff_lines"
local units = require "payoff.units"

local format = { name = "table", extension = ".txt" }

local styles = { bold = "1", dim = "2", strike = "9", red = "31", green = "32", yellow = "33" }

local function painter(color)
  return function(text, style)
    if not color or not style then return text end
    return "\27[" .. styles[style] .. "m" .. text .. "\27[0m"
  end
end

local words = columns.words
local word_style = { wrong = "red", failed = "red", missing = "yellow", within = "yellow" }

local function grid(cells, list, paint, color)
  local header, rows, right = {}, {}, {}
  for i, column in ipairs(list) do header[i], right[i] = column.title, column.right end
  for r, cell in ipairs(cells) do
    rows[r] = {}
    for i, column in ipairs(list) do rows[r][i] = column.text(cell, color) or units.UNKNOWN end
  end
  return layout.grid(header, rows, right, function(row, column, text)
    if row == 0 then return paint(text, "bold") end
    local state, title = cells[row].verdict.state, list[column].title
    if title == "result" then return paint(text, word_style[state]) end
    if title == "time" and state == "wrong" then return paint(text, "strike") end
    return text
  end)
end

-- One line per subject that has something to explain, not one per row.
local function notes(run, paint)
  local out = {}
  for _, subject in ipairs(run.subjects) do
    local state = subject.verdict and subject.verdict.state
    local function add(word, text)
      out[#out + 1] = ("%s: %s"):format(paint(subject.name .. " " .. word, "bold"), text or "?")
    end
    if subject.state ~= "ok" then
      add(words[subject.state] or "", subject.reason)
    elseif state == "wrong" or state == "failed" or state == "within" then
      add(words[state], subject.verdict.text)
    end
    local why = subject.verify and subject.verify.why
    if why then out[#out + 1] = ("%s: %s"):format(subject.name, why) end
    for _, cell in ipairs(run.cells) do
      if cell.subject == subject.name and subject.state == "ok" and state ~= "wrong"
        and (cell.verdict.state == "failed" or cell.verdict.state == "missing") then
        out[#out + 1] = ("%s: %s"):format(paint(cell.id, "bold"), cell.verdict.text)
      end
    end
  end
  return out
end

-- One line for each reason why something is not counted, or less of it than was asked for, and what
-- would help.
local function counting(run)
  local out = {}
  for i, entry in ipairs(digest.uncounted(run)) do
    out[i] = digest.uncounted_head(entry) .. ": " .. entry.reason
  end
  return out
end

local function size_title(run, size)
  local text = ("%d task%s, for example %s"):format(size.tasks, size.tasks == 1 and "" or "s",
    size.example)
  if #run.sizes > 1 then text = ("size %s: "):format(size.size) .. text end
  return text
end

local function interval_line(run)
  for _, cell in ipairs(run.cells) do
    local time = cell.time
    if time and time.low then
      return ("[ ] is the interval that holds the true median with %.4g %% confidence, from %d "
        .. "blocks of fresh processes in random order; speed-up is over %s."):format(
        run.confidence * 100, time.n,
        (cell.speedup and cell.speedup.over) or "the serial reference")
    end
  end
end

-- What could not be watched during the samples; the reasons stand in the reports.
local function unwatched(run)
  local names = {}
  for _, source in ipairs(run.watched or {}) do
    if not source.known then names[#names + 1] = source.what end
  end
  return #names > 0 and ("Not watched during samples, because it cannot be read here: %s.")
    :format(table.concat(names, ", ")) or nil
end

local function summary(run, options)
  local width, out = math.max(60, (options.columns or 80) - 1), {}
  local function add(text) if text then out[#out + 1] = layout.wrap(text, width, "  ") end end
  add(interval_line(run))
  for _, line in ipairs(compare.sentences(run)) do add(line) end
  for _, line in ipairs(beside.sentences(run)) do add(line) end
  add(run.verified and run.verified.text)
  for _, group in ipairs(run.scaling or {}) do
    if group.limit then add(group.text) end
  end
  add(balance.sentence(run))
  if run.control and run.control.state ~= "contaminated" then add(run.control.text) end
  add(unwatched(run))
  add(kinds.sentence(run))
  for _, line in ipairs(counting(run)) do add(line) end
  for _, line in ipairs(simulated_notes.of(run)) do add(line) end
  for _, warning in ipairs(run.warnings) do add("warning: " .. warning) end
  return out
end

-- The cells that have a row: a wrong subject is timed once, serially, and one row says it all.
local function shown_cells(run)
  local shown = {}
  for _, cell in ipairs(run.cells) do
    if cell.verdict.state ~= "wrong" or #cell.samples > 0 or cell.mode == "serial" then
      shown[#shown + 1] = cell
    end
  end
  return shown
end

local function of_size(cells, size)
  local list = {}
  for _, cell in ipairs(cells) do
    if cell.size == size then list[#list + 1] = cell end
  end
  return list
end

-- The title in bold, and what its size is; both within the columns.
local function heading(run, size, options, paint)
  local width, title = math.max(60, (options.columns or 80) - 1), run.experiment.title
  local text = layout.wrap(("%s — %s"):format(title, size_title(run, size)), width, "  ")
  if text:sub(1, #title) ~= title then return paint(text, "bold") end -- a title of two lines
  return paint(title, "bold") .. text:sub(#title + 1)
end

function format.render(run, options)
  options = options or {}
  local paint, out, cells = painter(options.color), {}, shown_cells(run)
  local list = columns.fit(run, cells, (options.columns or 80) - 1)
  for _, size in ipairs(run.sizes) do
    out[#out + 1] = heading(run, size, options, paint)
    out[#out + 1] = ""
    out[#out + 1] = grid(of_size(cells, size.size), list, paint, options.color)
  end
  if #list.left_out > 0 then
    out[#out + 1] = ("For want of width not shown: %s. The reports have all.\n"):format(
      table.concat(list.left_out, ", "))
  end
  local width = math.max(60, (options.columns or 80) - 1)
  local phases, said = from_start.of(run, paint)
  if phases then
    out[#out + 1] = paint("From the start of a process", "bold") .. "\n"
    out[#out + 1] = phases
  end
  for _, line in ipairs(said) do out[#out + 1] = layout.wrap(line, width, "  ") end
  for _, note in ipairs(notes(run, paint)) do out[#out + 1] = layout.wrap(note, width, "  ") end
  for _, line in ipairs(summary(run, options)) do out[#out + 1] = line end
  -- The answers come last: that is where one looks, just above the prompt.
  out[#out + 1] = ""
  for _, text in ipairs(payoff_lines.of(run, width, paint)) do out[#out + 1] = text end
  out[#out + 1] = glance.lines(digest.of(run), width)
  return table.concat(out, "\n") .. "\n"
end

return format
