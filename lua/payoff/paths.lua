-- paths: joining and naming files. Pure text, no system call.
--
--   paths.join("scripts", "../kernel/f")   -->  "scripts/../kernel/f"

local paths = {}

function paths.folder(path)
  local folder = path:match("^(.*)/[^/]*$")
  if folder == "" then return "/" end
  return folder or "."
end

function paths.name(path) return path:match("([^/]*)$") end

function paths.stem(path) return (paths.name(path):gsub("%.[^.]*$", "")) end

function paths.join(folder, path)
  if path:sub(1, 1) == "/" or folder == "." then return path end
  return (folder:gsub("/$", "")) .. "/" .. path
end

-- A path below `folder` as it is from there: reports are for others, whose folders are theirs.
--   paths.below("/srv/port", "/srv/port/build/f.so")   -->  "build/f.so"
function paths.below(folder, path)
  local prefix = folder:gsub("/$", "") .. "/"
  return path:sub(1, #prefix) == prefix and path:sub(#prefix + 1) or path
end

return paths
