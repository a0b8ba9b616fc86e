-- gauges: the files of /proc and /sys that are read around every sample, kept open in between.
--
--   local it = gauges.new(machine.gauge, sys.read_file)
--   it:read("/proc/stat", 512)      --> what it says now, its first bytes at most | nil
--   it:read("/proc/4711/stat")      -- files of one process at a time: another's are closed
--
-- A file that says nothing any more is opened anew, once: a process's number may be another's now.
-- Where too few files may be open at once they are read as any others.

local gauges = {}

local Gauges = {}
Gauges.__index = Gauges

-- open(path) -> { text(self, most), close(self) } | nil; read(path) -> text | nil
function gauges.new(open, read)
  return setmetatable({ open = open, once = read, machine = {}, process = {} }, Gauges)
end

-- The gauges that this path belongs to; those of a process that is not looked at any more go.
local function shelf(self, path)
  local pid = path:match("^/proc/(%d+)/")
  if not pid then return self.machine end
  if pid ~= self.pid then
    for _, gauge in pairs(self.process) do gauge:close() end
    self.pid, self.process = pid, {}
  end
  return self.process
end

function Gauges:read(path, most)
  local kept = shelf(self, path)
  local text = kept[path] and kept[path]:text(most)
  if text then return text end
  if kept[path] then kept[path]:close() end
  kept[path] = self.open(path)
  if kept[path] then return kept[path]:text(most) end
  text = self.once(path)
  return text and text:sub(1, most or -1)
end

return gauges
