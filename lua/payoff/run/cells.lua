-- cells: subject × mode × jobs × start × size, the rows of the table.
--
--   for _, cell in ipairs(cells.list(experiment)) do print(cell.id) end   --> rust/process/2/warm/1

local glob = require "payoff.glob"

local cells = {}

local function add(list, experiment, subject, size, mode, jobs, start)
  local limits = subject.modes
  if limits then
    local allowed = false
    for _, name in ipairs(limits) do allowed = allowed or name == mode end
    if not allowed then return end
  end
  list[#list + 1] = {
    id = ("%s/%s/%d/%s/%s"):format(subject.name, mode, jobs, start, size.size),
    subject = subject.name, of = subject, mode = mode, jobs = jobs, start = start,
    size = size.size, workload = size, tasks = #size.tasks,
    baseline = subject.reference and mode == "serial" or false,
    timeout_s = subject.timeout or experiment.timeout,
    samples = {}, warming = {}, verdict = { state = "unmeasured", text = "not measured yet" },
  }
end

function cells.list(experiment)
  local list = {}
  local has_serial = false
  for _, mode in ipairs(experiment.modes) do has_serial = has_serial or mode == "serial" end
  for _, size in ipairs(experiment.sizes) do
    for _, subject in ipairs(experiment.subjects) do
      -- Everything is compared with the serial reference, so that cell is always there.
      if has_serial or subject.reference then
        add(list, experiment, subject, size, "serial", 1, "warm")
      end
      for _, mode in ipairs(experiment.modes) do
        for _, jobs in ipairs(mode ~= "serial" and experiment.jobs or {}) do
          for _, start in ipairs(experiment.starts) do
            add(list, experiment, subject, size, mode, jobs, start)
          end
        end
      end
    end
  end
  return list
end

local workers = { process = "processes", thread = "threads" }

-- For people: "rust-ext, 2 threads, warm".
function cells.describe(cell)
  local text = cell.subject
  if cell.mode == "serial" then
    text = text .. ", serial"
  else
    text = ("%s, %d %s, %s"):format(text, cell.jobs,
      cell.jobs == 1 and cell.mode or workers[cell.mode], cell.start)
  end
  return cell.size ~= 1 and ("%s, size %s"):format(text, cell.size) or text
end

-- Keeps the cells whose subject's name or own id matches one of the globs, and the baseline.
function cells.only(list, globs)
  if #globs == 0 then return list end
  local kept, matched = {}, false
  for _, cell in ipairs(list) do
    local keep = cell.baseline
    for _, pattern in ipairs(globs) do
      if glob.matches(pattern, cell.subject) or glob.matches(pattern, cell.id) then
        keep, matched = true, true
      end
    end
    if keep then kept[#kept + 1] = cell end
  end
  return kept, matched
end

return cells
