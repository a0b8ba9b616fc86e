-- alike: cells that run the same code in the same way are measured in the same way.
--
--   local it = alike.of(cells, fingerprint)   -- by interpreter, function and content of files
--   it:share_warmup()                         -- after the study: what comes before, and loops
--   it:share_loops(cell)                      -- before a process: loops that its like has found
--
-- How long a runtime takes to its steady state is studied subject by subject, and one study may see
-- less than another: on a busy machine it ends early, or is unknown. Then the same function twice
-- was measured warm in one subject and half compiled in the other, as 0.54 times as fast as
-- itself. The way to the steady state belongs to the code and not to its name: where it is the
-- same, all run as much before their samples as the longest study asks for, and samples are of as
-- many loops.

local paths = require "payoff.paths"
local units = require "payoff.units"

local alike = {}

local Groups = {}
Groups.__index = Groups

-- One text for what a subject runs; nil where that is not known.
local function code_of(subject)
  local hashes = {}
  for i, file in ipairs(subject.files or {}) do
    if not file.sha256 then return nil end
    hashes[i] = file.sha256
  end
  table.sort(hashes)
  if #hashes == 0 or not subject.calls then return nil end
  return table.concat({ subject.kind, subject.interpreter or "", subject.calls,
    table.concat(hashes, " ") }, "\n")
end

local function way_of(cell)
  return ("%s/%d/%s/%s"):format(cell.mode, cell.jobs, cell.start, cell.size)
end

-- The same file may import another module elsewhere, or do something else in another environment.
local function surroundings_of(subject)
  local parts = { subject.start_method or "", tostring(subject.memory),
    subject.file and paths.folder(subject.file) or "" }
  for name, value in pairs(subject.env or {}) do
    parts[#parts + 1] = ("%s=%s"):format(name, value)
  end
  table.sort(parts)
  for _, entry in ipairs(subject.path or {}) do parts[#parts + 1] = entry end
  return table.concat(parts, "\n")
end

function alike.of(cells, fingerprint)
  local codes, groups = {}, {}
  for _, subject in ipairs((fingerprint or {}).subjects or {}) do
    codes[subject.name] = code_of(subject)
  end
  local it = setmetatable({ of_cell = {}, list = {} }, Groups)
  for _, cell in ipairs(cells) do
    local code = codes[cell.subject]
    if code then
      local key = ("%s\n%s\n%s"):format(code, surroundings_of(cell.of), way_of(cell))
      if not groups[key] then
        groups[key] = {}
        it.list[#it.list + 1] = groups[key]
      end
      table.insert(groups[key], cell)
      it.of_cell[cell] = groups[key]
    end
  end
  return it
end

local function known_loops(group)
  local most
  for _, cell in ipairs(group) do
    if cell.loops and (not most or cell.loops > most) then most = cell.loops end
  end
  return most
end

-- The most: a search that met a slow moment, or code that was not compiled yet, finds too few.
function Groups:share_loops(cell)
  local group = self.of_cell[cell]
  if group and #group > 1 and cell.start == "warm" then
    cell.loops = cell.loops or known_loops(group)
  end
end

local function longest(group)
  local most, whose = 0, nil
  for _, cell in ipairs(group) do
    local before = cell.warmup and cell.warmup.loops_before or 0
    if before > most then most, whose = before, cell.subject end
  end
  return most, whose
end

-- Nothing of the samples that count has been taken yet.
function Groups:share_warmup()
  for _, group in ipairs(self.list) do
    local most, whose = longest(group)
    local loops = known_loops(group)
    for _, cell in ipairs(group) do
      local found = cell.warmup
      if found and (found.loops_before or 0) < most then
        found.loops_before, found.like = most, whose
        if most > 1 then
          found.text = ("%s; %s loops before its samples, as %s, the same code"):format(found.text,
            units.count(most), whose)
        end
      end
      if cell.start == "warm" and cell.loops then cell.loops = loops end
    end
  end
end

return alike
