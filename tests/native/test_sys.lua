local check = require "check"
local sys = require "payoff.native.sys"

local scratch = os.tmpname()
os.remove(scratch)
assert(sys.mkdirs(scratch .. "/a/b//c/"))

local function path(name)
  return scratch .. "/" .. name
end

local function refused(code, part, value, message, got)
  check.equal(value, nil)
  check.equal(got, code)
  check.contains(message, part)
end

check.test("clock, seed, process", function()
  local before = sys.monotonic_s()
  check.equal(sys.sleep_s(0.01), true)
  check.truthy(sys.monotonic_s() - before >= 0.01)
  check.truthy(sys.now_iso():match("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"))
  local a, b = sys.random_seed(), sys.random_seed()
  check.truthy(a ~= b and a > 0 and a < 2 ^ 53 and math.type(a) == "integer")
  check.truthy(sys.pid() > 0)
  check.equal(sys.environ().PATH, os.getenv("PATH"))
  check.equal(sys.isatty(99), false)
  local columns = sys.columns()
  check.truthy(columns == nil or columns > 0)
end)

check.test("a file is written whole and read back", function()
  local text = "a\0b\n" .. ("x"):rep(100000)
  check.equal(sys.write_file(path "f", text), true)
  check.equal(sys.read_file(path "f"), text)
  local stat = sys.stat(path "f")
  check.equal(stat.type, "file")
  check.equal(stat.size_bytes, #text)
  check.truthy(math.abs(stat.mtime_ns / 1e9 - os.time()) < 100)
  check.equal(sys.stat(scratch).type, "directory")
  check.equal(sys.stat(scratch).is_trusted, true)
  check.equal(sys.stat("/tmp").is_trusted, false) -- everybody may write there
  check.same(sys.list(scratch), { "a", "f" })
  check.equal(sys.read_file("/proc/self/stat") ~= "", true)
  refused("not found", "nothing", sys.read_file(path "nothing"))
  refused("not found", "nothing", sys.stat(path "nothing"))
  refused("not found", "nothing", sys.list(path "nothing"))
  refused("not found", "nothing", sys.remove(path "nothing"))
  refused("system", "Is a directory", sys.write_file(path "a", "x"))
  refused("not found", "cannot write", sys.write_file(path "no/such", "x"))
  refused("system", "Not a directory", sys.mkdirs(path "f/x"))
  check.equal(sys.remove(path "f"), true)
  check.raises(function() sys.read_file("a\0b") end, "NUL byte")
end)

check.test("a file is written piece by piece, whole or not at all", function()
  local kept
  check.equal(sys.write_file(path "p", function(write)
    kept = write
    for i = 1, 3 do write(("line %d\n"):format(i)) end
  end), true)
  check.equal(sys.read_file(path "p"), "line 1\nline 2\nline 3\n")
  check.raises(function() kept("late") end, "closed")
  local ok, trouble = pcall(sys.write_file, path "p", function(write)
    write("half")
    error({ mine = true }, 0)
  end)
  check.equal(ok, false)
  check.same(trouble, { mine = true })
  check.equal(sys.read_file(path "p"), "line 1\nline 2\nline 3\n")
  check.same(sys.list(scratch), { "a", "p" })
  refused("system", "/dev/full: cannot write: No space left on device",
    sys.write_file("/dev/full", function(write) write("x") end))
  check.equal(sys.remove(path "p"), true)
end)

check.test("a full disk says so", function()
  refused("system", "/dev/full: cannot write: No space left on device",
    sys.write_file("/dev/full", "x"))
end)

check.test("paths and programs", function()
  check.equal(sys.realpath(path "a/../a/b"), sys.realpath(scratch) .. "/a/b")
  refused("not found", "nothing", sys.realpath(path "nothing"))
  check.equal(sys.getcwd(), sys.realpath("."))
  check.truthy(sys.which("sh"):match("^/.*/sh$"))
  check.equal(sys.which("/bin/sh"), "/bin/sh")
  refused("not found", "is not installed", sys.which("no-such-program-here"))
  refused("not found", "is not installed", sys.which(""))
  refused("not found", "no program", sys.which("/etc/passwd"))
end)

check.test("a program's end and output", function()
  local result = sys.run { argv = { "sh", "-c", "echo out; echo err >&2; exit 3" } }
  check.equal(result.exit, 3)
  check.equal(result.signal, nil)
  check.equal(result.stdout, "out\n")
  check.equal(result.stderr, "err\n")
  check.equal(result.timed_out, false)
  check.equal(result.cancelled, false)
  check.truthy(result.wall_s > 0 and result.wall_s < 10)
  check.equal(sys.run { argv = { "sh", "-c", "kill -9 $$" } }.signal, 9)
  check.equal(sys.run { argv = { "cat" } }.stdout, "")
  check.equal(sys.run { argv = { "cat" }, stdin = ("x\0y"):rep(100000) }.stdout,
    ("x\0y"):rep(100000))
  check.equal(sys.run { argv = { "pwd" }, cwd = "/" }.stdout, "/\n")
  check.equal(sys.run { argv = { "/usr/bin/env" }, env = { A = "1 2" } }.stdout, "A=1 2\n")
end)

check.test("a program that cannot be started", function()
  refused("not found", "is not installed", sys.run { argv = { "no-such-program-here" } })
  refused("not found", "cannot run /no/such", sys.run { argv = { "/no/such" } })
  refused("not found", "/no/such", sys.run { argv = { "sh" }, cwd = "/no/such" })
  refused("system", "Permission denied", sys.run { argv = { "/etc/passwd" } })
  check.raises(function() sys.run { argv = {} } end, "argv is empty")
  check.raises(function() sys.run { argv = { 1 } } end, "argv must be text")
  check.raises(function() sys.run { argv = { "sh" }, timeout_s = "x" } end, "timeout_s")
  check.raises(function() sys.run { argv = { "sh" }, env = { [1] = "x" } } end, "env")
end)

check.test("endless output is cut and ended by the time-out", function()
  local result = sys.run { argv = { "yes" }, timeout_s = 0.3, output_max = 1000 }
  check.equal(result.timed_out, true)
  check.equal(#result.stdout, 1000)
  check.truthy(result.stdout_dropped > 0)
  check.equal(result.stderr_dropped, nil)
  check.truthy(result.wall_s < 5)
end)

check.test("the whole group ends, also what ignores SIGTERM", function()
  local script = "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done"
  local result = sys.run { argv = { "sh", "-c", script }, timeout_s = 0.2 }
  check.equal(result.timed_out, true)
  check.equal(result.signal, 9)
  local child = result.stdout:match("%d+")
  sys.sleep_s(0.1)
  local stat = sys.read_file("/proc/" .. child .. "/stat")
  check.truthy(stat == nil or stat:match("%) Z "), "the grandchild")
end)

check.test("what is left behind in the background is not waited for", function()
  local result = sys.run { argv = { "sh", "-c", "sleep 1000 & echo done" } }
  check.equal(result.exit, 0)
  check.equal(result.stdout, "done\n")
  check.truthy(result.wall_s < 5)
end)

check.test("on_wait is called, can end it, and may fail", function()
  local calls = 0
  sys.run { argv = { "sleep", "0.5" }, on_wait = function(elapsed_s)
    calls = calls + 1
    check.truthy(elapsed_s > 0)
  end }
  check.truthy(calls >= 2, calls .. " calls")
  local result = sys.run { argv = { "sleep", "1000" }, on_wait = function() return false end }
  check.equal(result.cancelled, true)
  check.equal(result.signal, 15)
  check.raises(function()
    sys.run { argv = { "sleep", "1000" }, on_wait = function() error("oh no") end }
  end, "oh no")
end)

check.test("an interrupt cancels a program and a sleep until it is cleared", function()
  check.equal(sys.interrupt.install(), true)
  check.equal(sys.interrupt.interrupted(), false)
  local kill = ("sleep 0.2; kill -TERM %d; sleep 1000"):format(sys.pid())
  local result = sys.run { argv = { "sh", "-c", kill } }
  check.equal(result.cancelled, true)
  check.equal(sys.interrupt.interrupted(), "SIGTERM")
  check.equal(sys.sleep_s(1000), false)
  sys.interrupt.clear()
  check.equal(sys.interrupt.interrupted(), false)
  check.equal(sys.sleep_s(0), true)
end)

check.test("a reader that is gone is an error, not a death", function()
  local fifo = path "fifo"
  assert(sys.run { argv = { "mkfifo", fifo } }.exit == 0)
  check.equal(sys.stat(fifo).type, "fifo")
  -- Children get the default back: sh would say so if echo failed with EPIPE instead.
  local result = sys.run { argv = { "sh", "-c", "(sleep 0.2; echo x; echo survived >&2) | true" } }
  check.equal(result.stderr, "")
end)

check.test("versions name what is linked in", function()
  local names = {}
  for _, version in ipairs(sys.versions()) do
    names[version.name] = version.version
  end
  for _, name in ipairs { "payoff", "Lua", "jansson", "glibc", "C compiler" } do
    check.truthy(names[name] and names[name] ~= "", name)
  end
end)

sys.run { argv = { "rm", "-r", scratch } }
