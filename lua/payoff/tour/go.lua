-- go: runs a tour: every experiment in turn, its reports, and the landscape over all of them.
--
--   return go.run(tour, arguments)      --> exit status, the gravest of the experiments'

local csv_field = require("payoff.formats.csv").field
local engine = require "payoff.run.engine"
local fault = require "payoff.fault"
local glob = require "payoff.glob"
local landscape = require "payoff.tour.landscape"
local measure = require "payoff.measure"
local page = require "payoff.tour.page"
local paths = require "payoff.paths"
local recorder = require "payoff.run.recorder"
local sys = require "payoff.native.sys"
local text = require "payoff.tour.text"

local go = {}

-- --only names experiments here: a tour is too wide to choose cells from.
local function chosen(tour, only)
  if not only or #only == 0 then return tour.members end
  local list, names = {}, {}
  for i, member in ipairs(tour.members) do
    names[i] = member.name
    for _, pattern in ipairs(only) do
      if glob.matches(pattern, member.name) then
        list[#list + 1] = member
        break
      end
    end
  end
  if #list == 0 then
    fault.raise("usage", "--only %s: no experiment of this tour is called so; there are: %s",
      table.concat(only, " --only "), table.concat(names, ", "))
  end
  return list
end

local function csv_of(rows)
  local lines = { "kernel,pays_off,size,subject,mode,jobs,start,over,speedup,low,high,level,blocks,"
    .. "state" }
  for _, row in ipairs(rows) do
    for _, entry in ipairs(row.sizes) do
      local cell, speedup, fields = entry.cell, entry.speedup, {}
      local values = table.pack(row.name, row.word, entry.size, cell.subject, cell.mode, cell.jobs,
        cell.start, entry.over.id, speedup.median, speedup.low, speedup.high, speedup.level,
        speedup.n, entry.state)
      for i = 1, values.n do fields[i] = csv_field(values[i]) end
      lines[#lines + 1] = table.concat(fields, ",")
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

local function gravest(a, b)
  local function rank(status)
    local order = { [0] = 0, [3] = 1, [4] = 2, [2] = 3, [130] = 4 }
    return order[status] or 5
  end
  return rank(b) > rank(a) and b or a
end

-- Measures one experiment and writes its reports; the model, or nil and what went wrong.
local function visit(member, wanted, share, arguments, store)
  local own = {}
  for key, value in pairs(wanted) do own[key] = value end
  own.budget_s, own.recorder = share, store
  local model = engine.run(member, own)
  local _, problem = measure.write_reports(model, arguments.out)
  return model, problem
end

local function write(folder, tour, rows)
  local links, lines, problem = {}, {}, nil
  for _, row in ipairs(rows) do links[row.name] = row.name .. ".html" end
  for _, file in ipairs { { "CSV", ".csv", csv_of(rows) },
    { "HTML", ".html", page.render(tour, rows, links) } } do
    local path = ("%s/%s%s"):format(folder, tour.name, file[2])
    local ok, why = sys.write_file(path, file[3])
    if ok then lines[#lines + 1] = ("%-5s %s"):format(file[1], path) else problem = why end
  end
  return lines, problem
end

local function shares_of(tour, members, budget_s)
  local part = setmetatable({ members = members, budget = tour.budget }, { __index = tour })
  return part:shares(budget_s)
end

function go.run(tour, arguments)
  local wanted = measure.check(arguments)
  wanted.only = nil
  local members = chosen(tour, arguments.only)
  local shares = shares_of(tour, members, wanted.budget_s)
  local store = not arguments.no_db and recorder.new(arguments.db
    or paths.join(paths.folder(tour.file), tour.name .. ".payoff.db")) or nil
  local runs, status, problem = {}, fault.status.ok, nil
  for i, member in ipairs(members) do
    sys.write(2, ("payoff: %d of %d: %s\n"):format(i, #members, member.title))
    local model, why = visit(member, wanted, shares[i], arguments, store)
    runs[#runs + 1], problem = model, problem or why
    status = gravest(status, measure.status_of(model))
    if model.interrupted then break end
  end
  local rows = landscape.of(runs)
  local lines, why = write(arguments.out, tour, rows)
  problem = problem or why
  local shown = text.render(tour, rows, {
    color = sys.isatty(1) and not sys.environ().NO_COLOR, columns = sys.columns(),
  })
  fault.shown(sys.write(1, shown .. "\n" .. table.concat(lines, "\n") .. "\n"))
  if problem then fault.raise("io", "the reports are not complete: %s", problem) end
  return status
end

return go
