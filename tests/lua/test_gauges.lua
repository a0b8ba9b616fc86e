local check = require "check"
local gauges = require "payoff.run.gauges"

-- Files in a table; what is open, and how often each was opened.
local function machine(files)
  local seen = { open = {}, opened = {} }
  return seen, gauges.new(function(path)
    if not files[path] then return nil end
    local name = files[path]
    seen.open[name], seen.opened[path] = true, (seen.opened[path] or 0) + 1
    return {
      text = function(_, most) return files[path] == name and (name):sub(1, most or -1) or nil end,
      close = function() seen.open[name] = nil end,
    }
  end, function() return nil end)
end

check.test("a file is opened once", function()
  local seen, it = machine { ["/proc/stat"] = "cpu 1 2 3" }
  check.equal(it:read("/proc/stat"), "cpu 1 2 3")
  check.equal(it:read("/proc/stat", 5), "cpu 1")
  check.equal(seen.opened["/proc/stat"], 1)
  check.equal(it:read("/proc/nothing"), nil)
end)

check.test("another process's files are closed", function()
  local files = { ["/proc/7/stat"] = "7", ["/proc/7/sched"] = "s7", ["/proc/8/stat"] = "8",
    ["/proc/stat"] = "cpu" }
  local seen, it = machine(files)
  for _, path in ipairs { "/proc/stat", "/proc/7/stat", "/proc/7/sched" } do it:read(path) end
  check.same(seen.open, { cpu = true, ["7"] = true, s7 = true })
  check.equal(it:read("/proc/8/stat"), "8")
  check.same(seen.open, { cpu = true, ["8"] = true })
end)

check.test("a file that says nothing any more is opened anew", function()
  local files = { ["/proc/7/stat"] = "old" }
  local seen, it = machine(files)
  check.equal(it:read("/proc/7/stat"), "old")
  files["/proc/7/stat"] = "new" -- the number is another process's now
  check.equal(it:read("/proc/7/stat"), "new")
  check.same(seen.open, { new = true })
  files["/proc/7/stat"] = nil
  check.equal(it:read("/proc/7/stat"), nil)
  check.same(seen.open, {})
  check.equal(it:read("/proc/7/stat"), nil)
end)

check.test("where none may be kept open, a file is read as any other", function()
  local it = gauges.new(function() return nil, "too many open files" end, function(path)
    return path == "/proc/stat" and "cpu 1 2 3" or nil
  end)
  check.equal(it:read("/proc/stat"), "cpu 1 2 3")
  check.equal(it:read("/proc/stat", 3), "cpu")
  check.equal(it:read("/proc/nothing"), nil)
end)
