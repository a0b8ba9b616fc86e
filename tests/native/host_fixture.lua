-- host_fixture: unpack a machine that is described in one text file into a folder that can stand
-- for the root of a file system.
--
--   local root = host_fixture.unpack(file, folder)

local sys = require "payoff.native.sys"
local host_fixture = {}

local function put(root, path, text)
  assert(sys.mkdirs(root .. path:match("^(.*)/")))
  local file = assert(io.open(root .. path, "w")) -- sys.write_file would sync each to the disk
  file:write(text)
  file:close()
end

function host_fixture.unpack(file, root)
  local path, lines
  for line in assert(sys.read_file(file)):gmatch("([^\n]*)\n") do
    if line == "@end" then
      put(root, path, table.concat(lines, "\n") .. "\n")
      path = nil
    elseif path then
      lines[#lines + 1] = line
    elseif line:sub(1, 2) == "@ " then
      path, lines = line:sub(3), {}
    elseif line:sub(1, 1) ~= "#" then
      local name, text = line:match("^(/[^ ]*): (.*)$")
      put(root, assert(name, line), text .. "\n")
    end
  end
  return root
end

return host_fixture
