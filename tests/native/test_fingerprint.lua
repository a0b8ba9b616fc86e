local check = require "check"
local fingerprint = require "payoff.fingerprint"
local git = require "payoff.git"
local json = require "payoff.native.json"
local machine = require "payoff.native.machine"
local sys = require "payoff.native.sys"

local scratch = os.tmpname()
os.remove(scratch)
assert(sys.mkdirs(scratch))
scratch = sys.realpath(scratch)

local function run(folder, ...)
  local env = sys.environ()
  env.GIT_CONFIG_GLOBAL, env.GIT_CONFIG_SYSTEM = "/dev/null", "/dev/null"
  local result = assert(sys.run { argv = { ... }, cwd = folder, env = env, timeout_s = 60 })
  assert(result.exit == 0, result.stderr)
  return result.stdout
end

local function write(path, text) assert(sys.write_file(path, text)) end

local function state_of(path) return git.state({ path }).paths[1].state end

check.test("a hash of bytes, whatever their number", function()
  local function hash(text)
    write(scratch .. "/bytes", text)
    return sys.sha256(scratch .. "/bytes")
  end
  -- FIPS 180-4's examples, and lengths around the padding's edges.
  check.equal(hash "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  check.equal(hash "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  check.equal(hash "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  for _, length in ipairs { 55, 56, 63, 64, 65, 119, 120, 100000 } do
    local got = hash(("a"):rep(length))
    check.equal(got, run(scratch, "sha256sum", "bytes"):match("^%x+"), length)
  end
  check.equal(sys.sha256(scratch .. "/none"), nil)
  check.equal(select(3, sys.sha256(scratch)), "data")
end)

check.test("compilers are what the binary says", function()
  check.same(sys.compilers(scratch .. "/bytes"), {})
  check.equal(sys.compilers(scratch .. "/none"), nil)
  -- No crafted header makes it read beyond the file.
  local own = assert(sys.read_file("/proc/self/exe"))
  for _, length in ipairs { 4, 63, 64, 200 } do
    write(scratch .. "/cut", own:sub(1, length))
    check.same(sys.compilers(scratch .. "/cut"), {})
  end
  local list = sys.compilers("/proc/self/exe")
  check.truthy(#list == 0 or table.concat(list):find("GCC") or table.concat(list):find("clang"))
end)

if not sys.which("git") then
  check.skip("git", "git is not installed")
else
  local repo = scratch .. "/re po\n'$(x)"
  assert(sys.mkdirs(repo .. "/-c"))
  assert(sys.mkdirs(repo .. "/lib"))

  check.test("outside a checkout that is said", function()
    write(scratch .. "/free.py", "1")
    local state = git.state { scratch .. "/free.py" }
    check.equal(state.paths[1].state, "not in a git checkout")
    check.equal(git.describe(state), "not in a git checkout")
    check.equal(state_of(scratch .. "/not there"), "unknown")
  end)

  check.test("clean, changed, untracked, ignored: with hostile names", function()
    run(repo, "git", "init", "-q")
    local names = { "-c/--help", ":(glob)**", "a*b\nc", "clean.py", "ü.py" }
    for _, name in ipairs(names) do write(repo .. "/" .. name, "1") end
    write(repo .. "/.gitignore", "*.so\n")
    check.equal(git.state({ repo .. "/clean.py" }).checkouts[1].reason, "nothing is committed yet")
    run(repo, "git", "add", "-A")
    run(repo, "git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "x")
    write(repo .. "/new.py", "1")
    write(repo .. "/lib/f.so", "1")
    write(repo .. "/a*b\nc", "2")
    for _, name in ipairs { "-c/--help", ":(glob)**", "clean.py", "ü.py", "-c" } do
      check.equal(state_of(repo .. "/" .. name), "clean", name)
    end
    check.equal(state_of(repo .. "/a*b\nc"), "changed")
    check.equal(state_of(repo .. "/new.py"), "untracked")
    check.equal(state_of(repo .. "/lib/f.so"), "ignored")
    check.equal(state_of(repo), "changed") -- a folder is as bad as its worst
    local state = git.state { repo .. "/clean.py", repo .. "/new.py", scratch .. "/free.py" }
    check.equal(#state.checkouts, 1)
    check.equal(state.checkouts[1].commit, run(repo, "git", "rev-parse", "HEAD"):match("%x+"))
    check.equal(state.checkouts[1].dirty, true)
    check.contains(git.describe(state), "not committed (new.py)")
    check.equal(git.state({ repo .. "/clean.py" }).checkouts[1].dirty, false)
    check.truthy(json.encode(state))
  end)
end

local function example(changes)
  local it = {
    cpu = { vendor = "AuthenticAMD", family = 26, model_number = 2, architecture = "x86_64" },
    libc = "glibc 2.36", kernel = "Linux 6.1", subjects = {
      { name = "python", interpreter = "cpython 3.11.2", files = {} },
      { name = "c", compilers = { "GCC 12" }, files = { { path = "/f.so", sha256 = "a" } } },
    },
  }
  if changes then changes(it) end
  return it
end

check.test("what differs is said in words", function()
  check.same(fingerprint.compare(example(), example()), {})
  local function differs(changes, only)
    return table.concat(fingerprint.compare(example(), example(changes), only), "; ")
  end
  check.equal(differs(function(it) it.libc = "glibc 2.41" end),
    "C library: glibc 2.36 and glibc 2.41")
  check.equal(differs(function(it) it.cpu.family = nil end), "processor family: 26 and unknown")
  check.equal(differs(function(it) it.subjects[2].compilers = { "clang 14" } end),
    "compiler of c: GCC 12 and clang 14")
  check.equal(differs(function(it) it.subjects[1].interpreter = "cpython 3.12.0" end),
    "interpreter of python: cpython 3.11.2 and cpython 3.12.0")
  check.equal(differs(function(it) it.subjects[1].interpreter = "cpython 3.12.0" end, "c"), "")
  check.equal(differs(function(it) table.remove(it.subjects) end), "")
  local differences, cautions = fingerprint.compare(example(), example(function(it)
    it.kernel = "Linux 6.2"
  end))
  check.same(differences, {})
  check.same(cautions, { "kernel: Linux 6.1 and Linux 6.2" })
  check.contains(fingerprint.compare(nil, example())[1], "not recorded")
end)

check.test("another program is noticed by its bytes", function()
  check.same(fingerprint.changed(example(), example()), {})
  check.same(fingerprint.changed(example(), example(function(it)
    it.subjects[2].files[1].sha256 = "b"
  end)), { "c: /f.so has changed" })
  check.same(fingerprint.changed(example(), example(function(it)
    it.subjects[2].files[1].path = "/g.so"
  end)), { "c: /f.so is gone or is not used any more", "c: /g.so was not part of it" })
end)

check.test("of this machine", function()
  write(scratch .. "/f.py", "def f(): pass")
  local now = fingerprint.of(machine.describe(), { { name = "p", kind = "python", folder = scratch,
    file = scratch .. "/f.py", runtime = { name = "cpython", version = "3.9.1" } } })
  check.contains(now.libc, "glibc ")
  check.truthy(now.cpu.architecture)
  check.equal(now.subjects[1].interpreter, "cpython 3.9.1")
  check.equal(#now.subjects[1].files[1].sha256, 64)
  check.same(fingerprint.compare(now, now), {})
end)

run("/", "rm", "-rf", scratch)
