-- binding: through what a Python subject reaches native code, and how often in one call of it.
--
--   binding.check(t, kind, complain)      -- the fields `binding` and `crosses` of a subject
--   binding.of(subject)                   --> { name = "cython", from = "found", crosses = "once" }
--                                         --> { reason = "its function is Python; …" }
--
-- An extension module says by itself what it was made with, and its functions are called once: from
-- "found". A Python function may call native code in any way, any number of times, so that its
-- experiment has to say both: from "told".

local nearest = require "payoff.nearest"
local sys = require "payoff.native.sys"

local binding = {}

binding.names = { "c-api", "cython", "pyo3", "cffi", "ctypes", "none" }
binding.crossings = { "once", "per element" }

local function listed(names) return '"' .. table.concat(names, '", "') .. '"' end

local function check_word(value, field, names, complain)
  if value == nil then return end
  for _, name in ipairs(names) do
    if value == name then return end
  end
  complain("%s is one of %s, not '%s'%s", field, listed(names), value,
    nearest.hint(value, names))
end

function binding.check(t, kind, complain)
  check_word(t.binding, "binding", binding.names, complain)
  check_word(t.crosses, "crosses", binding.crossings, complain)
  if kind ~= "python" and t.binding and t.binding ~= "none" then
    complain("payoff.%s: nothing crosses over from Python here; its binding is \"none\"", kind)
  elseif t.crosses and (t.binding == nil or t.binding == "none") then
    complain("crosses says how often a binding is crossed; say which one by `binding` as well")
  end
end

-- What the tools leave in whatever they build, stripped or not; the first that is there.
local marks = {
  { "pyo3_runtime", name = "pyo3" }, { "cython_runtime", name = "cython" },
  { "pybind11", other = "pybind11" }, { "nanobind", other = "nanobind" },
  { "swig_runtime_data", other = "SWIG" }, { "_cffi_backend", name = "cffi" },
}

local function found_in(file)
  local content = sys.read_file(file)
  if not content then return { reason = "its extension module cannot be read" } end
  for _, mark in ipairs(marks) do
    if content:find(mark[1], 1, true) then
      if mark.other then
        return { reason = ("it is an extension by %s, which `payoff boundary` does not measure")
          :format(mark.other) }
      end
      return { name = mark.name, from = "found", crosses = "once" }
    end
  end
  return { name = "c-api", from = "found", crosses = "once" }
end

local function find(subject)
  local file = subject.loaded_file
  if subject.binding then
    local once = subject.crosses == nil and file and file:find("%.so$") and "once"
    return { name = subject.binding, from = "told", crosses = subject.crosses or once or nil }
  elseif subject.kind ~= "python" then
    return { name = "none", from = "found" }
  elseif not file then
    return { reason = "the file of its function is not known" }
  elseif file:find("%.so$") then
    return found_in(file)
  end
  return { reason = "its function is Python, which may reach native code in any way; "
    .. "the experiment can say it by `binding`" }
end

-- Worked out once its file is known; files of megabytes are read once.
function binding.of(subject)
  if not subject.found_binding or subject.found_binding.of ~= subject.loaded_file then
    subject.found_binding = { of = subject.loaded_file, is = find(subject) }
  end
  return subject.found_binding.is
end

return binding
