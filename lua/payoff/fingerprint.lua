-- fingerprint: what a run was measured on and with: processor, kernel, libc, and for every subject
-- its interpreter, the compilers of its binaries, and the hash of each of its files.
--
--   local now = fingerprint.of(run.machine, subjects)     -- see reports/MODEL.md, `fingerprint`
--   for _, text in ipairs(fingerprint.compare(old, now)) do print(text) end
--   --> "C library: glibc 2.36 and glibc 2.41"
--   --> "compiler of c: GCC: (Debian 12.2.0-14) 12.2.0 and clang version 14.0.6"
--
-- What could not be found out is nil, and differs from what is known: it cannot be vouched for.

local paths = require "payoff.paths"
local sys = require "payoff.native.sys"
local text = require "payoff.text"

local fingerprint = {}

fingerprint.VERSION = 1

local function libc_version()
  for _, entry in ipairs(sys.versions()) do
    if entry.name == "glibc" then return "glibc " .. entry.version end
  end
  return nil
end

-- The files that a subject consists of: what is loaded or started, and what its build makes. What a
-- module imports besides is not known.
function fingerprint.files(subject)
  local seen, list = {}, {}
  local function add(path)
    local real = path and sys.realpath(path)
    if real and not seen[real] and (sys.stat(real) or {}).type == "file" then
      seen[real] = true
      list[#list + 1] = real
    end
  end
  if subject.kind == "python" then
    add(subject.file)
    add(subject.loaded_file)
  elseif subject.kind == "native" then
    add(subject.library)
  else
    for i, word in ipairs(subject.command) do
      add(i == 1 and (sys.which(word)) or word:find("/") and paths.join(subject.folder, word))
    end
  end
  local recipe = subject.build
  if recipe and recipe.output then
    local folder = recipe.folder and paths.join(subject.folder, recipe.folder) or subject.folder
    add(paths.join(folder, recipe.output))
  end
  return list
end

-- What is compared with a commit: the sources that the build names, else the files themselves.
function fingerprint.sources(subject)
  local recipe = subject.build
  local list = {}
  if subject.kind == "python" and subject.file then list[1] = subject.file end
  if recipe and recipe.sources then
    local folder = recipe.folder and paths.join(subject.folder, recipe.folder) or subject.folder
    for _, source in ipairs(recipe.sources) do list[#list + 1] = paths.join(folder, source) end
  end
  return #list > 0 and list or fingerprint.files(subject)
end

-- Sorted and each once: the order of object files says nothing.
local function compilers_of(files)
  local seen, list = {}, {}
  for _, path in ipairs(files) do
    for _, name in ipairs(sys.compilers(path) or {}) do
      local clean = text.line(name)
      if not seen[clean] and not clean:find("^Linker:") then
        seen[clean] = true
        list[#list + 1] = clean
      end
    end
  end
  table.sort(list)
  return #list > 0 and list or nil
end

-- What of its files is called, as it is written.
local function calls_of(subject)
  if subject.kind == "python" then return subject.func end
  if subject.kind == "native" then return subject.symbol .. ":" .. subject.signature end
end

local function subject_of(subject)
  local files, hashes = fingerprint.files(subject), {}
  for i, path in ipairs(files) do
    local hash, reason = sys.sha256(path)
    hashes[i] = { path = text.clean(path), sha256 = hash, reason = not hash and reason or nil }
  end
  local runtime = subject.kind == "python" and subject.runtime or nil
  return {
    name = subject.name, kind = subject.kind, calls = calls_of(subject),
    compilers = compilers_of(files), files = hashes,
    interpreter = runtime and runtime.version and runtime.name .. " " .. runtime.version or nil,
  }
end

-- machine: machine.describe()'s table. subjects: the experiment's, after their workers have started
-- once, so that interpreters are known. All parts may be compared before, too: then less is known.
function fingerprint.of(machine, subjects)
  local cpu, out = machine.cpu or {}, { version = fingerprint.VERSION, subjects = {} }
  out.cpu = {
    vendor = cpu.vendor, family = cpu.family, model_number = cpu.model_number,
    stepping = cpu.stepping, model = cpu.model, architecture = cpu.architecture,
  }
  out.libc, out.kernel = libc_version(), machine.kernel
  for i, subject in ipairs(subjects or {}) do out.subjects[i] = subject_of(subject) end
  return out
end

-- One of the two may be a stranger's: of a store, or of a baseline.
local function say(out, what, a, b)
  if a == b then return end
  out[#out + 1] = ("%s: %s and %s"):format(text.line(what),
    a == nil and "unknown" or text.line(a), b == nil and "unknown" or text.line(b))
end

local function by_name(print_of)
  local index = {}
  for _, subject in ipairs(print_of.subjects or {}) do index[subject.name] = subject end
  return index
end

local function compare_subject(out, a, b)
  if not a or not b then return end
  say(out, "interpreter of " .. a.name, a.interpreter, b.interpreter)
  say(out, "compiler of " .. a.name, a.compilers and table.concat(a.compilers, " + "),
    b.compilers and table.concat(b.compilers, " + "))
end

-- Two lists of texts: what makes counts of the one no evidence about the other (processor, libc,
-- compilers, interpreters), and what to keep in mind (kernel, stepping). Subjects that only one of
-- them has are passed over. `only`: the name of the one subject to look at; nil: all.
function fingerprint.compare(a, b, only)
  local differences, cautions = {}, {}
  if not a or not b then
    local which = a and "second" or "first"
    return { ("the fingerprint of the %s is not recorded"):format(which) }, {}
  end
  local cpu, other = a.cpu or {}, b.cpu or {}
  say(differences, "architecture", cpu.architecture, other.architecture)
  say(differences, "processor vendor", cpu.vendor, other.vendor)
  say(differences, "processor family", cpu.family, other.family)
  say(differences, "processor model", cpu.model_number, other.model_number)
  say(differences, "C library", a.libc, b.libc)
  say(cautions, "processor", cpu.model, other.model)
  say(cautions, "processor stepping", cpu.stepping, other.stepping)
  say(cautions, "kernel", a.kernel, b.kernel)
  local of_b = by_name(b)
  for _, subject in ipairs(a.subjects or {}) do
    if not only or subject.name == only then
      compare_subject(differences, subject, of_b[subject.name])
    end
  end
  return differences, cautions
end

local function hashes(subject)
  local index = {}
  for _, file in ipairs(subject.files or {}) do index[file.path] = file.sha256 or "unreadable" end
  return index
end

-- What is not the same program any more: texts like "c: /x/libf.so has changed".
function fingerprint.changed(a, b)
  local out, of_b = {}, by_name(b)
  for _, subject in ipairs(a.subjects or {}) do
    local other = of_b[subject.name]
    local old, new = hashes(subject), hashes(other or {})
    for _, file in ipairs(subject.files or {}) do
      if other and new[file.path] ~= old[file.path] then
        out[#out + 1] = ("%s: %s %s"):format(subject.name, file.path,
          new[file.path] and "has changed" or "is gone or is not used any more")
      end
    end
    for _, file in ipairs(other and other.files or {}) do
      if not old[file.path] then
        out[#out + 1] = ("%s: %s was not part of it"):format(subject.name, file.path)
      end
    end
  end
  return out
end

return fingerprint
