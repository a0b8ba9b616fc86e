-- progress: one line on a terminal that says what is measured and how long it will still take.
--
--   local line = progress.new()
--   line:show(0.25, "block 2 of 8: rust-ext, 2 processes", 31)
--   line:clear()
--
-- Written to stderr, and only when that is a terminal: logs and pipes stay clean.

local sys = require "payoff.native.sys"

local progress = {}

local Progress = {}
Progress.__index = Progress

function progress.new(options)
  local terminal = sys.isatty(2) and not (options and options.silent)
  return setmetatable({ terminal = terminal, shown = false, silent = options and options.silent },
    Progress)
end

local function duration(seconds)
  seconds = math.max(0, math.ceil(seconds))
  if seconds < 60 then return ("%d s"):format(seconds) end
  return ("%d min %02d s"):format(seconds // 60, seconds % 60)
end

-- share: 0…1 or nil when unknown; left_s: seconds still to go or nil.
function Progress:show(share, text, left_s)
  if not self.terminal then return end
  local line = share and ("%3d %%  %s"):format(share * 100 // 1, text) or text
  if left_s then line = line .. (", %s left"):format(duration(left_s)) end
  local width = sys.columns() or 80
  if utf8.len(line) and utf8.len(line) >= width then
    line = line:sub(1, utf8.offset(line, width - 1) - 1) .. "…"
  end
  sys.write(2, "\r\27[K" .. line)
  self.shown = true
end

-- A line that stays. `always`: also where stderr is no terminal.
function Progress:note(text, always)
  if self.silent or not (self.terminal or always) then return end
  self:clear()
  sys.write(2, "payoff: " .. text .. "\n")
end

function Progress:clear()
  if self.shown then sys.write(2, "\r\27[K") end
  self.shown = false
end

return progress
