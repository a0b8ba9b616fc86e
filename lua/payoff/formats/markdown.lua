-- markdown: the table for pull requests and issues: what a reviewer asks first.
--
--   require("payoff.formats.markdown").render(run) --> text

local balance = require "payoff.balance"
local digest = require "payoff.digest"
local kinds = require "payoff.run.kinds"
local line = require("payoff.text").line
local simulated = require "payoff.run.simulated"
local simulated_notes = require "payoff.run.simulated_notes"
local markdown_payoff = require "payoff.formats.markdown_payoff"
local steadiness = require "payoff.steadiness"
local timing = require "payoff.run.timing"
local units = require "payoff.units"

local format = { name = "markdown", extension = ".md" }

local MARKS = { identical = "✅", within = "✅", wrong = "❌", failed = "❌", missing = "⚪",
  unmeasured = "⚪" }

-- Text from outside cannot end the cell, open a tag, a link, a mention or an emphasis.
local function escape(value)
  local text = line(value)
  text = text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" })
  text = text:gsub("[\\`*_%[%]#|~$]", "\\%0")
  return (text:gsub("@(%w)", "@\u{200B}%1"))
end

-- Code keeps what it is given; a pipe would end the cell even there.
local function code(value)
  local text = line(value):gsub("|", "¦")
  local longest = 0
  for run in text:gmatch("`+") do
    longest = math.max(longest, #run)
  end
  local fence = ("`"):rep(longest + 1)
  local pad = longest > 0 and " " or ""
  return fence .. pad .. text .. pad .. fence
end

local function row(cells)
  return "| " .. table.concat(cells, " | ") .. " |"
end

local function result_text(verdict)
  local state = verdict and verdict.state or "unmeasured"
  return (MARKS[state] or "?") .. " " .. (digest.WORDS[state] or state)
end

local function is_simulated(run, d)
  for _, cell in ipairs(run.cells or {}) do
    if digest.per_task(d, cell, simulated.instructions) then return true end
  end
  return false
end

local function columns_of(run, d)
  local columns = {
    { "port", function(cell) return escape(cell.subject) end },
    { "where", function(cell) return digest.place_text(cell) end },
    { "result", function(cell) return result_text(cell.verdict) end },
    { "time", function(cell)
      local text = units.interval(cell.time, units.time)
      local wrong = cell.verdict and cell.verdict.state == "wrong"
      return wrong and cell.time and "~~" .. text .. "~~" or text
    end, true },
    { "speed-up", function(cell)
      if cell.baseline then return "baseline" end
      return digest.is_right(cell.verdict) and (units.interval(cell.speedup, units.ratio))
        or units.UNKNOWN
    end, true },
    { "efficiency", function(cell)
      return cell.mode == "serial" and "" or (units.estimate(cell.efficiency, units.percent))
    end, true },
  }
  if d.has_instructions then
    columns[#columns + 1] = { "instr./task", function(cell)
      return (units.estimate(digest.per_task(d, cell, "instructions"), units.count))
    end, true }
  end
  if is_simulated(run, d) then
    columns[#columns + 1] = { "simulated instr./task", function(cell)
      return (units.estimate(digest.per_task(d, cell, simulated.instructions), units.count))
    end, true }
  end
  if d.has_ipc then
    columns[#columns + 1] = { "IPC", function(cell)
      return (units.estimate((cell.metrics or {}).ipc, units.number))
    end, true }
  end
  return columns
end

local function add_table(out, d, size, columns)
  local heads, rules = {}, {}
  for i, column in ipairs(columns) do
    heads[i], rules[i] = column[1], column[3] and "--:" or ":--"
  end
  if d.has_sizes then
    out[#out + 1] = "**Size " .. escape(tostring(size.size)) .. "**"
    out[#out + 1] = ""
  end
  out[#out + 1] = row(heads)
  out[#out + 1] = row(rules)
  for _, group in ipairs(d.groups) do
    for _, cell in ipairs(group.cells) do
      if cell.size == size.size then
        local cells = {}
        for i, column in ipairs(columns) do
          cells[i] = column[2](cell)
        end
        out[#out + 1] = row(cells)
      end
    end
  end
  out[#out + 1] = ""
end

-- The answer: one row per port.
local function add_answers(out, d)
  out[#out + 1] = row { "port", "right?", "how much?", "where?", "why?" }
  out[#out + 1] = row { ":--", ":--", "--:", ":--", ":--" }
  for _, group in ipairs(d.groups) do
    local cell, why = group.best, table.concat(digest.why(d, group), ", ")
    if not cell then
      why = digest.is_right(group.verdict) and "" or escape(group.verdict.text or "")
    end
    local where = cell and digest.place_text(cell) or ""
    if cell and d.has_sizes then
      where = where .. ", size " .. escape(tostring(cell.size))
    end
    out[#out + 1] = row { "**" .. escape(group.subject.name) .. "**", result_text(group.verdict),
      cell and (units.interval(cell.speedup, units.ratio)) or units.UNKNOWN, where, why }
  end
  out[#out + 1] = ""
end

-- What stands below: cells that failed, what could not be counted, the warnings.
local function notes(run, d)
  local out = {}
  for _, group in ipairs(d.groups) do
    for _, cell in ipairs(group.trouble) do
      out[#out + 1] = string.format("- **%s**, %s, %s: %s", escape(cell.subject),
        digest.place_text(cell), digest.WORDS[cell.verdict.state],
        escape(cell.verdict.text or "the reason is not known"))
    end
  end
  for _, group in ipairs(d.groups) do
    local why = (group.subject.verify or {}).why
    if why then out[#out + 1] = ("- **%s**: %s"):format(escape(group.subject.name), escape(why)) end
  end
  if run.verified then out[#out + 1] = "- " .. escape(run.verified.text) end
  local untold = timing.untold(run)
  if untold then out[#out + 1] = "- " .. escape(untold) end
  local uneven = balance.sentence(run)
  if uneven then
    out[#out + 1] = "- " .. escape(uneven)
  end
  local by_kind = kinds.sentence(run)
  if by_kind then out[#out + 1] = "- " .. escape(by_kind) end
  for _, entry in ipairs(d.uncounted) do
    out[#out + 1] = string.format("- %s: %s", escape(digest.uncounted_head(entry)),
      escape(entry.reason))
  end
  for _, sentence in ipairs(simulated_notes.of(run)) do
    out[#out + 1] = "- " .. escape(sentence)
  end
  for _, warning in ipairs(run.warnings or {}) do
    out[#out + 1] = "- ⚠️ " .. escape(warning)
  end
  return out
end

local function add_everything(out, run, d)
  out[#out + 1] = string.format("<details><summary>Every measurement (%d row%s)</summary>",
    #run.cells, #run.cells == 1 and "" or "s")
  out[#out + 1] = ""
  local columns = columns_of(run, d)
  for _, size in ipairs(d.sizes) do
    add_table(out, d, size, columns)
  end
  out[#out + 1] = "</details>"
  out[#out + 1] = ""
end

-- From the start of a process to its steady state.
local function add_phases(out, run, d)
  local rows = steadiness.rows(run)
  if #rows == 0 then
    return
  end
  out[#out + 1] = "<details><summary>From the start of a process</summary>"
  out[#out + 1] = ""
  out[#out + 1] = row { "port", table.unpack(steadiness.columns) }
  out[#out + 1] = row { ":--", "--:", "--:", "--:", "--:", ":--" }
  for _, one in ipairs(rows) do
    local name = escape(one.subject) .. (d.has_sizes and ", size " .. escape(tostring(one.size))
      or "")
    out[#out + 1] = row { name, (units.interval(one.start, units.time)),
      (units.interval(one.load, units.time)), (units.interval(one.first, units.time)),
      (units.interval(one.steady, units.time)), escape(one.text) }
  end
  out[#out + 1] = ""
  out[#out + 1] = "</details>"
  out[#out + 1] = ""
end

local function how(run, d)
  local base
  for _, size in ipairs(d.sizes) do
    base = base or d.baseline[size.size]
  end
  local cpu = run.machine and run.machine.cpu
  local model = type(cpu) == "table" and (cpu.model or cpu.name) or cpu
  return string.format("<sub>Median [at least %g%% interval]; verdicts rest on %s%s%s. %s</sub>",
    (run.confidence or 0.95) * 100, timing.sentence(run),
    base and "; speed-up over " .. escape(base.subject) .. ", serial" or "",
    type(model) == "string" and "; " .. escape(model) or "",
    run.command and code(run.command) or "")
end

function format.render(run)
  local d = digest.of(run)
  local experiment = run.experiment or {}
  local out = { "### " .. escape(experiment.title or experiment.name or "payoff"), "" }
  if #d.groups > 0 then
    add_answers(out, d)
  end
  local lines = notes(run, d)
  table.move(lines, 1, #lines, #out + 1, out)
  if #lines > 0 then
    out[#out + 1] = ""
  end
  if #(run.cells or {}) > 0 then
    markdown_payoff.add(out, run, escape, row)
    add_everything(out, run, d)
    add_phases(out, run, d)
  end
  out[#out + 1] = how(run, d)
  return table.concat(out, "\n") .. "\n"
end

return format
